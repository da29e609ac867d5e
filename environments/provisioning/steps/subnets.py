"""Subnets in two zones: made in a VPC of the environment's own, found in a VPC that the customer has."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from environments.catalogue.regions import zones
from environments.provisioning import addressing, names
from environments.provisioning.collection import Collection, There
from environments.provisioning.ours import take_away
from environments.provisioning.ports import Seen
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Drifted, Finding, Missing, Ready, StepRefused, Wanted
from environments.provisioning.steps.vpc import reaches_the_internet

Row = Mapping[str, Any]


class _Subnets(Collection):
    """Subnets of the environment's own VPC. outputs: {"<zone>": subnet id, ..., "subnet_ids": [ids in the order of zones]}."""

    permissions = ("ec2:DescribeSubnets", "ec2:CreateSubnet", "ec2:DeleteSubnet", "ec2:CreateTags")
    quotas = {"subnet": "vpc/L-407747CB"}

    @abstractmethod
    def blocks(self, spec: Spec) -> tuple[str, str]:
        """Return the ranges of the two subnets, in the order of zones."""

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return [
            Wanted("subnet", f"{names.of(spec, self.key)}-{zone}", {"zone": zone, "cidr": block})
            for zone, block in zip(zones(spec.customer_region), self.blocks(spec), strict=True)
        ]

    def look(self, ctx: Context) -> Mapping[str, There]:
        """A subnet of somebody else's that has the range of one of ours is theirs, and in its place."""
        mark = names.tags(ctx.spec, self.key)
        by_range = {one.attributes["cidr"]: one.name for one in self.wanted(ctx.spec)}
        found = {}
        for row in _rows(ctx):
            ours = names.carries(row.get("Tags"), mark)
            name = names.name_in(row["Tags"]) if ours else by_range.get(row["CidrBlock"])
            if name:
                found[name] = _there(row, ours=ours)
        return found

    def make(self, ctx: Context, wanted: Wanted) -> There:
        answer = ctx.customer.change(
            "ec2",
            "create_subnet",
            VpcId=ctx.spec.customer_vpc_id,
            CidrBlock=wanted.attributes["cidr"],
            AvailabilityZone=wanted.attributes["zone"],
            TagSpecifications=names.at_create("subnet", names.tags(ctx.spec, self.key, wanted.name)),
        )
        return _there(answer["Subnet"], ours=True)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        take_away(ctx.customer, "delete_subnet", SubnetId=there.aws_id)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        by_zone = sorted((str(found.attributes["zone"]), found.aws_id) for found in there.values())
        return {**dict(by_zone), "subnet_ids": [identifier for _, identifier in by_zone]}


class PublicSubnets(_Subnets):
    """Two small subnets with a way in from the Internet, where only the NAT gateway stands. outputs: as above."""

    key = "public_subnets"
    title = "Public subnets"
    doing = "Creating public subnets"
    done = "Created public subnets"
    requires = ("vpc",)

    def applies(self, spec: Spec) -> bool:
        return reaches_the_internet(spec)

    def blocks(self, spec: Spec) -> tuple[str, str]:
        return addressing.cut(spec.customer_cidrs[0]).public


class Subnets(_Subnets):
    """The two private subnets in which the products and the database stand; the products' addresses are in the first one.

    In a VPC of the customer's none is made: theirs are found, the one that holds the products' addresses first, then one in
    another zone. outputs: as above, with the products' zone first in both.
    """

    key = "subnets"
    title = "Subnets"
    doing = "Setting up subnets in two zones"
    done = "Set up subnets in two zones"
    requires = ("customer_access", "vpc")

    def blocks(self, spec: Spec) -> tuple[str, str]:
        return addressing.cut(spec.customer_cidrs[0]).private

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return super().wanted(spec) if spec.creates_vpc else ()

    def planned(self, spec: Spec) -> tuple[str, ...]:
        found = f"Find two subnets in two zones of {spec.customer_vpc_id}; none is made in a VPC of yours"
        return super().planned(spec) if spec.creates_vpc else (found,)

    def observe(self, ctx: Context) -> Finding:
        return super().observe(ctx) if ctx.spec.creates_vpc else self._found(ctx)

    def apply(self, ctx: Context, found: Missing | Drifted) -> Finding | None:
        return super().apply(ctx, found) if ctx.spec.creates_vpc else self._found(ctx)

    def look(self, ctx: Context) -> Mapping[str, There]:
        return super().look(ctx) if ctx.spec.creates_vpc else {}

    def _found(self, ctx: Context) -> Ready:
        first = self._with_the_products(ctx, rows := sorted(_rows(ctx), key=_in_order))
        second = next((row for row in rows if row["AvailabilityZone"] != first["AvailabilityZone"]), None)
        if second is None:
            raise StepRefused(
                f"All subnets of {ctx.spec.customer_vpc_id} are in {first['AvailabilityZone']}. A database and a load "
                "balancer need two zones.",
                remedy="Create a subnet in another zone of this VPC, then retry this step.",
                code="one_zone",
            )
        pair = (first, second)
        seen = tuple(
            Seen(
                "subnet",
                row["AvailabilityZone"],
                row["SubnetId"],
                ctx.customer.account_id,
                ctx.customer.region,
                {"zone": row["AvailabilityZone"], "cidr": row["CidrBlock"], "adopted": True},
            )
            for row in pair
        )
        by_zone = {row["AvailabilityZone"]: row["SubnetId"] for row in pair}
        return Ready({**by_zone, "subnet_ids": list(by_zone.values())}, seen)

    def _with_the_products(self, ctx: Context, rows: Sequence[Row]) -> Row:
        addresses = [IPv4Address(product.address) for product in ctx.spec.products]
        for row in rows:
            if all(address in IPv4Network(row["CidrBlock"]) for address in addresses):
                return row
        told = ", ".join(map(str, addresses))
        raise StepRefused(
            f"No subnet of {ctx.spec.customer_vpc_id} holds the products' addresses {told}.",
            remedy="Create a subnet that holds them, and one in another zone, then retry this step.",
            code="no_subnet",
        )


def _rows(ctx: Context) -> list[Row]:
    """Return all subnets of the environment's VPC; none where there is no VPC (any more)."""
    vpc_id = ctx.spec.customer_vpc_id
    if not vpc_id:
        return []
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}]
    rows = ctx.customer.pages("ec2", "describe_subnets", "Subnets", Filters=filters)
    return [row for row in rows if row["VpcId"] == vpc_id]


def _in_order(row: Row) -> tuple[str, IPv4Network]:
    return row["AvailabilityZone"], IPv4Network(row["CidrBlock"])


def _there(row: Row, *, ours: bool) -> There:
    return There(row["SubnetId"], {"zone": row["AvailabilityZone"], "cidr": row["CidrBlock"]}, ours)
