from dataclasses import replace

import pytest

from environments.provisioning.step import Drifted, Missing, Ready, StepRefused
from environments.provisioning.steps.peering_dns import PeeringDns
from environments.provisioning.steps.routes import CustomerRoutes, ProviderRoutes
from tests.environments.steps.conftest import Bench, bench_of
from tests.environments.steps.test_vpc import OWN

PROVIDER, CUSTOMER = ProviderRoutes(), CustomerRoutes()
BOTH = pytest.mark.parametrize("step", [PROVIDER, CUSTOMER], ids=["provider", "customer"])


@pytest.fixture
def peered(bench) -> Bench:
    bench.make_required(CUSTOMER)
    bench.forget()
    return bench


def _tables(bench: Bench, step) -> list:
    account = bench.provider if step is PROVIDER else bench.customer
    rows = account.read("ec2", "describe_route_tables")["RouteTables"]
    return [row for row in rows if row["VpcId"] == step.vpc_id(bench.context.spec)]


def _leading(bench: Bench, step) -> list[str]:
    """Return the destinations that lead through a peering, over all tables."""
    routes = [route for table in _tables(bench, step) for route in table["Routes"]]
    return [route["DestinationCidrBlock"] for route in routes if route.get("VpcPeeringConnectionId")]


@BOTH
def test_every_route_table_of_the_vpc_gets_the_route(peered, step):
    assert isinstance(step.observe(peered.context), Missing)
    peered.make(step)
    peering = peered.outputs["peering_acceptance"]["peering_id"]
    tables = _tables(peered, step)
    assert len(tables) == 2
    (destination,) = step.destinations(peered.spec)
    for table in tables:
        targets = {route["DestinationCidrBlock"]: route.get("VpcPeeringConnectionId") for route in table["Routes"]}
        assert targets[destination] == peering


@BOTH
def test_fresh_apply_looks_once_and_then_only_creates(peered, step):
    found = step.apply(peered.context, Missing())
    assert isinstance(found, Ready)
    assert (peered.reads, peered.changes) == (["ec2.describe_route_tables"], ["ec2.create_route"] * 2)


@BOTH
def test_second_apply_looks_once_and_changes_nothing(peered, step):
    peered.make(step)
    peered.forget()
    peered.apply(step)
    assert (peered.reads, peered.changes) == (["ec2.describe_route_tables"], [])


def test_own_vpc_gets_the_route_in_its_main_and_its_public_table(world, request):
    bench = bench_of(world, request, **OWN)
    bench.make_required(CUSTOMER)
    bench.make(CUSTOMER)
    assert _leading(bench, CUSTOMER) == [bench.spec.provider_cidr] * 2


def test_route_that_went_missing_is_named_and_made_again_without_looking_twice(peered):
    peered.make(CUSTOMER)
    table = _tables(peered, CUSTOMER)[0]["RouteTableId"]
    peered.customer.change("ec2", "delete_route", RouteTableId=table, DestinationCidrBlock=peered.spec.provider_cidr)
    peered.forget()
    found = CUSTOMER.observe(peered.context)
    assert isinstance(found, Drifted)
    assert table in found.differences[0]
    assert [change.name for change in found.changes] == [f"{peered.spec.provider_cidr} in {table}"]
    assert isinstance(CUSTOMER.apply(peered.context, found), Ready)
    assert (peered.reads, peered.changes) == (["ec2.describe_route_tables"], ["ec2.create_route"])


def test_route_that_leads_elsewhere_is_named_and_kept(peered):
    gateway = peered.customer.change("ec2", "create_internet_gateway")["InternetGateway"]["InternetGatewayId"]
    vpc_id = peered.spec.customer_vpc_id
    peered.customer.change("ec2", "attach_internet_gateway", InternetGatewayId=gateway, VpcId=vpc_id)
    table = _tables(peered, CUSTOMER)[1]["RouteTableId"]
    peered.customer.change(
        "ec2",
        "create_route",
        RouteTableId=table,
        DestinationCidrBlock=peered.spec.provider_cidr,
        GatewayId=gateway,
    )
    peered.forget()
    with pytest.raises(StepRefused) as refused:
        peered.apply(CUSTOMER)
    assert table in refused.value.message
    assert gateway in refused.value.message
    assert refused.value.remedy
    assert peered.changes == []


def _peer_again(bench: Bench) -> str:
    """The peering is deleted and made again; return the id of the new one."""
    gone = bench.outputs["peering_acceptance"]["peering_id"]
    bench.provider.change("ec2", "delete_vpc_peering_connection", VpcPeeringConnectionId=gone)
    for key in ("peering_request", "peering_acceptance"):
        del bench.outputs[key]
    bench.make_required(PROVIDER)
    made = str(bench.outputs["peering_acceptance"]["peering_id"])
    assert made != gone
    bench.forget()
    return made


