"""Site-to-site VPN: both gateways, the connection with its two tunnels, static routes and propagation.

Each accepted create makes one more, although AWS gives back a router that it has. A connection takes five minutes to be built;
its tunnels are down until the customer's router dials in, which is `dial_in`.
"""

from datetime import timedelta
from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, Cloud, answers, refuse, when_people_act

BUILDING = timedelta(minutes=5)
_PHASE = """
<authentication_protocol>sha1</authentication_protocol><encryption_protocol>aes-128-cbc</encryption_protocol>
<lifetime>28800</lifetime><perfect_forward_secrecy>group2</perfect_forward_secrecy>"""


@when_people_act
def dial_in(cloud: Cloud, tunnels: int = 2) -> None:
    """The customer's router brings up the first of the tunnels, and no other."""
    for connection in cloud.rows("ec2", "vpn_connection"):
        for number, tunnel in enumerate(connection["VgwTelemetry"]):
            tunnel["Status"] = "UP" if number < tunnels else "DOWN"
            tunnel["StatusMessage"] = "" if number < tunnels else "IPSEC IS DOWN"
            tunnel["LastStatusChange"] = cloud.now


def _living(call: Call, kind: str, id: str, code: str) -> dict[str, Any]:
    row = call.row(kind, id, code)
    if row.get("_dead"):
        raise refuse(Failure.MISSING, code, call.operation)
    return row


@answers("ec2.describe_customer_gateways")
def describe_customer_gateways(call: Call, *, Filters: Any = None) -> Any:
    return {"CustomerGateways": list(call.table("customer_gateway").values())}


@answers("ec2.create_customer_gateway")
def create_customer_gateway(
    call: Call,
    *,
    Type: str,
    IpAddress: str,
    TagSpecifications: Any,
    DeviceName: str,
    BgpAsn: int = 0,
    BgpAsnExtended: int = 0,
) -> Any:
    row = {
        "CustomerGatewayId": call.new_id("cgw-"),
        "State": "available",
        "Type": Type,
        "IpAddress": IpAddress,
        "DeviceName": DeviceName,
        **({"BgpAsnExtended": str(BgpAsnExtended)} if BgpAsnExtended else {"BgpAsn": str(BgpAsn or 65000)}),
        "Tags": TagSpecifications[0]["Tags"],
    }
    return {"CustomerGateway": call.add("customer_gateway", row["CustomerGatewayId"], row)}


@answers("ec2.delete_customer_gateway")
def delete_customer_gateway(call: Call, *, CustomerGatewayId: str) -> Any:
    row = _living(call, "customer_gateway", CustomerGatewayId, "InvalidCustomerGatewayID.NotFound")
    _refuse_in_use(call, "CustomerGatewayId", CustomerGatewayId)
    row["State"], row["_dead"] = "deleted", True
    return {}


def _refuse_in_use(call: Call, key: str, id: str) -> None:
    connections = call.table("vpn_connection").values()
    if any(row[key] == id and not row.get("_dead") for row in connections):
        raise refuse(Failure.REFUSED, "IncorrectState", call.operation)


@answers("ec2.describe_vpn_gateways")
def describe_vpn_gateways(call: Call, *, Filters: Any = None) -> Any:
    return {"VpnGateways": list(call.table("vpn_gateway").values())}


@answers("ec2.create_vpn_gateway")
def create_vpn_gateway(call: Call, *, Type: str, AmazonSideAsn: int = 64512, TagSpecifications: Any = None) -> Any:
    row = {
        "VpnGatewayId": call.new_id("vgw-"),
        "State": "available",
        "Type": Type,
        "AmazonSideAsn": AmazonSideAsn,
        "VpcAttachments": [],
        "Tags": TagSpecifications[0]["Tags"] if TagSpecifications else [],
    }
    return {"VpnGateway": call.add("vpn_gateway", row["VpnGatewayId"], row)}


@answers("ec2.attach_vpn_gateway")
def attach_vpn_gateway(call: Call, *, VpnGatewayId: str, VpcId: str) -> Any:
    """A second attachment to the same VPC is the first; a VPC takes one gateway only."""
    row = _living(call, "vpn_gateway", VpnGatewayId, "InvalidVpnGatewayID.NotFound")
    others = (other for other in call.table("vpn_gateway").values() if other is not row)
    if any(held["VpcId"] == VpcId for other in others for held in other["VpcAttachments"]):
        raise refuse(Failure.REFUSED, "InvalidVpcState", call.operation)
    row["VpcAttachments"] = [{"VpcId": VpcId, "State": "attached"}]
    return {"VpcAttachment": row["VpcAttachments"][0]}


@answers("ec2.detach_vpn_gateway")
def detach_vpn_gateway(call: Call, *, VpnGatewayId: str, VpcId: str) -> Any:
    row = _living(call, "vpn_gateway", VpnGatewayId, "InvalidVpnGatewayID.NotFound")
    _refuse_in_use(call, "VpnGatewayId", VpnGatewayId)
    row["VpcAttachments"] = []
    return {}


@answers("ec2.delete_vpn_gateway")
def delete_vpn_gateway(call: Call, *, VpnGatewayId: str) -> Any:
    row = _living(call, "vpn_gateway", VpnGatewayId, "InvalidVpnGatewayID.NotFound")
    if row["VpcAttachments"]:
        raise refuse(Failure.REFUSED, "IncorrectState", call.operation)
    row["State"], row["_dead"] = "deleted", True
    return {}


