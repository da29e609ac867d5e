"""The VPN connection, and what goes through it: the customer's prefixes as routes, in every route table of the VPC."""

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from environments.provisioning.collection import NOT_SHOWN, Collection, There, at_once
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.specification import Spec
from environments.provisioning.step import AWS, Context, Pending, Wanted
from environments.provisioning.steps.vpn_gateways import of_environment, only, ours, tagged, uses_vpn

_LOOK_AGAIN = timedelta(seconds=5)
PROPAGATION = "route propagation"
_DEAD_ROUTES = ("deleting", "deleted")


def find(ctx: Context) -> dict[str, Any] | None:
    """Return the environment's VPN connection, None without one. What it returns holds the keys of the tunnels."""
    rows = ctx.customer.pages("ec2", "describe_vpn_connections", "VpnConnections", Filters=of_environment(ctx.spec))
    return only(ours(rows, ctx.spec, VpnConnection.key), "VPN connections", "VpnConnectionId")


class VpnConnection(Collection):
    """Two tunnels between both gateways. The answers hold pre-shared keys: nothing of them is kept here."""

    key = "vpn_connection"
    title = "VPN connection"
    doing = "Building the VPN connection"
    done = "Built the VPN connection"
    requires = ("customer_gateway", "vpn_gateway")
    settles = True
    quotas = {"vpn_connection": "ec2/L-3E6EC3A3"}
    expected = timedelta(minutes=5)
    permissions = (
        "ec2:CreateTags",
        "ec2:CreateVpnConnection",
        "ec2:DeleteVpnConnection",
        "ec2:DescribeVpnConnections",
    )

    def applies(self, spec: Spec) -> bool:
        return uses_vpn(spec)

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        attributes = {"routing": _routing(static=is_static(spec)), "gateways": "of this environment"}
        return (Wanted("vpn_connection", _name(spec), attributes),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        found = find(ctx)
        return {_name(ctx.spec): self._there(ctx, found)} if found else {}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        made = ctx.customer.change(
            "ec2",
            "create_vpn_connection",
            Type="ipsec.1",
            CustomerGatewayId=ctx.outputs["customer_gateway"]["customer_gateway_id"],
            VpnGatewayId=ctx.outputs["vpn_gateway"]["vpn_gateway_id"],
            Options={"StaticRoutesOnly": is_static(ctx.spec)},
            TagSpecifications=tagged(ctx.spec, self.key, "vpn-connection", wanted.name),
        )["VpnConnection"]
        return self._there(ctx, made)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("ec2", "delete_vpn_connection", VpnConnectionId=there.aws_id)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"vpn_connection_id": there[_name(ctx.spec)].aws_id}

    def _there(self, ctx: Context, row: dict[str, Any]) -> There:
        static = (row.get("Options") or {}).get("StaticRoutesOnly")
        between = (row["CustomerGatewayId"], row.get("VpnGatewayId"))
        attributes = {
            "routing": NOT_SHOWN if static is None else _routing(static=static),
            "gateways": "of this environment" if between == _gateways(ctx) else ", ".join(filter(None, between)),
        }
        building = Pending(AWS, "AWS is building both tunnels, which takes about five minutes.", _LOOK_AGAIN)
        pending = building if row["State"] == "pending" else None
        return There(row["VpnConnectionId"], attributes, pending=pending, leaving=row["State"] == "deleting")


