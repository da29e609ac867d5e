import pytest

from environments.provisioning.step import Drifted, Missing, Ready, StepRefused
from environments.provisioning.steps.peering import PeeringAcceptance, PeeringRequest
from environments.provisioning.steps.routes import CustomerRoutes, ProviderRoutes
from tests.environments.steps.conftest import NORTHWIND, Bench


@pytest.fixture
def bench(stand_in_bench) -> Bench:
    return stand_in_bench


@pytest.fixture
def peered(bench) -> Bench:
    bench.make(PeeringRequest())
    bench.stand_in.accept(NORTHWIND.account_id, bench.outputs["peering_request"]["peering_id"])
    bench.make(PeeringAcceptance())
    return bench


SIDES = [(ProviderRoutes(), "provider"), (CustomerRoutes(), "customer")]


def _tables(bench: Bench, side: str) -> list:
    client = bench.stand_in.provider("ec2") if side == "provider" else bench.stand_in.customer(NORTHWIND, "ec2")
    vpc = bench.spec.provider_vpc_id if side == "provider" else bench.spec.customer_vpc_id
    return client.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"]


def _destination(bench: Bench, side: str) -> str:
    return bench.spec.customer_cidrs[0] if side == "provider" else bench.spec.provider_cidr


@pytest.mark.parametrize(("step", "side"), SIDES)
def test_every_route_table_of_the_vpc_gets_the_route(peered, step, side):
    assert isinstance(step.observe(peered.context), Missing)
    peered.make(step)
    peering = peered.outputs["peering_acceptance"]["peering_id"]
    tables = _tables(peered, side)
    assert len(tables) == 2
    for table in tables:
        targets = {route["DestinationCidrBlock"]: route.get("VpcPeeringConnectionId") for route in table["Routes"]}
        assert targets[_destination(peered, side)] == peering


@pytest.mark.parametrize(("step", "side"), SIDES)
def test_second_apply_changes_nothing(peered, step, side):
    peered.make(step)
    peered.forget()
    peered.apply(step)
    assert peered.changes == []


def test_route_that_went_missing_is_seen_and_made_again(peered):
    step = CustomerRoutes()
    peered.make(step)
    ec2 = peered.stand_in.customer(NORTHWIND, "ec2")
    table = _tables(peered, "customer")[0]["RouteTableId"]
    ec2.delete_route(RouteTableId=table, DestinationCidrBlock=peered.spec.provider_cidr)
    found = step.observe(peered.context)
    assert isinstance(found, Drifted)
    assert table in found.differences[0]
    assert isinstance(peered.make(step), Ready)


def test_route_that_leads_elsewhere_is_named_and_kept(peered):
    ec2 = peered.stand_in.customer(NORTHWIND, "ec2")
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=peered.spec.customer_vpc_id)
    table = _tables(peered, "customer")[1]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock=peered.spec.provider_cidr, GatewayId=gateway)
    with pytest.raises(StepRefused) as refused:
        peered.apply(CustomerRoutes())
    assert table in refused.value.message
    assert gateway in refused.value.message
    assert refused.value.remedy
    assert not [change for change in peered.changes if change.endswith("create_route")]


def test_remove_takes_only_the_routes_through_the_peering(peered):
    step = ProviderRoutes()
    peered.make(step)
    before = [len(table["Routes"]) for table in _tables(peered, "provider")]
    step.remove(peered.context)
    assert [len(table["Routes"]) for table in _tables(peered, "provider")] == [count - 1 for count in before]