@answers("ec2.describe_vpn_connections")
def describe_vpn_connections(call: Call, *, Filters: Any = None) -> Any:
    rows = list(call.table("vpn_connection").values())
    for row in rows:
        if row["State"] == "pending" and call.cloud.now - row["_made_at"] >= BUILDING:
            row["State"] = "available"
    return {"VpnConnections": rows}


@answers("ec2.create_vpn_connection")
def create_vpn_connection(
    call: Call, *, Type: str, CustomerGatewayId: str, VpnGatewayId: str, Options: Any, TagSpecifications: Any
) -> Any:
    router = _living(call, "customer_gateway", CustomerGatewayId, "InvalidCustomerGatewayID.NotFound")
    _living(call, "vpn_gateway", VpnGatewayId, "InvalidVpnGatewayID.NotFound")
    identifier = call.new_id("vpn-")
    addresses = ("198.51.100.7", "198.51.100.135")
    row = {
        "VpnConnectionId": identifier,
        "State": "pending",
        "Type": Type,
        "CustomerGatewayId": CustomerGatewayId,
        "VpnGatewayId": VpnGatewayId,
        "Options": dict(Options),
        "Routes": [],
        "VgwTelemetry": [
            {"OutsideIpAddress": address, "Status": "DOWN", "StatusMessage": "IPSEC IS DOWN", "AcceptedRouteCount": 0}
            for address in addresses
        ],
        "CustomerGatewayConfiguration": _configuration(identifier, router, addresses),
        "Tags": TagSpecifications[0]["Tags"],
        "_made_at": call.cloud.now,
    }
    return {"VpnConnection": call.add("vpn_connection", identifier, row)}


@answers("ec2.delete_vpn_connection")
def delete_vpn_connection(call: Call, *, VpnConnectionId: str) -> Any:
    row = _living(call, "vpn_connection", VpnConnectionId, "InvalidVpnConnectionID.NotFound")
    row["State"], row["_dead"] = "deleted", True
    return {}


@answers("ec2.create_vpn_connection_route")
def create_vpn_connection_route(call: Call, *, VpnConnectionId: str, DestinationCidrBlock: str) -> Any:
    row = _living(call, "vpn_connection", VpnConnectionId, "InvalidVpnConnectionID.NotFound")
    others = [route for route in row["Routes"] if route["DestinationCidrBlock"] != DestinationCidrBlock]
    row["Routes"] = [*others, {"DestinationCidrBlock": DestinationCidrBlock, "State": "available"}]
    return {}


@answers("ec2.delete_vpn_connection_route")
def delete_vpn_connection_route(call: Call, *, VpnConnectionId: str, DestinationCidrBlock: str) -> Any:
    row = _living(call, "vpn_connection", VpnConnectionId, "InvalidVpnConnectionID.NotFound")
    left = [route for route in row["Routes"] if route["DestinationCidrBlock"] != DestinationCidrBlock]
    if len(left) == len(row["Routes"]):
        raise refuse(Failure.MISSING, "InvalidRoute.NotFound", call.operation)
    row["Routes"] = left
    return {}


@answers("ec2.enable_vgw_route_propagation")
def enable_vgw_route_propagation(call: Call, *, GatewayId: str, RouteTableId: str) -> Any:
    table = call.row("route_table", RouteTableId, "InvalidRouteTableID.NotFound")
    gateway = _living(call, "vpn_gateway", GatewayId, "InvalidVpnGatewayID.NotFound")
    if table["VpcId"] not in [held["VpcId"] for held in gateway["VpcAttachments"]]:
        raise refuse(Failure.REFUSED, "Gateway.NotAttached", call.operation)
    table["PropagatingVgws"] = [*_others(table, GatewayId), {"GatewayId": GatewayId}]
    return {}


@answers("ec2.disable_vgw_route_propagation")
def disable_vgw_route_propagation(call: Call, *, GatewayId: str, RouteTableId: str) -> Any:
    table = call.row("route_table", RouteTableId, "InvalidRouteTableID.NotFound")
    table["PropagatingVgws"] = _others(table, GatewayId)
    return {}


def _others(table: dict[str, Any], gateway_id: str) -> list[dict[str, str]]:
    return [one for one in table.get("PropagatingVgws", []) if one["GatewayId"] != gateway_id]


def _configuration(identifier: str, router: dict[str, Any], addresses: tuple[str, ...]) -> str:
    tunnels = "".join(_tunnel(number, router, address) for number, address in enumerate(addresses))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<vpn_connection id="{identifier}">{tunnels}</vpn_connection>'


def _tunnel(number: int, router: dict[str, Any], address: str) -> str:
    asn = router.get("BgpAsnExtended") or router["BgpAsn"]
    return f"""
<ipsec_tunnel>
<customer_gateway>{_end(router["IpAddress"], f"169.254.{44 + number}.42", asn)}</customer_gateway>
<vpn_gateway>{_end(address, f"169.254.{44 + number}.41", "64512")}</vpn_gateway>
<ike>{_PHASE}<mode>main</mode><pre_shared_key>key-of-tunnel-{number + 1}</pre_shared_key></ike>
<ipsec>{_PHASE}<tcp_mss_adjustment>1379</tcp_mss_adjustment>
<dead_peer_detection><interval>10</interval><retries>3</retries></dead_peer_detection></ipsec>
</ipsec_tunnel>"""


def _end(outside: str, inside: str, asn: str) -> str:
    return (
        f"<tunnel_outside_address><ip_address>{outside}</ip_address></tunnel_outside_address>"
        f"<tunnel_inside_address><ip_address>{inside}</ip_address><network_cidr>30</network_cidr></tunnel_inside_address>"
        f"<bgp><asn>{asn}</asn><hold_time>30</hold_time></bgp>"
    )
