import pytest

from environments.provisioning import messages
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.step import Drifted, Missing, Ready, StepRefused
from environments.provisioning.steps.vpc import OwnVpc, VpcDnsNames
from tests.environments.steps.conftest import Bench, bench_of, spec_of_northwind

VPC, NAMES = OwnVpc(), VpcDnsNames()
OWN = {"creates_vpc": True, "customer_vpc_id": ""}


@pytest.fixture
def bench(world, request) -> Bench:
    return bench_of(world, request, **OWN)


def _vpcs(bench: Bench) -> list:
    rows = bench.customer.read("ec2", "describe_vpcs")["Vpcs"]
    mark = f"{bench.spec.tag_prefix}:step"
    return [row for row in rows if {"Key": mark, "Value": "vpc"} in row.get("Tags", [])]


def test_is_for_environments_in_a_vpc_of_their_own():
    assert not VPC.applies(spec_of_northwind())
    assert not NAMES.applies(spec_of_northwind())
    assert VPC.applies(spec_of_northwind(**OWN))


def test_is_made_by_one_call_with_its_tags_and_range(bench):
    assert isinstance(VPC.observe(bench.context), Missing)
    made = bench.make(VPC)
    assert bench.changes == ["ec2.create_vpc"]
    (vpc,) = _vpcs(bench)
    assert made.outputs == {"vpc_id": vpc["VpcId"]}
    assert vpc["CidrBlock"] == "10.20.0.0/16"
    assert {"Key": "wso2:env", "Value": bench.spec.environment_id} in vpc["Tags"]
    assert bench.context.spec.customer_vpc_id == vpc["VpcId"], "later steps know it"


def test_second_apply_reads_once_and_changes_nothing(bench):
    bench.make(VPC)
    bench.forget()
    bench.apply(VPC)
    assert (bench.reads, bench.changes) == (["ec2.describe_vpcs"], [])


def test_other_range_cannot_be_mended(bench):
    bench.make(VPC)
    bench.spec = spec_of_northwind(**OWN, customer_cidrs=("10.30.0.0/16",))
    found = VPC.observe(bench.context)
    assert isinstance(found, Drifted)
    assert "cidr is 10.20.0.0/16 instead of 10.30.0.0/16" in found.differences[0]
    with pytest.raises(StepRefused) as refused:
        VPC.apply(bench.context, found)
    assert refused.value.remedy


def test_two_of_ours_are_for_a_person(bench):
    bench.make(VPC)
    VPC.make(bench.context, VPC.wanted(bench.spec)[0])
    with pytest.raises(StepRefused, match="More than one"):
        VPC.observe(bench.context)


def test_tear_down_leaves_nothing_and_may_be_repeated(bench):
    bench.make(VPC)
    assert isinstance(bench.tear_down(VPC), Ready)
    assert _vpcs(bench) == []
    bench.forget()
    VPC.remove(bench.context)
    assert bench.changes == []


def test_vpc_that_something_is_left_in_is_tried_again_and_then_explained(bench):
    bench.make(VPC)
    bench.customer.change(
        "ec2",
        "create_subnet",
        VpcId=bench.outputs["vpc"]["vpc_id"],
        CidrBlock="10.20.0.0/24",
        AvailabilityZone="eu-west-1a",
    )
    with pytest.raises(CallFailed) as failed:
        VPC.remove(bench.context)
    assert failed.value.failure == Failure.RETRYABLE
    assert "still uses it" in messages.explain(failed.value)["message"]


def test_machines_get_names(bench):
    bench.make(VPC)
    bench.forget()
    bench.make(NAMES)
    assert bench.changes == ["ec2.modify_vpc_attribute"]
    bench.forget()
    bench.apply(NAMES)
    assert (len(bench.reads), bench.changes) == (1, [])
    vpc_id = bench.outputs["vpc"]["vpc_id"]
    bench.customer.change("ec2", "modify_vpc_attribute", VpcId=vpc_id, EnableDnsHostnames={"Value": False})
    assert isinstance(NAMES.observe(bench.context), Missing)
    bench.make(NAMES)
    assert isinstance(bench.tear_down(NAMES), Ready)