@BOTH
@pytest.mark.parametrize("told", [True, False], ids=["known from the run before", "known by the tags of the dead one"])
def test_routes_through_a_peering_that_was_made_again_are_replaced(peered, step, told):
    peered.make(step)
    if not told:
        del peered.outputs[step.key]
    made = _peer_again(peered)
    found = step.observe(peered.context)
    assert isinstance(found, Drifted)
    assert {change.action for change in found.changes} == {"change"}
    assert "earlier peering of ours, which is gone" in found.differences[0]
    assert isinstance(step.apply(peered.context, found), Ready)
    assert peered.changes == ["ec2.replace_route"] * 2
    routes = [route for table in _tables(peered, step) for route in table["Routes"]]
    assert {route.get("VpcPeeringConnectionId") for route in routes} - {None} == {made}
    assert isinstance(step.observe(peered.context), Ready)


def test_route_through_a_dead_peering_that_aws_shows_no_more_is_ours_where_an_earlier_run_told_it(memory_bench):
    memory_bench.make_required(CUSTOMER)
    memory_bench.make(CUSTOMER)
    before = dict(memory_bench.outputs[CUSTOMER.key])
    _peer_again(memory_bench)
    del memory_bench.memory.world("ec2").tables["both", "all", "vpc_peering"][before["peering_id"]]
    assert isinstance(CUSTOMER.observe(memory_bench.context), Drifted)

    del memory_bench.outputs[CUSTOMER.key]
    with pytest.raises(StepRefused) as refused:
        CUSTOMER.observe(memory_bench.context)
    assert refused.value.code == "route_taken"


def test_route_through_somebody_elses_peering_is_kept_be_it_dead_or_not(memory_bench):
    memory_bench.make_required(CUSTOMER)
    memory_bench.make(CUSTOMER)
    (peering,) = memory_bench.memory.rows("ec2", "vpc_peering")
    theirs = peering | {"VpcPeeringConnectionId": "pcx-theirs", "Status": {"Code": "deleted"}, "Tags": []}
    memory_bench.memory.world("ec2").tables["both", "all", "vpc_peering"]["pcx-theirs"] = theirs
    for row in memory_bench.memory.rows("ec2", "route_table", CUSTOMER.account(memory_bench.context).account_id):
        for route in row["Routes"]:
            route["VpcPeeringConnectionId"] = "pcx-theirs"
    with pytest.raises(StepRefused) as refused:
        CUSTOMER.observe(memory_bench.context)
    assert (refused.value.code, "pcx-theirs" in refused.value.message) == ("route_taken", True)


def test_live_peering_of_ours_is_not_taken_out_of_a_route(memory_bench):
    """Two live peerings of one environment are for a person to sort out."""
    memory_bench.make_required(CUSTOMER)
    memory_bench.make(CUSTOMER)
    memory_bench.outputs["peering_acceptance"] = {"peering_id": "pcx-another"}
    with pytest.raises(StepRefused):
        CUSTOMER.observe(memory_bench.context)


def test_route_of_ours_to_a_range_no_longer_wanted_is_named_and_removed(peered):
    peered.spec = replace(peered.spec, customer_cidrs=("10.20.0.0/16", "10.21.0.0/16"))
    peered.make(PROVIDER)
    peered.provider.change(
        "ec2",
        "create_route",
        RouteTableId=_tables(peered, PROVIDER)[0]["RouteTableId"],
        DestinationCidrBlock="10.29.0.0/16",
        VpcPeeringConnectionId=peered.outputs["peering_acceptance"]["peering_id"],
    )
    peered.spec = replace(peered.spec, customer_cidrs=("10.20.0.0/16",))
    peered.forget()
    found = PROVIDER.observe(peered.context)
    assert isinstance(found, Drifted)
    assert [change.action for change in found.changes] == ["remove"] * 2
    assert "10.21.0.0/16, which is no longer wanted" in found.differences[0]
    peered.make(PROVIDER)
    assert peered.changes == ["ec2.delete_route"] * 2
    assert sorted(_leading(peered, PROVIDER)) == ["10.20.0.0/16", "10.20.0.0/16", "10.29.0.0/16"], (
        "a route that no run of ours told of is somebody's"
    )


@BOTH
def test_tear_down_takes_only_the_routes_through_the_peering_and_may_be_repeated(peered, step):
    before = [len(table["Routes"]) for table in _tables(peered, step)]
    peered.make(step)
    assert isinstance(peered.tear_down(step), Ready)
    assert [len(table["Routes"]) for table in _tables(peered, step)] == before
    peered.forget()
    step.remove(peered.context)
    assert peered.changes == []


@BOTH
def test_tear_down_works_with_the_peering_gone(peered, step):
    peered.make(step)
    identifier = peered.outputs["peering_acceptance"]["peering_id"]
    peered.provider.change("ec2", "delete_vpc_peering_connection", VpcPeeringConnectionId=identifier)
    assert isinstance(peered.tear_down(step), Ready)
    assert _leading(peered, step) == []


@BOTH
def test_tear_down_of_what_was_never_accepted_has_nothing_to_do(bench, step):
    assert isinstance(bench.tear_down(step), Ready)
    assert bench.changes == []


def test_each_side_is_set_in_its_own_region(request):
    bench = bench_of("memory", request, customer_region="ap-southeast-1")
    for step in (PROVIDER, CUSTOMER, PeeringDns()):
        bench.make_required(step)
        bench.make(step)
    for step in (PROVIDER, CUSTOMER):
        assert step.account(bench.context).region == ("eu-west-1" if step is PROVIDER else "ap-southeast-1")
        assert _leading(bench, step) == [*step.destinations(bench.spec)] * 2
