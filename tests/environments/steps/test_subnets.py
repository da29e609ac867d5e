from dataclasses import replace

import pytest

from environments.provisioning.specification import Monitoring
from environments.provisioning.step import Drifted, Missing, Ready, StepRefused
from environments.provisioning.steps.subnets import PublicSubnets, Subnets
from tests.environments.steps.conftest import Bench, bench_of, spec_of_northwind
from tests.environments.steps.test_vpc import OWN

STEP = Subnets()


@pytest.fixture
def own(world, request) -> Bench:
    bench = bench_of(world, request, **OWN)
    bench.make_required(STEP)
    bench.forget()
    return bench


def _subnets(bench: Bench) -> dict[str, dict]:
    vpc_id = bench.context.spec.customer_vpc_id
    rows = bench.customer.read("ec2", "describe_subnets")["Subnets"]
    return {row["CidrBlock"]: row for row in rows if row["VpcId"] == vpc_id}


def test_existing_ones_are_found_by_one_read_and_none_is_made(bench):
    bench.make_required(STEP)
    bench.forget()
    outputs = bench.make(STEP).outputs
    rows = _subnets(bench)
    first, second = rows["10.20.0.0/24"]["SubnetId"], rows["10.20.1.0/24"]["SubnetId"]
    assert outputs == {"eu-west-1a": first, "eu-west-1b": second, "subnet_ids": [first, second]}
    assert next(iter(outputs)) == "eu-west-1a", "where the products' addresses are"
    assert bench.changes == []
    assert bench.reads[0] == "ec2.describe_subnets"


def test_existing_ones_stay_at_tear_down(bench):
    bench.make_required(STEP)
    bench.make(STEP)
    bench.forget()
    assert isinstance(bench.tear_down(STEP), Ready)
    assert bench.changes == []
    assert len(_subnets(bench)) == 2


def test_without_a_subnet_for_the_addresses_a_person_is_told_which(bench):
    bench.make_required(STEP)
    bench.customer.change("ec2", "delete_subnet", SubnetId=_subnets(bench)["10.20.0.0/24"]["SubnetId"])
    with pytest.raises(StepRefused) as refused:
        STEP.observe(bench.context)
    assert refused.value.code == "no_subnet"
    assert "10.20.0.10" in refused.value.message


def test_one_zone_is_not_enough(bench):
    bench.make_required(STEP)
    bench.customer.change("ec2", "delete_subnet", SubnetId=_subnets(bench)["10.20.1.0/24"]["SubnetId"])
    with pytest.raises(StepRefused) as refused:
        STEP.observe(bench.context)
    assert refused.value.code == "one_zone"


def test_own_vpc_gets_one_private_subnet_in_each_of_two_zones(own):
    assert isinstance(STEP.observe(own.context), Missing)
    outputs = own.make(STEP).outputs
    assert own.changes == ["ec2.create_subnet"] * 2
    rows = _subnets(own)
    assert {cidr: row["AvailabilityZone"] for cidr, row in rows.items()} == {
        "10.20.0.0/18": "eu-west-1a",
        "10.20.64.0/18": "eu-west-1b",
    }
    first, second = (rows[cidr]["SubnetId"] for cidr in ("10.20.0.0/18", "10.20.64.0/18"))
    assert outputs == {"eu-west-1a": first, "eu-west-1b": second, "subnet_ids": [first, second]}


def test_second_apply_reads_once_and_changes_nothing(own):
    own.make(STEP)
    own.forget()
    own.apply(STEP)
    assert (own.reads, own.changes) == (["ec2.describe_subnets"], [])


def test_one_that_went_missing_is_made_again(own):
    outputs = own.make(STEP).outputs
    own.customer.change("ec2", "delete_subnet", SubnetId=outputs["eu-west-1b"])
    found = STEP.observe(own.context)
    assert isinstance(found, Drifted)
    assert found.differences[0].startswith("There is no subnet")
    own.forget()
    again = own.make(STEP).outputs
    assert own.changes == ["ec2.create_subnet"]
    assert again["eu-west-1a"] == outputs["eu-west-1a"]


def test_range_in_another_zone_cannot_be_mended(own):
    identifier = own.make(STEP).outputs["eu-west-1a"]
    own.customer.change("ec2", "delete_subnet", SubnetId=identifier)
    wanted = STEP.wanted(own.spec)[0]
    STEP.make(own.context, replace(wanted, attributes={**wanted.attributes, "zone": "eu-west-1c"}))
    found = STEP.observe(own.context)
    assert isinstance(found, Drifted)
    assert "zone is eu-west-1c instead of eu-west-1a" in found.differences[0]
    with pytest.raises(StepRefused):
        STEP.apply(own.context, found)


def test_somebody_elses_in_its_place_is_theirs_until_a_person_adopts_it(own):
    vpc_id = own.context.spec.customer_vpc_id
    theirs = own.customer.change(
        "ec2", "create_subnet", VpcId=vpc_id, CidrBlock="10.20.0.0/18", AvailabilityZone="eu-west-1a"
    )["Subnet"]["SubnetId"]
    with pytest.raises(StepRefused) as refused:
        STEP.observe(own.context)
    assert refused.value.changes[0].aws_id == theirs
    assert refused.value.changes[0].differences == ()


def test_tear_down_leaves_nothing_and_may_be_repeated(own):
    own.make(STEP)
    assert isinstance(own.tear_down(STEP), Ready)
    assert _subnets(own) == {}
    own.forget()
    STEP.remove(own.context)
    assert own.changes == []


def test_public_ones_are_small_and_beside_the_private_ones(own):
    own.make(STEP)
    own.forget()
    own.make(PublicSubnets())
    assert own.changes == ["ec2.create_subnet"] * 2
    zones = {cidr: row["AvailabilityZone"] for cidr, row in _subnets(own).items()}
    assert (zones["10.20.128.0/26"], zones["10.20.128.64/26"]) == ("eu-west-1a", "eu-west-1b")
    own.forget()
    own.apply(PublicSubnets())
    assert (own.reads, own.changes) == (["ec2.describe_subnets"], [])
    assert isinstance(own.tear_down(PublicSubnets()), Ready)
    assert len(_subnets(own)) == 2, "the private ones are another step's"


def test_public_ones_are_for_a_vpc_of_their_own_that_reaches_the_internet():
    step = PublicSubnets()
    assert step.applies(spec_of_northwind(**OWN))
    assert not step.applies(spec_of_northwind(**OWN, monitoring=Monitoring(internet_reachable=False)))
    assert not step.applies(spec_of_northwind())
