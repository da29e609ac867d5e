"""Site-to-site VPN: one gateway per device, static routes, propagation, and tunnels that are down until the device dials in."""

import hashlib
from datetime import datetime
from typing import Any

from moto.core.responses import ActionResult, EmptyResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models import ec2_backends
from moto.ec2.models.customer_gateways import CustomerGateway
from moto.ec2.models.vpn_connections import VPNConnection, VPNConnectionBackend
from moto.ec2.responses import EC2Response

from portal.embedded.aws_stand_in import patches
from portal.embedded.aws_stand_in.patches.settling import settle

TUNNELS = 2
TUNNELS_UP = "stand-in:tunnels-up"
"""The tag on a connection that says how many of its tunnels the customer's device holds: the stand-in has no devices."""


def install() -> None:
    _give_one_gateway_per_device()
    _give_one_connection_per_pair()
    EC2Response.create_vpn_connection_route = _create_route
    EC2Response.delete_vpn_connection_route = _delete_route
    EC2Response.enable_vgw_route_propagation = _enable_propagation
    EC2Response.disable_vgw_route_propagation = _disable_propagation
    settle(VPNConnection, "state", first="pending", then="available", wait="VPN")
    VPNConnection.vgw_telemetry = property(_telemetry)
    VPNConnection.routes = property(lambda connection: vars(connection).get("static_routes") or [])
    configuration = VPNConnection.customer_gateway_configuration.fget
    VPNConnection.customer_gateway_configuration = property(lambda connection: _configured(connection, configuration))


def tunnels_are_up(account_id: str, region: str, connection_id: str, count: int = TUNNELS) -> None:
    """Say that the customer's device holds the first `count` tunnels of the connection, and no other."""
    ec2_backends[account_id][region].create_tags([connection_id], {TUNNELS_UP: str(count)})


def _give_one_gateway_per_device() -> None:
    respond = EC2Response.create_customer_gateway

    def create_once(self: Any) -> Any:
        """Address, ASN and device name make a gateway; the same three again give back the one that is there."""
        asn = self._get_param("BgpAsn") or self._get_param("BgpAsnExtended") or 65000
        address = self._get_param("IpAddress") or self._get_param("PublicIp")
        device = (address, str(asn), self._get_param("DeviceName") or "")
        for known in self.ec2_backend.customer_gateways.values():
            if (known.ip_address, known.bgp_asn, known.device_name) == device and known.state != "deleted":
                return ActionResult({"CustomerGateway": known})
        answer = respond(self)
        made = answer.result["CustomerGateway"]
        made.bgp_asn, made.device_name = device[1:]  # a filter compares text; AWS fills in the default
        return answer

    CustomerGateway.device_name = ""
    EC2Response.create_customer_gateway = create_once


def _give_one_connection_per_pair() -> None:
    create = VPNConnectionBackend.create_vpn_connection
    respond = EC2Response.create_vpn_connection

    def create_once(
        self: Any, vpn_conn_type: str, customer_gateway_id: str, vpn_gateway_id: str | None = None, **more: Any
    ) -> Any:
        for known in self.vpn_connections.values():
            pair = (known.customer_gateway_id, known.vpn_gateway_id)
            if vpn_gateway_id and pair == (customer_gateway_id, vpn_gateway_id) and known.state != "deleted":
                return known
        return create(self, vpn_conn_type, customer_gateway_id, vpn_gateway_id=vpn_gateway_id, **more)

    def create_with_options(self: Any) -> Any:
        answer = respond(self)
        connection = answer.result["VpnConnection"]
        asked = self._get_param("Options", {})
        connection.options = connection.options or {
            "StaticRoutesOnly": asked.get("StaticRoutesOnly", False),
            "LocalIpv4NetworkCidr": asked.get("LocalIpv4NetworkCidr", "0.0.0.0/0"),
            "RemoteIpv4NetworkCidr": asked.get("RemoteIpv4NetworkCidr", "0.0.0.0/0"),
            "TunnelOptions": [{"OutsideIpAddress": address} for address in _outside_addresses(connection)],
        }
        return answer

    VPNConnectionBackend.create_vpn_connection = create_once
    EC2Response.create_vpn_connection = create_with_options


