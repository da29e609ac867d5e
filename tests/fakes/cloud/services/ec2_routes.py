"""Route tables and their routes; at first the two tables of the provider's VPC and of the customer's, where it has one."""

from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, Cloud, answers, at_first, refuse
from tests.fakes.cloud.services.ec2_network import require_empty, require_vpc, tags_of

Row = dict[str, Any]


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
                main = [{"RouteTableAssociationId": f"{identifier}-main", "Main": True}] if name == "main" else []
                table[identifier] = {
                    "RouteTableId": identifier,
                    "VpcId": vpc,
                    "Routes": [],
                    "Associations": main,
                    "Tags": [],
                }


def _table(call: Call, identifier: str) -> Row:
    return call.row("route_table", identifier, "InvalidRouteTableID.NotFound")


@answers("ec2.describe_route_tables")
def describe(call: Call, *, Filters: Any = None, RouteTableIds: list[str] | None = None) -> Any:
    rows = call.table("route_table").values()
    return {"RouteTables": [row for row in rows if not RouteTableIds or row["RouteTableId"] in RouteTableIds]}


@answers("ec2.create_route_table")
def create_route_table(call: Call, *, VpcId: str, ClientToken: str = "", TagSpecifications: Any = None) -> Any:
    vpc = require_vpc(call, VpcId)

    def make() -> Row:
        identifier = call.new_id("rtb-")
        local = {"DestinationCidrBlock": vpc["CidrBlock"], "GatewayId": "local"}
        row = {
            "RouteTableId": identifier,
            "VpcId": VpcId,
            "Routes": [local],
            "Associations": [],
            "Tags": tags_of(TagSpecifications),
        }
        return call.add("route_table", identifier, row)

    return {"RouteTable": call.once(ClientToken, make)}


@answers("ec2.delete_route_table")
def delete_route_table(call: Call, *, RouteTableId: str) -> Any:
    require_empty(call, [bool(_table(call, RouteTableId)["Associations"])])
    del call.table("route_table")[RouteTableId]
    return {}


# ---- associations


@answers("ec2.associate_route_table")
def associate(call: Call, *, RouteTableId: str, SubnetId: str) -> Any:
    """AWS gives the same back where it is the same again; here that is refused too, which finds more."""
    table = _table(call, RouteTableId)
    call.row("subnet", SubnetId, "InvalidSubnetID.NotFound")
    known = [one for other in call.table("route_table").values() for one in other["Associations"]]
    if any(one.get("SubnetId") == SubnetId for one in known):
        raise refuse(Failure.CONFLICT, "Resource.AlreadyAssociated", call.operation)
    identifier = call.new_id("rtbassoc-")
    table["Associations"].append({"RouteTableAssociationId": identifier, "Main": False, "SubnetId": SubnetId})
    return {"AssociationId": identifier}


def _take(call: Call, identifier: str) -> Row:
    for table in call.table("route_table").values():
        for known in table["Associations"]:
            if known["RouteTableAssociationId"] == identifier:
                table["Associations"].remove(known)
                return dict(known)
    raise refuse(Failure.MISSING, "InvalidAssociationID.NotFound", call.operation)


@answers("ec2.disassociate_route_table")
def disassociate(call: Call, *, AssociationId: str) -> Any:
    _take(call, AssociationId)
    return {}


@answers("ec2.replace_route_table_association")
def replace_association(call: Call, *, AssociationId: str, RouteTableId: str) -> Any:
    table, taken = _table(call, RouteTableId), _take(call, AssociationId)
    identifier = call.new_id("rtbassoc-")
    table["Associations"].append({**taken, "RouteTableAssociationId": identifier})
    return {"NewAssociationId": identifier}


# ---- routes


@answers("ec2.create_route")
def create_route(call: Call, *, RouteTableId: str, DestinationCidrBlock: str, **target: Any) -> Any:
    routes = _table(call, RouteTableId)["Routes"]
    if any(route["DestinationCidrBlock"] == DestinationCidrBlock for route in routes):
        raise refuse(Failure.CONFLICT, "RouteAlreadyExists", call.operation)
    routes.append({"DestinationCidrBlock": DestinationCidrBlock, **target})
    return {"Return": True}


@answers("ec2.replace_route")
def replace_route(call: Call, *, RouteTableId: str, DestinationCidrBlock: str, **target: Any) -> Any:
    routes = _table(call, RouteTableId)["Routes"]
    for place, route in enumerate(routes):
        if route["DestinationCidrBlock"] == DestinationCidrBlock:
            routes[place] = {"DestinationCidrBlock": DestinationCidrBlock, **target}
            return {}
    raise refuse(Failure.REFUSED, "InvalidParameterValue", call.operation)


@answers("ec2.delete_route")
def delete_route(call: Call, *, RouteTableId: str, DestinationCidrBlock: str) -> Any:
    routes = _table(call, RouteTableId)["Routes"]
    kept = [route for route in routes if route["DestinationCidrBlock"] != DestinationCidrBlock]
    if len(kept) == len(routes):
        raise refuse(Failure.MISSING, "InvalidRoute.NotFound", call.operation)
    routes[:] = kept
    return {}
