"""The data-centre VPN, from the router's registration to the routes."""

from dataclasses import replace

import pytest

from environments.provisioning.ports import CallFailed
from environments.provisioning.specification import DataCentre
from environments.provisioning.step import Drifted, Missing, Pending, Ready, StepRefused
from environments.provisioning.steps.vpn_connection import VpnConnection, VpnRoutes
from environments.provisioning.steps.vpn_gateways import CustomerGateway, VpnGateway
from tests.environments.steps.conftest import Bench, bench_of

STATIC = DataCentre("vpn", "203.0.113.7", "static", 0, ("192.168.0.0/16", "172.20.0.0/16"), "Cisco Systems, Inc.")
BGP = DataCentre("vpn", "203.0.113.7", "bgp", 65010)


def rows(bench: Bench, operation: str, key: str) -> list:
    return [row for row in bench.customer.read("ec2", operation)[key] if row.get("State") != "deleted"]


def routers(bench: Bench) -> list:
    return rows(bench, "describe_customer_gateways", "CustomerGateways")


def gateways(bench: Bench) -> list:
    return rows(bench, "describe_vpn_gateways", "VpnGateways")


def connections(bench: Bench) -> list:
    return rows(bench, "describe_vpn_connections", "VpnConnections")


def tables(bench: Bench) -> list:
    found = bench.customer.read("ec2", "describe_route_tables")["RouteTables"]
    return [table for table in found if table["VpcId"] == bench.spec.customer_vpc_id]


def propagating(bench: Bench) -> list[list[str]]:
    return [[one["GatewayId"] for one in table.get("PropagatingVgws", [])] for table in tables(bench)]


def made(bench: Bench, step) -> Bench:
    bench.make_required(step)
    bench.make(step)
    bench.forget()
    return bench


@pytest.fixture
def bench(world, request) -> Bench:
    return bench_of(world, request, data_centre=STATIC)


@pytest.mark.parametrize("choice", ["none", "direct_connect"])
def test_nothing_of_it_without_a_vpn(memory_bench, choice):
    other = replace(memory_bench.spec, data_centre=DataCentre(choice))
    assert not any(step.applies(other) for step in (CustomerGateway(), VpnGateway(), VpnConnection(), VpnRoutes()))


class TestCustomerGateway:
    def test_first_apply_registers_the_router_once_with_one_call(self, bench):
        made(bench, CustomerGateway())
        (router,) = routers(bench)
        assert (router["IpAddress"], router["BgpAsn"]) == ("203.0.113.7", "65000")
        assert router["CustomerGatewayId"] == bench.outputs["customer_gateway"]["customer_gateway_id"]

    def test_second_apply_is_one_read(self, bench):
        made(bench, CustomerGateway()).apply(CustomerGateway())
        assert bench.changes == []
        assert bench.reads == ["ec2.describe_customer_gateways"]

    @pytest.mark.parametrize("asn", [65010, 4200000001])
    def test_asn_of_the_customer_is_registered_also_above_two_to_the_31(self, world, request, asn):
        bench = bench_of(world, request, data_centre=replace(BGP, bgp_asn=asn))
        made(bench, CustomerGateway())
        assert isinstance(CustomerGateway().observe(bench.context), Ready)

    def test_two_environments_behind_the_same_router_have_a_gateway_each(self, bench):
        made(bench, CustomerGateway())
        bench.spec = replace(bench.spec, environment_id="env_2", environment_name="Test")
        made(bench, CustomerGateway())
        assert len(routers(bench)) == 2

    def test_another_address_is_refused_with_what_to_do(self, bench):
        made(bench, CustomerGateway())
        bench.spec = replace(bench.spec, data_centre=replace(STATIC, gateway_ip="203.0.113.99"))
        found = CustomerGateway().observe(bench.context)
        assert isinstance(found, Drifted)
        assert "address is 203.0.113.7 instead of 203.0.113.99" in found.differences[0]
        with pytest.raises(StepRefused, match=r"router at 203\.0\.113\.7"):
            CustomerGateway().apply(bench.context, found)

    def test_several_are_for_a_person(self, bench):
        made(bench, CustomerGateway())
        tags = routers(bench)[0]["Tags"]
        bench.customer.change(
            "ec2",
            "create_customer_gateway",
            Type="ipsec.1",
            IpAddress="203.0.113.7",
            DeviceName="by hand",
            BgpAsn=65000,
            TagSpecifications=[{"ResourceType": "customer-gateway", "Tags": tags}],
        )
        with pytest.raises(StepRefused, match="several customer gateways"):
            CustomerGateway().observe(bench.context)

    def test_tear_down_leaves_nothing_and_can_be_repeated(self, bench):
        made(bench, CustomerGateway()).tear_down(CustomerGateway())
        CustomerGateway().remove(bench.context)
        assert routers(bench) == []