def _create_route(self: Any) -> Any:
    """Add a static route; repeated, it stays one."""
    connection, cidr = _connection_and_cidr(self)
    if not (connection.options or {}).get("StaticRoutesOnly"):
        raise EC2ClientError("InvalidParameterValue", f"{connection.id} learns its routes by BGP.")
    if cidr not in [route["DestinationCidrBlock"] for route in connection.routes]:
        made = {"DestinationCidrBlock": cidr, "Source": "Static", "State": "available"}
        connection.static_routes = [*connection.routes, made]
    return EmptyResult()


def _delete_route(self: Any) -> Any:
    connection, cidr = _connection_and_cidr(self)
    left = [route for route in connection.routes if route["DestinationCidrBlock"] != cidr]
    if len(left) == len(connection.routes):
        raise EC2ClientError("InvalidRoute.NotFound", f"{connection.id} has no route to {cidr}.")
    connection.static_routes = left
    return EmptyResult()


def _connection_and_cidr(response: Any) -> tuple[Any, str]:
    known = response.ec2_backend.describe_vpn_connections([response._get_param("VpnConnectionId")])
    return known[0], response._get_param("DestinationCidrBlock")


def _enable_propagation(self: Any) -> Any:
    table, gateway = _table_and_gateway(self)
    attachment = gateway.attachments.get(table.vpc_id)
    if attachment is None or attachment.state != "attached":
        raise EC2ClientError("Gateway.NotAttached", f"{gateway.id} is not attached to {table.vpc_id}.")
    table.propagating_vgws = [*_others(table, gateway), {"GatewayId": gateway.id}]
    return EmptyResult()


def _disable_propagation(self: Any) -> Any:
    table, gateway = _table_and_gateway(self)
    table.propagating_vgws = _others(table, gateway)
    return EmptyResult()


def _table_and_gateway(response: Any) -> tuple[Any, Any]:
    backend = response.ec2_backend
    table = backend.get_route_table(response._get_param("RouteTableId"))
    return table, backend.get_vpn_gateway(response._get_param("GatewayId"))


def _others(table: Any, gateway: Any) -> list[dict[str, str]]:
    return [row for row in getattr(table, "propagating_vgws", []) if row["GatewayId"] != gateway.id]


def _telemetry(connection: Any) -> list[dict[str, Any]]:
    said = {tag["key"]: tag["value"] for tag in connection.get_tags()}.get(TUNNELS_UP, "0")
    held: dict[str, Any] = connection.tunnels or {"up": 0, "since": vars(connection).get("made_at")}
    if held["up"] != int(said):
        held = {"up": int(said), "since": patches.now()}
    connection.tunnels = held
    return [
        _tunnel(address, number < held["up"], held["since"])
        for number, address in enumerate(_outside_addresses(connection))
    ]


def _tunnel(address: str, up: bool, since: datetime | None) -> dict[str, Any]:
    return {
        "OutsideIpAddress": address,
        "Status": "UP" if up else "DOWN",
        "StatusMessage": "" if up else "IPSEC IS DOWN",
        "LastStatusChange": since,
        "AcceptedRouteCount": 0,
    }


def _outside_addresses(connection: Any) -> list[str]:
    """Return an address of our own for each tunnel, the same for the connection's whole life, from TEST-NET-2."""
    first = hashlib.sha256(connection.id.encode()).digest()[0] // 2
    return [f"198.51.100.{first}", f"198.51.100.{first + 128}"]


def _configured(connection: Any, canned: Any) -> str:
    """Return moto's document with the device's and both tunnels' own addresses in it, and a key per tunnel."""
    device = connection.ec2_backend.get_customer_gateway(connection.customer_gateway_id)
    head, *tunnels = canned(connection).split("<ipsec_tunnel>")
    written = [head]
    for number, (tunnel, address) in enumerate(zip(tunnels, _outside_addresses(connection), strict=True)):
        own = tunnel.replace("12.1.2.3", device.ip_address).replace("<asn>65000<", f"<asn>{device.bgp_asn}<")
        own = own.replace("52.2.144.13", address).replace("169.254.44.", f"169.254.{44 + number}.")
        key = hashlib.sha256(f"{connection.id} {number}".encode()).hexdigest()[:32]
        written.append(own.replace("Iw2IAN9XUsQeYUrkMGP3kP59ugFDkfHg", key))
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + "<ipsec_tunnel>".join(written).strip()
