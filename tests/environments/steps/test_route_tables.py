import pytest

from environments.provisioning.step import Drifted, Missing, Ready
from environments.provisioning.steps.route_tables import InternetRoutes, RouteTables
from tests.environments.steps.conftest import Bench, bench_of
from tests.environments.steps.test_vpc import OWN

TABLES, ROUTES = RouteTables(), InternetRoutes()


@pytest.fixture
def bench(world, request) -> Bench:
    return bench_of(world, request, **OWN)


@pytest.fixture
def led(bench) -> Bench:
    bench.make_required(ROUTES)
    bench.make(ROUTES)
    bench.forget()
    return bench


def _tables(bench: Bench) -> dict[str, dict]:
    """Return the two tables of the VPC by their use."""
    vpc_id = bench.context.spec.customer_vpc_id
    rows = bench.customer.read("ec2", "describe_route_tables")["RouteTables"]
    mine = [row for row in rows if row["VpcId"] == vpc_id]
    return {"private" if any(one.get("Main") for one in row["Associations"]) else "public": row for row in mine}


def _way_out(table: dict) -> str:
    route = next(one for one in table["Routes"] if one["DestinationCidrBlock"] == "0.0.0.0/0")
    return str(route.get("NatGatewayId") or route.get("GatewayId"))


def test_public_table_is_made_by_one_call_and_once(bench):
    bench.make_required(TABLES)
    bench.forget()
    TABLES.apply(bench.context, Missing())
    TABLES.apply(bench.context, Missing())
    assert bench.changes == ["ec2.create_route_table"] * 2
    outputs = bench.make(TABLES).outputs
    assert outputs == {"public": _tables(bench)["public"]["RouteTableId"]}


def test_public_table_that_was_deleted_is_made_anew(bench):
    bench.make_required(TABLES)
    first = bench.make(TABLES).outputs["public"]
    bench.customer.change("ec2", "delete_route_table", RouteTableId=first)
    assert bench.make(TABLES).outputs["public"] != first


def test_private_subnets_leave_by_nat_and_public_ones_by_the_gateway(bench):
    bench.make_required(ROUTES)
    bench.forget()
    bench.make(ROUTES)
    assert sorted(bench.changes) == ["ec2.associate_route_table"] * 2 + ["ec2.create_route"] * 2
    tables = _tables(bench)
    assert _way_out(tables["private"]) == bench.outputs["nat_gateway"]["nat_gateway_id"]
    assert _way_out(tables["public"]) == bench.outputs["internet_gateway"]["internet_gateway_id"]
    inside = {one["SubnetId"] for one in tables["public"]["Associations"]}
    assert inside == set(bench.outputs["public_subnets"]["subnet_ids"])


@pytest.mark.parametrize("step", [TABLES, ROUTES])
def test_second_apply_reads_once_and_changes_nothing(led, step):
    led.apply(step)
    assert (led.reads, led.changes) == (["ec2.describe_route_tables"], [])


def test_route_that_leads_elsewhere_is_named_and_led_back(led):
    table = _tables(led)["private"]["RouteTableId"]
    gateway = led.outputs["internet_gateway"]["internet_gateway_id"]
    led.customer.change("ec2", "replace_route", RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    found = ROUTES.observe(led.context)
    assert isinstance(found, Drifted)
    assert f"through is {gateway} instead of NAT gateway" in found.differences[0]
    led.forget()
    led.make(ROUTES)
    assert led.changes == ["ec2.replace_route"]
    assert _way_out(_tables(led)["private"]) == led.outputs["nat_gateway"]["nat_gateway_id"]


def test_public_subnet_in_another_table_is_named_and_put_back(led):
    tables = _tables(led)
    place = tables["public"]["Associations"][0]["RouteTableAssociationId"]
    private = tables["private"]["RouteTableId"]
    led.customer.change("ec2", "replace_route_table_association", AssociationId=place, RouteTableId=private)
    found = ROUTES.observe(led.context)
    assert isinstance(found, Drifted)
    assert f"table is {private} instead of public" in found.differences[0]
    led.make(ROUTES)
    assert len(_tables(led)["public"]["Associations"]) == 2


def test_what_went_missing_is_made_again(led):
    tables = _tables(led)
    place = tables["public"]["Associations"][0]["RouteTableAssociationId"]
    led.customer.change("ec2", "disassociate_route_table", AssociationId=place)
    led.customer.change(
        "ec2", "delete_route", RouteTableId=tables["private"]["RouteTableId"], DestinationCidrBlock="0.0.0.0/0"
    )
    assert isinstance(ROUTES.observe(led.context), Drifted)
    led.make(ROUTES)
    assert sorted(led.changes) == [
        "ec2.associate_route_table",
        "ec2.create_route",
        "ec2.delete_route",
        "ec2.disassociate_route_table",
    ]


def test_tear_down_leaves_nothing_and_may_be_repeated(led):
    for step in (ROUTES, TABLES):
        assert isinstance(led.tear_down(step), Ready)
    assert set(_tables(led)) == {"private"}, "the main table goes with the VPC"
    led.forget()
    ROUTES.remove(led.context)
    TABLES.remove(led.context)
    assert led.changes == []