class TestVpnGateway:
    def test_first_apply_makes_and_attaches_it_with_two_calls(self, bench):
        bench.make_required(VpnGateway())
        bench.forget()
        VpnGateway().apply(bench.context, Missing())
        assert bench.changes == ["ec2.create_vpn_gateway", "ec2.attach_vpn_gateway"]
        assert bench.reads == []
        (gateway,) = gateways(bench)
        assert gateway["VpcAttachments"][0]["VpcId"] == bench.spec.customer_vpc_id

    def test_second_apply_is_one_read(self, bench):
        made(bench, VpnGateway()).apply(VpnGateway())
        assert bench.changes == []
        assert bench.reads == ["ec2.describe_vpn_gateways"]

    def test_one_that_was_not_attached_any_more_is_attached(self, bench):
        """Also what is left when the process dies between both calls."""
        made(bench, VpnGateway())
        identifier = gateways(bench)[0]["VpnGatewayId"]
        bench.customer.change("ec2", "detach_vpn_gateway", VpnGatewayId=identifier, VpcId=bench.spec.customer_vpc_id)
        found = VpnGateway().observe(bench.context)
        assert isinstance(found, Drifted)
        assert "vpc is nothing instead of" in found.differences[0]
        bench.make(VpnGateway())
        assert [row["VpnGatewayId"] for row in gateways(bench)] == [identifier]

    def test_amazon_takes_another_asn_than_the_router(self, world, request):
        bench = made(bench_of(world, request, data_centre=replace(BGP, bgp_asn=64512)), VpnGateway())
        assert int(gateways(bench)[0]["AmazonSideAsn"]) == 64513

    def test_gateway_that_the_customer_attached_is_refused_until_it_is_adopted(self, bench):
        bench.make_required(VpnGateway())
        theirs = bench.customer.change("ec2", "create_vpn_gateway", Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
        bench.customer.change("ec2", "attach_vpn_gateway", VpnGatewayId=theirs, VpcId=bench.spec.customer_vpc_id)
        with pytest.raises(StepRefused) as refused:
            VpnGateway().observe(bench.context)
        assert [(change.action, change.aws_id) for change in refused.value.changes] == [("adopt", theirs)]
        found = VpnGateway().observe(replace(bench.context, adopted=frozenset({theirs})))
        assert isinstance(found, Ready)
        assert found.outputs == {"vpn_gateway_id": theirs}

    def test_adopted_one_stays_when_the_environment_is_torn_down(self, bench):
        bench.make_required(VpnGateway())
        theirs = bench.customer.change("ec2", "create_vpn_gateway", Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
        bench.customer.change("ec2", "attach_vpn_gateway", VpnGatewayId=theirs, VpcId=bench.spec.customer_vpc_id)
        bench.tear_down(VpnGateway())
        assert [row["VpnGatewayId"] for row in gateways(bench)] == [theirs]

    def test_tear_down_detaches_and_deletes(self, bench):
        made(bench, VpnGateway()).tear_down(VpnGateway())
        assert gateways(bench) == []


class TestVpnConnection:
    def test_first_apply_is_one_call_and_waits_for_aws(self, bench):
        bench.make_required(VpnConnection())
        bench.forget()
        found = VpnConnection().apply(bench.context, Missing())
        assert bench.changes == ["ec2.create_vpn_connection"]
        assert bench.reads == []
        assert isinstance(found, Pending)
        assert found.waits_on == "aws"

    def test_it_stands_between_both_gateways_with_static_routing(self, bench):
        made(bench, VpnConnection())
        (connection,) = connections(bench)
        assert connection["CustomerGatewayId"] == bench.outputs["customer_gateway"]["customer_gateway_id"]
        assert connection["VpnGatewayId"] == bench.outputs["vpn_gateway"]["vpn_gateway_id"]
        assert connection["Options"]["StaticRoutesOnly"] is True

    def test_outputs_and_resources_hold_no_key(self, bench):
        bench.make_required(VpnConnection())
        ready = bench.make(VpnConnection())
        assert ready.outputs == {"vpn_connection_id": connections(bench)[0]["VpnConnectionId"]}
        assert "key" not in repr(ready)

    def test_second_apply_is_one_read(self, bench):
        made(bench, VpnConnection()).apply(VpnConnection())
        assert bench.changes == []
        assert bench.reads == ["ec2.describe_vpn_connections"]

    def test_other_routing_is_for_a_person(self, bench):
        made(bench, VpnConnection())
        bench.spec = replace(bench.spec, data_centre=BGP)
        found = VpnConnection().observe(bench.context)
        assert isinstance(found, Drifted)
        assert "routing is static instead of BGP" in found.differences[0]
        with pytest.raises(StepRefused, match="cannot be changed in place"):
            VpnConnection().apply(bench.context, found)

    def test_tear_down_leaves_nothing(self, bench):
        made(bench, VpnConnection()).tear_down(VpnConnection())
        assert connections(bench) == []


class TestVpnRoutes:
    def test_each_prefix_is_a_route_and_every_table_takes_them(self, bench):
        made(bench, VpnRoutes())
        (connection,) = connections(bench)
        assert {route["DestinationCidrBlock"] for route in connection["Routes"]} == set(STATIC.prefixes)
        gateway = bench.outputs["vpn_gateway"]["vpn_gateway_id"]
        assert propagating(bench) == [[gateway]] * len(tables(bench))
        assert bench.outputs["vpn_routes"] == {"prefixes": ["172.20.0.0/16", "192.168.0.0/16"]}

    def test_second_apply_is_two_reads(self, bench):
        made(bench, VpnRoutes()).apply(VpnRoutes())
        assert bench.changes == []
        assert sorted(bench.reads) == ["ec2.describe_route_tables", "ec2.describe_vpn_connections"]

    def test_bgp_needs_no_static_route(self, world, request):
        bench = made(bench_of(world, request, data_centre=BGP), VpnRoutes())
        assert not connections(bench)[0].get("Routes")
        assert all(propagating(bench))

    def test_table_that_was_left_out_is_drift_and_taken_in(self, bench):
        made(bench, VpnRoutes())
        table, gateway = tables(bench)[0]["RouteTableId"], bench.outputs["vpn_gateway"]["vpn_gateway_id"]
        bench.customer.change("ec2", "disable_vgw_route_propagation", RouteTableId=table, GatewayId=gateway)
        found = VpnRoutes().observe(bench.context)
        if len(tables(bench)) > 1:
            assert isinstance(found, Drifted)
            assert table in found.differences[0]
        bench.make(VpnRoutes())
        assert all(propagating(bench))

    def test_prefix_that_the_customer_drops_goes_and_a_new_one_comes(self, bench):
        made(bench, VpnRoutes())
        bench.spec = replace(bench.spec, data_centre=replace(STATIC, prefixes=("172.20.0.0/16", "172.21.0.0/16")))
        found = VpnRoutes().observe(bench.context)
        assert isinstance(found, Drifted)
        assert [(change.action, change.name) for change in found.changes if change.action != "keep"] == [
            ("create", "172.21.0.0/16"),
            ("remove", "192.168.0.0/16"),
        ]
        bench.make(VpnRoutes())
        routes = {route["DestinationCidrBlock"] for route in connections(bench)[0]["Routes"]}
        assert routes == {"172.20.0.0/16", "172.21.0.0/16"}

    def test_tear_down_takes_routes_and_propagation_away(self, bench):
        made(bench, VpnRoutes()).tear_down(VpnRoutes())
        assert not connections(bench)[0].get("Routes")
        assert not any(propagating(bench))

    def test_tear_down_before_anything_stood_does_no_harm(self, bench):
        assert isinstance(VpnRoutes().observe_removal(bench.context), Ready)


def test_whole_link_comes_down_in_reverse(bench):
    made(bench, VpnRoutes())
    for step in (VpnRoutes(), VpnConnection(), VpnGateway(), CustomerGateway()):
        bench.tear_down(step)
    assert (routers(bench), gateways(bench), connections(bench)) == ([], [], [])


def test_router_in_use_cannot_be_deleted(memory_bench):
    """The order of the tear-down matters: AWS refuses, and the memory does as AWS."""
    memory_bench.spec = replace(memory_bench.spec, data_centre=STATIC)
    made(memory_bench, VpnConnection())
    with pytest.raises(CallFailed, match="IncorrectState"):
        CustomerGateway().remove(memory_bench.context)
