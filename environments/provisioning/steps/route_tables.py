"""How subnets of an environment's own VPC reach the Internet: the public ones by the gateway, the private ones by NAT.

The VPC's main table, which AWS makes with it, is the private subnets': whatever is not told otherwise stays private.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from environments.catalogue.regions import zones
from environments.provisioning import names
from environments.provisioning.collection import Collection, There
from environments.provisioning.ours import the_one
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Wanted
from environments.provisioning.steps.vpc import reaches_the_internet

Row = Mapping[str, Any]

EVERYWHERE = "0.0.0.0/0"
_PRIVATE, _PUBLIC = "from private subnets to the Internet", "from public subnets to the Internet"
_THROUGH = {_PRIVATE: "NAT gateway", _PUBLIC: "Internet gateway"}


class RouteTables(Collection):
    """The public subnets' table, empty. outputs: {"public": route table id}."""

    key = "route_tables"
    title = "Route tables"
    doing = "Creating the public route table"
    done = "Created the public route table"
    requires = ("vpc",)
    permissions = ("ec2:DescribeRouteTables", "ec2:CreateRouteTable", "ec2:DeleteRouteTable", "ec2:CreateTags")

    def applies(self, spec: Spec) -> bool:
        return reaches_the_internet(spec)

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return (Wanted("route_table", _name(spec)),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        mark = names.tags(ctx.spec, self.key)
        rows = ctx.customer.pages("ec2", "describe_route_tables", "RouteTables", Filters=names.marked(mark))
        found = the_one(rows, mark, "RouteTableId")
        return {_name(ctx.spec): There(found["RouteTableId"])} if found else {}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        vpc_id, before = ctx.spec.customer_vpc_id, str(ctx.outputs.get(self.key, {}).get("public", ""))
        answer = ctx.customer.change(
            "ec2",
            "create_route_table",
            VpcId=vpc_id,
            ClientToken=names.token(ctx.spec, self.key, vpc_id, before),
            TagSpecifications=names.at_create("route-table", names.tags(ctx.spec, self.key, wanted.name)),
        )
        return There(answer["RouteTable"]["RouteTableId"])

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("ec2", "delete_route_table", RouteTableId=there.aws_id)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"public": there[_name(ctx.spec)].aws_id}


class InternetRoutes(Collection):
    """The routes to the Internet, and the public subnets' place in their table."""

    key = "internet_routes"
    title = "Routes to the Internet"
    doing = "Leading the subnets to the Internet"
    done = "Led the subnets to the Internet"
    requires = ("route_tables", "public_subnets", "internet_gateway", "nat_gateway")
    permissions = (
        "ec2:DescribeRouteTables",
        "ec2:CreateRoute",
        "ec2:ReplaceRoute",
        "ec2:DeleteRoute",
        "ec2:AssociateRouteTable",
        "ec2:ReplaceRouteTableAssociation",
        "ec2:DisassociateRouteTable",
    )

    def applies(self, spec: Spec) -> bool:
        return reaches_the_internet(spec)

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        routes = [Wanted("route", name, {"through": through}) for name, through in _THROUGH.items()]
        places = [
            Wanted("route_table_association", _place(zone), {"table": "public"}) for zone in zones(spec.customer_region)
        ]
        return [*routes, *places]

    def look(self, ctx: Context) -> Mapping[str, There]:
        rows = _tables(ctx)
        public = ctx.outputs.get("route_tables", {}).get("public")
        found = {}
        for row in rows:
            for name, its in ((_PRIVATE, _is_main(row)), (_PUBLIC, row["RouteTableId"] == public)):
                target = _target(row)
                if its and target:
                    found[name] = There(row["RouteTableId"], {"through": self._told(ctx, name, target)})
        for zone, subnet in ctx.outputs.get("public_subnets", {}).items():
            found.update({_place(zone): there for row in rows if (there := _association(row, subnet, public))})
        return found

    def make(self, ctx: Context, wanted: Wanted) -> There:
        public = ctx.outputs["route_tables"]["public"]
        if wanted.kind == "route":
            table = public if wanted.name == _PUBLIC else _main(ctx)
            self._route(ctx, "create_route", table, wanted.name)
            return There(table, dict(wanted.attributes))
        subnet = next(id for zone, id in ctx.outputs["public_subnets"].items() if _place(zone) == wanted.name)
        answer = ctx.customer.change("ec2", "associate_route_table", RouteTableId=public, SubnetId=subnet)
        return There(answer["AssociationId"], dict(wanted.attributes))

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        if wanted.kind == "route":
            self._route(ctx, "replace_route", there.aws_id, wanted.name)
            return There(there.aws_id, dict(wanted.attributes))
        public = ctx.outputs["route_tables"]["public"]
        answer = ctx.customer.change(
            "ec2", "replace_route_table_association", AssociationId=there.aws_id, RouteTableId=public
        )
        return There(answer["NewAssociationId"], dict(wanted.attributes))

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        if name in _THROUGH:
            ctx.customer.change("ec2", "delete_route", RouteTableId=there.aws_id, DestinationCidrBlock=EVERYWHERE)
        else:
            ctx.customer.change("ec2", "disassociate_route_table", AssociationId=there.aws_id)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {}

    def _route(self, ctx: Context, operation: str, table: str, name: str) -> None:
        ctx.customer.change(
            "ec2", operation, RouteTableId=table, DestinationCidrBlock=EVERYWHERE, **self._gateway(ctx, name)
        )

    def _gateway(self, ctx: Context, name: str) -> dict[str, str]:
        """Return the target of a route, as EC2 writes it; empty where its gateway is gone."""
        if name == _PUBLIC:
            return {"GatewayId": ctx.outputs.get("internet_gateway", {}).get("internet_gateway_id", "")}
        return {"NatGatewayId": ctx.outputs.get("nat_gateway", {}).get("nat_gateway_id", "")}

    def _told(self, ctx: Context, name: str, target: str) -> str:
        """Return what a route leads through: in words where it is ours, its id where it is not."""
        return _THROUGH[name] if target in self._gateway(ctx, name).values() else target


def _name(spec: Spec) -> str:
    return names.of(spec, "public")


def _place(zone: str) -> str:
    return f"of the public subnet in {zone}"


def _tables(ctx: Context) -> list[Row]:
    """Return all route tables of the environment's VPC; none where there is no VPC (any more)."""
    vpc_id = ctx.spec.customer_vpc_id
    if not vpc_id:
        return []
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}]
    rows = ctx.customer.pages("ec2", "describe_route_tables", "RouteTables", Filters=filters)
    return [row for row in rows if row["VpcId"] == vpc_id]


def _main(ctx: Context) -> str:
    return str(next(row["RouteTableId"] for row in _tables(ctx) if _is_main(row)))


def _is_main(table: Row) -> bool:
    return any(one.get("Main") for one in table["Associations"])


def _target(table: Row) -> str:
    """Return where a table sends what is for the Internet, empty where nowhere."""
    route: Row = next((one for one in table["Routes"] if one.get("DestinationCidrBlock") == EVERYWHERE), {})
    return str(route.get("NatGatewayId") or route.get("GatewayId") or ("another target" if route else ""))


def _association(table: Row, subnet: str, public: str | None) -> There | None:
    """Return the place of a subnet in this table."""
    for one in table["Associations"]:
        if one.get("SubnetId") == subnet:
            told = "public" if table["RouteTableId"] == public else table["RouteTableId"]
            return There(one["RouteTableAssociationId"], {"table": told})
    return None
