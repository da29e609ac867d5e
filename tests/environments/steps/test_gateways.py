from datetime import timedelta

import pytest

from environments.provisioning.specification import Monitoring
from environments.provisioning.step import Drifted, Missing, Pending, Ready, StepRefused
from environments.provisioning.steps.gateways import ElasticIp, InternetGateway, NatGateway
from tests.environments.steps.conftest import Bench, bench_of, spec_of_northwind
from tests.environments.steps.test_vpc import OWN

GATEWAY, ADDRESS, NAT = InternetGateway(), ElasticIp(), NatGateway()
ALL = [GATEWAY, ADDRESS, NAT]


@pytest.fixture
def bench(world, request) -> Bench:
    return bench_of(world, request, **OWN)


def _make(bench: Bench, step) -> Bench:
    bench.make_required(step)
    bench.forget()
    bench.make(step)
    return bench


def _nats(bench: Bench) -> list[dict]:
    rows = bench.customer.read("ec2", "describe_nat_gateways")["NatGateways"]
    return [row for row in rows if row["State"] != "deleted"]


@pytest.mark.parametrize("step", ALL)
def test_is_for_a_vpc_of_their_own_that_reaches_the_internet(step):
    assert step.applies(spec_of_northwind(**OWN))
    assert not step.applies(spec_of_northwind(**OWN, monitoring=Monitoring(internet_reachable=False)))
    assert not step.applies(spec_of_northwind())


@pytest.mark.parametrize(
    ("step", "calls"),
    [
        (GATEWAY, ["ec2.create_internet_gateway", "ec2.attach_internet_gateway"]),
        (ADDRESS, ["ec2.allocate_address"]),
        (NAT, ["ec2.create_nat_gateway"]),
    ],
)
def test_is_made_by_as_few_calls_as_can_be(bench, step, calls):
    assert _make(bench, step).changes == calls


@pytest.mark.parametrize("step", ALL)
def test_second_apply_reads_once_and_changes_nothing(bench, step):
    _make(bench, step).forget()
    bench.apply(step)
    assert (len(bench.reads), bench.changes) == (1, [])


@pytest.mark.parametrize("step", ALL)
def test_tear_down_leaves_nothing_and_may_be_repeated(bench, step):
    _make(bench, step)
    assert isinstance(bench.tear_down(step), Ready)
    assert isinstance(step.observe(bench.context), Missing)
    bench.forget()
    step.remove(bench.context)
    assert bench.changes == []


def test_detached_gateway_is_named_and_attached_again(bench):
    _make(bench, GATEWAY)
    identifier = bench.outputs["internet_gateway"]["internet_gateway_id"]
    vpc_id = bench.context.spec.customer_vpc_id
    bench.customer.change("ec2", "detach_internet_gateway", InternetGatewayId=identifier, VpcId=vpc_id)
    found = GATEWAY.observe(bench.context)
    assert isinstance(found, Drifted)
    assert "state is detached instead of attached" in found.differences[0]
    bench.forget()
    assert bench.make(GATEWAY).outputs == {"internet_gateway_id": identifier}
    assert bench.changes == ["ec2.attach_internet_gateway"]


def test_address_of_the_environment_is_known(bench):
    _make(bench, ADDRESS)
    (row,) = bench.customer.read("ec2", "describe_addresses")["Addresses"]
    assert bench.outputs["elastic_ip"] == {"allocation_id": row["AllocationId"], "public_ip": row["PublicIp"]}


def test_nat_gateway_stands_in_the_first_public_subnet_once_aws_has_set_it_up(bench):
    bench.make_required(NAT)
    found = NAT.apply(bench.context, Missing())
    assert isinstance(found, Pending)
    assert found.waits_on == "aws"
    bench.make(NAT)
    (nat,) = _nats(bench)
    assert nat["SubnetId"] == bench.outputs["public_subnets"]["subnet_ids"][0]
    assert bench.outputs["nat_gateway"] == {"nat_gateway_id": nat["NatGatewayId"]}


def test_nat_gateway_asked_for_twice_is_one(bench):
    bench.make_required(NAT)
    NAT.apply(bench.context, Missing())
    NAT.apply(bench.context, Missing())
    assert len(_nats(bench)) == 1


def test_nat_gateway_that_was_deleted_is_made_anew(bench):
    _make(bench, NAT)
    first = bench.outputs["nat_gateway"]["nat_gateway_id"]
    bench.tear_down(NAT)
    assert bench.make(NAT).outputs["nat_gateway_id"] != first
    assert len(_nats(bench)) == 1


def test_nat_gateway_that_was_deleted_before_it_stood_is_made_anew(bench):
    bench.make_required(NAT)
    NAT.apply(bench.context, Missing())
    first = _nats(bench)[0]["NatGatewayId"]
    bench.tear_down(NAT)
    assert bench.make(NAT).outputs["nat_gateway_id"] != first


def test_failed_nat_gateway_says_why(memory_bench):
    bench = Bench(spec_of_northwind(**OWN), memory=memory_bench.memory)
    _make(bench, NAT)
    (nat,) = bench.memory.rows("ec2", "nat_gateway")
    nat.update(State="failed", FailureMessage="Network has no Internet gateway attached")
    bench.pass_time(timedelta(minutes=1))
    with pytest.raises(StepRefused, match="no Internet gateway attached") as refused:
        NAT.observe(bench.context)
    assert refused.value.code == "nat_failed"
