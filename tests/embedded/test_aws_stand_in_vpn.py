"""The link to a data centre."""

from typing import Any
from xml.etree import ElementTree

import pytest
from botocore.exceptions import ClientError

from portal.embedded.aws_stand_in import patches
from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS
from tests.aws import RunningStandIn, code_of

NORTHWIND = CUSTOMER_ACCOUNTS[0]
DEVICE = {"Type": "ipsec.1", "PublicIp": "203.0.113.10", "BgpAsn": 65010}


@pytest.fixture
def ec2(stand_in: RunningStandIn) -> Any:
    return stand_in.customer(NORTHWIND, "ec2")


def connect(ec2: Any, **more: Any) -> dict[str, Any]:
    """Connect the device to a new virtual private gateway of the production VPC."""
    device = ec2.create_customer_gateway(**DEVICE)["CustomerGateway"]["CustomerGatewayId"]
    gateway = ec2.create_vpn_gateway(Type="ipsec.1")["VpnGateway"]["VpnGatewayId"]
    ec2.attach_vpn_gateway(VpcId=NORTHWIND.production_vpc_id, VpnGatewayId=gateway)
    return repeat(ec2, device, gateway, **more)


def repeat(ec2: Any, device: str, gateway: str, **more: Any) -> dict[str, Any]:
    made = ec2.create_vpn_connection(Type="ipsec.1", CustomerGatewayId=device, VpnGatewayId=gateway, **more)
    return made["VpnConnection"]


def seen(ec2: Any) -> dict[str, Any]:
    (connection,) = ec2.describe_vpn_connections()["VpnConnections"]
    return connection


def test_the_same_device_has_one_gateway(ec2: Any) -> None:
    first, second = (ec2.create_customer_gateway(**DEVICE)["CustomerGateway"] for _ in range(2))
    other = ec2.create_customer_gateway(**(DEVICE | {"PublicIp": "203.0.113.11"}))["CustomerGateway"]
    ec2.delete_customer_gateway(CustomerGatewayId=first["CustomerGatewayId"])
    again = ec2.create_customer_gateway(**DEVICE)["CustomerGateway"]

    assert first["CustomerGatewayId"] == second["CustomerGatewayId"]
    assert len({row["CustomerGatewayId"] for row in (first, other, again)}) == 3


@pytest.mark.parametrize(
    "one", [{"Name": "tag:env", "Values": ["production"]}, {"Name": "bgp-asn", "Values": ["65010"]}]
)
def test_customer_gateways_are_filtered(ec2: Any, one: dict[str, Any]) -> None:
    tags = [{"ResourceType": "customer-gateway", "Tags": [{"Key": "env", "Value": "production"}]}]
    ec2.create_customer_gateway(**DEVICE, TagSpecifications=tags)
    ec2.create_customer_gateway(Type="ipsec.1", PublicIp="203.0.113.11", BgpAsn=65011)

    found = ec2.describe_customer_gateways(Filters=[one])["CustomerGateways"]

    assert [row["IpAddress"] for row in found] == ["203.0.113.10"]


@pytest.mark.usefixtures("stands_still")
def test_a_connection_takes_a_moment(ec2: Any) -> None:
    assert connect(ec2)["State"] == "pending"
    assert seen(ec2)["State"] == "pending"

    with patches.at_once():
        assert seen(ec2)["State"] == "available"


def test_the_same_pair_has_one_connection(ec2: Any) -> None:
    first = connect(ec2)
    second = repeat(ec2, first["CustomerGatewayId"], first["VpnGatewayId"])

    assert first["VpnConnectionId"] == second["VpnConnectionId"]


def test_a_static_connection_has_routes(ec2: Any) -> None:
    connection = connect(ec2, Options={"StaticRoutesOnly": True})["VpnConnectionId"]
    for cidr in ("172.16.0.0/16", "172.17.0.0/16", "172.16.0.0/16"):
        ec2.create_vpn_connection_route(VpnConnectionId=connection, DestinationCidrBlock=cidr)

    assert seen(ec2)["Options"]["StaticRoutesOnly"] is True
    assert seen(ec2)["Routes"] == [
        {"DestinationCidrBlock": cidr, "Source": "Static", "State": "available"}
        for cidr in ("172.16.0.0/16", "172.17.0.0/16")
    ]

    ec2.delete_vpn_connection_route(VpnConnectionId=connection, DestinationCidrBlock="172.16.0.0/16")
    assert [row["DestinationCidrBlock"] for row in seen(ec2)["Routes"]] == ["172.17.0.0/16"]


def test_a_dynamic_connection_takes_no_static_route(ec2: Any) -> None:
    connection = connect(ec2)["VpnConnectionId"]

    with pytest.raises(ClientError) as refusal:
        ec2.create_vpn_connection_route(VpnConnectionId=connection, DestinationCidrBlock="172.16.0.0/16")

    assert code_of(refusal) == "InvalidParameterValue"
    assert seen(ec2)["Options"]["StaticRoutesOnly"] is False


def test_a_gateway_propagates_into_the_tables_of_its_vpc(ec2: Any) -> None:
    gateway = connect(ec2)["VpnGatewayId"]
    tables = {
        vpc: ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
        for vpc in (NORTHWIND.production_vpc_id, NORTHWIND.test_vpc_id)
    }
    given = {"GatewayId": gateway, "RouteTableId": tables[NORTHWIND.production_vpc_id]}

    for _ in range(2):
        ec2.enable_vgw_route_propagation(**given)
    (table,) = ec2.describe_route_tables(RouteTableIds=[given["RouteTableId"]])["RouteTables"]
    with pytest.raises(ClientError) as refusal:
        ec2.enable_vgw_route_propagation(GatewayId=gateway, RouteTableId=tables[NORTHWIND.test_vpc_id])

    assert table["PropagatingVgws"] == [{"GatewayId": gateway}]
    assert code_of(refusal) == "Gateway.NotAttached"

    ec2.disable_vgw_route_propagation(**given)
    assert not ec2.describe_route_tables(RouteTableIds=[given["RouteTableId"]])["RouteTables"][0]["PropagatingVgws"]


def test_the_tunnels_are_down_until_the_device_dials_in(stand_in: RunningStandIn, ec2: Any) -> None:
    connection = connect(ec2)["VpnConnectionId"]
    assert [row["Status"] for row in seen(ec2)["VgwTelemetry"]] == ["DOWN", "DOWN"]

    stand_in.tunnels_are_up(NORTHWIND, connection, count=1)
    assert [row["Status"] for row in seen(ec2)["VgwTelemetry"]] == ["UP", "DOWN"]

    stand_in.tunnels_are_up(NORTHWIND, connection)
    assert [row["Status"] for row in seen(ec2)["VgwTelemetry"]] == ["UP", "UP"]


def test_the_device_is_told_two_tunnels_of_its_own(ec2: Any) -> None:
    connect(ec2)

    document = ElementTree.fromstring(seen(ec2)["CustomerGatewayConfiguration"])  # noqa: S314 - our own

    assert {one.text for one in document.iterfind("*/customer_gateway/tunnel_outside_address/ip_address")} == {
        "203.0.113.10"
    }
    ends = [one.text for one in document.iterfind("*/vpn_gateway/tunnel_outside_address/ip_address")]
    assert ends == [row["OutsideIpAddress"] for row in seen(ec2)["VgwTelemetry"]]
    assert len({one.text for one in document.iterfind("*/ike/pre_shared_key")}) == 2