class VpnRoutes(Collection):
    """Static prefixes on the connection; and its routes, static or learnt, in every route table of the VPC."""

    key = "vpn_routes"
    title = "Routes to the data centre"
    doing = "Adding the routes to the data centre"
    done = "Added the routes to the data centre"
    requires = ("vpn_connection", "route_tables")
    permissions = (
        "ec2:CreateVpnConnectionRoute",
        "ec2:DeleteVpnConnectionRoute",
        "ec2:DescribeRouteTables",
        "ec2:DescribeVpnConnections",
        "ec2:DisableVgwRoutePropagation",
        "ec2:EnableVgwRoutePropagation",
    )

    def applies(self, spec: Spec) -> bool:
        return uses_vpn(spec)

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        prefixes = spec.data_centre.prefixes if is_static(spec) else ()
        routes = (Wanted("vpn_route", prefix) for prefix in prefixes)
        return (*routes, Wanted("route_propagation", PROPAGATION, {"tables_left_out": ""}))

    def look(self, ctx: Context) -> Mapping[str, There]:
        connection_id, gateway_id = _connection_id(ctx), _gateways(ctx)[1]
        if not connection_id or not gateway_id:
            return {}
        reads: tuple[Callable[[Context], Any], ...] = (find, _tables)
        connection, tables = at_once(lambda read: read(ctx), reads)
        shown = (connection or {}).get("Routes") or ()
        routes = {
            route["DestinationCidrBlock"]: There(f"{connection_id}/{route['DestinationCidrBlock']}")
            for route in shown
            if route.get("State") not in _DEAD_ROUTES
        }
        return {**routes, **_propagation(tables, gateway_id)}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        if wanted.name == PROPAGATION:
            return self._propagate(ctx, [table["RouteTableId"] for table in _tables(ctx)])
        connection_id = _connection_id(ctx)
        ctx.customer.change(
            "ec2", "create_vpn_connection_route", VpnConnectionId=connection_id, DestinationCidrBlock=wanted.name
        )
        return There(f"{connection_id}/{wanted.name}")

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        return self._propagate(ctx, there.extra["left_out"])

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        if name != PROPAGATION:
            ctx.customer.change(
                "ec2", "delete_vpn_connection_route", VpnConnectionId=_connection_id(ctx), DestinationCidrBlock=name
            )
            return
        gateway_id = _gateways(ctx)[1]
        at_once(
            lambda table: ctx.customer.change(
                "ec2", "disable_vgw_route_propagation", GatewayId=gateway_id, RouteTableId=table
            ),
            there.extra["tables"],
        )

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"prefixes": sorted(name for name in there if name != PROPAGATION)}

    def _propagate(self, ctx: Context, tables: Sequence[str]) -> There:
        gateway_id = _gateways(ctx)[1]
        at_once(
            lambda table: ctx.customer.change(
                "ec2", "enable_vgw_route_propagation", GatewayId=gateway_id, RouteTableId=table
            ),
            tables,
        )
        return There(gateway_id, {"tables_left_out": ""}, extra={"tables": list(tables), "left_out": []})


def _tables(ctx: Context) -> list[dict[str, Any]]:
    """Return the route tables of the VPC; none where the VPC is gone."""
    vpc_id = ctx.spec.customer_vpc_id
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}]
    try:
        rows = ctx.customer.pages("ec2", "describe_route_tables", "RouteTables", Filters=filters)
    except CallFailed as failed:
        if failed.failure == Failure.MISSING:
            return []
        raise
    return [row for row in rows if row["VpcId"] == vpc_id]


def _propagation(tables: Sequence[dict[str, Any]], gateway_id: str) -> dict[str, There]:
    """Return what propagates, where anything does; which tables it leaves out is what is compared."""
    taking = [table["RouteTableId"] for table in tables if _takes(table, gateway_id)]
    left_out = [table["RouteTableId"] for table in tables if not _takes(table, gateway_id)]
    if not taking:
        return {}
    extra = {"tables": taking, "left_out": left_out}
    return {PROPAGATION: There(gateway_id, {"tables_left_out": ", ".join(left_out)}, extra=extra)}


def _takes(table: dict[str, Any], gateway_id: str) -> bool:
    return any(one["GatewayId"] == gateway_id for one in table.get("PropagatingVgws") or ())


def _connection_id(ctx: Context) -> str:
    return str(ctx.outputs.get("vpn_connection", {}).get("vpn_connection_id", ""))


def _gateways(ctx: Context) -> tuple[str, str]:
    """Return the ids of the router's and of the VPC's gateway, empty where they are not known."""
    router = ctx.outputs.get("customer_gateway", {}).get("customer_gateway_id", "")
    return str(router), str(ctx.outputs.get("vpn_gateway", {}).get("vpn_gateway_id", ""))


def is_static(spec: Spec) -> bool:
    return spec.data_centre.routing == "static"


def _routing(*, static: bool) -> str:
    return "static" if static else "BGP"


def _name(spec: Spec) -> str:
    return f"{spec.customer_slug} {spec.environment_name} VPN"
