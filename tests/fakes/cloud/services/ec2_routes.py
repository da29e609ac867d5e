"""Route tables and their routes; at first the two tables of the provider's VPC and of the customer's, where it has one."""

from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, Cloud, answers, at_first, refuse


@at_first
def two_tables_each(cloud: Cloud) -> None:
    spec = cloud.spec
    for side, account_id, region, vpc in (
        ("provider", spec.provider_account_id, spec.provider_region, spec.provider_vpc_id),
        ("customer", spec.customer_account_id, spec.customer_region, spec.customer_vpc_id),
    ):
        if vpc:
            table = cloud.world("ec2").tables.setdefault((account_id, region, "route_table"), {})
            for name in ("main", "private"):
                identifier = f"rtb-{side}-{name}"
                table[identifier] = {
                    "RouteTableId": identifier,
                    "VpcId": vpc,
                    "Routes": [],
                    "Associations": [],
                    "Tags": [],
                }


@answers("ec2.describe_route_tables")
def describe(call: Call, *, Filters: Any = None, RouteTableIds: list[str] | None = None) -> Any:
    rows = call.table("route_table").values()
    return {"RouteTables": [row for row in rows if not RouteTableIds or row["RouteTableId"] in RouteTableIds]}


@answers("ec2.create_route")
def create_route(call: Call, *, RouteTableId: str, DestinationCidrBlock: str, **target: Any) -> Any:
    routes = call.row("route_table", RouteTableId, "InvalidRouteTableID.NotFound")["Routes"]
    if any(route["DestinationCidrBlock"] == DestinationCidrBlock for route in routes):
        raise refuse(Failure.CONFLICT, "RouteAlreadyExists", call.operation)
    routes.append({"DestinationCidrBlock": DestinationCidrBlock, **target})
    return {"Return": True}


@answers("ec2.delete_route")
def delete_route(call: Call, *, RouteTableId: str, DestinationCidrBlock: str) -> Any:
    routes = call.row("route_table", RouteTableId, "InvalidRouteTableID.NotFound")["Routes"]
    kept = [route for route in routes if route["DestinationCidrBlock"] != DestinationCidrBlock]
    if len(kept) == len(routes):
        raise refuse(Failure.MISSING, "InvalidRoute.NotFound", call.operation)
    routes[:] = kept
    return {}
