"""The way from an environment's own VPC to the Internet: a gateway, and a NAT gateway with an address for private subnets.

One NAT gateway serves both zones: what leaves through it are updates and metrics, which may wait while a zone is down.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from environments.provisioning import names
from environments.provisioning.collection import Collection, There
from environments.provisioning.ours import take_away, the_one
from environments.provisioning.specification import Spec
from environments.provisioning.step import AWS, Context, Pending, StepRefused, Wanted
from environments.provisioning.steps.vpc import reaches_the_internet

_NAT_PENDING = Pending(AWS, "AWS is setting up the NAT gateway.", timedelta(seconds=2))
_NAT_DEAD = ("deleted", "failed")


class _OfTheVpc(Collection):
    """One resource of each environment that reaches the Internet from a VPC of its own."""

    kind: str

    def applies(self, spec: Spec) -> bool:
        return reaches_the_internet(spec)

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return (Wanted(self.kind, self.name(spec)),)

    def name(self, spec: Spec) -> str:
        return names.of(spec, self.kind.replace("_", "-"))

    def marked(self, ctx: Context) -> list[dict[str, Any]]:
        return names.marked(names.tags(ctx.spec, self.key))

    def tags(self, ctx: Context, kind: str) -> list[dict[str, Any]]:
        return names.at_create(kind, names.tags(ctx.spec, self.key, self.name(ctx.spec)))


class InternetGateway(_OfTheVpc):
    """outputs: {"internet_gateway_id": id}."""

    key = "internet_gateway"
    kind = "internet_gateway"
    title = "Internet gateway"
    doing = "Creating the Internet gateway"
    done = "Created the Internet gateway"
    requires = ("vpc",)
    settles = True
    permissions = (
        "ec2:DescribeInternetGateways",
        "ec2:CreateInternetGateway",
        "ec2:AttachInternetGateway",
        "ec2:DetachInternetGateway",
        "ec2:DeleteInternetGateway",
        "ec2:CreateTags",
    )
    quotas = {"internet_gateway": "vpc/L-A4707A72"}

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return (Wanted(self.kind, self.name(spec), {"state": "attached"}),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        rows = ctx.customer.pages("ec2", "describe_internet_gateways", "InternetGateways", Filters=self.marked(ctx))
        found = the_one(rows, names.tags(ctx.spec, self.key), "InternetGatewayId")
        if not found:
            return {}
        vpcs = [row["VpcId"] for row in found["Attachments"]]
        state = "attached" if ctx.spec.customer_vpc_id in vpcs else "detached"
        return {self.name(ctx.spec): There(found["InternetGatewayId"], {"state": state})}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        answer = ctx.customer.change(
            "ec2", "create_internet_gateway", TagSpecifications=self.tags(ctx, "internet-gateway")
        )
        return self.mend(ctx, wanted, There(answer["InternetGateway"]["InternetGatewayId"]))

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        vpc_id = ctx.spec.customer_vpc_id
        ctx.customer.change("ec2", "attach_internet_gateway", InternetGatewayId=there.aws_id, VpcId=vpc_id)
        return There(there.aws_id, dict(wanted.attributes))

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        if there.attributes["state"] == "attached":
            vpc_id = ctx.spec.customer_vpc_id
            take_away(ctx.customer, "detach_internet_gateway", InternetGatewayId=there.aws_id, VpcId=vpc_id)
        ctx.customer.change("ec2", "delete_internet_gateway", InternetGatewayId=there.aws_id)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"internet_gateway_id": there[self.name(ctx.spec)].aws_id}


class ElasticIp(_OfTheVpc):
    """The address under which the environment is seen in the Internet. outputs: {"allocation_id": id, "public_ip": address}."""

    key = "elastic_ip"
    kind = "elastic_ip"
    title = "Internet address"
    doing = "Allocating an Internet address"
    done = "Allocated an Internet address"
    requires = ("customer_access",)
    settles = True
    permissions = ("ec2:DescribeAddresses", "ec2:AllocateAddress", "ec2:ReleaseAddress", "ec2:CreateTags")
    quotas = {"elastic_ip": "ec2/L-0263D0A3"}

    def look(self, ctx: Context) -> Mapping[str, There]:
        rows = ctx.customer.pages("ec2", "describe_addresses", "Addresses", Filters=self.marked(ctx))
        found = the_one(rows, names.tags(ctx.spec, self.key), "AllocationId")
        return {self.name(ctx.spec): _address(found)} if found else {}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        tags = self.tags(ctx, "elastic-ip")
        return _address(ctx.customer.change("ec2", "allocate_address", Domain="vpc", TagSpecifications=tags))

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("ec2", "release_address", AllocationId=there.aws_id)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        address = there[self.name(ctx.spec)]
        return {"allocation_id": address.aws_id, "public_ip": address.attributes["public_ip"]}


class NatGateway(_OfTheVpc):
    """outputs: {"nat_gateway_id": id}."""

    key = "nat_gateway"
    kind = "nat_gateway"
    title = "NAT gateway"
    doing = "Creating the NAT gateway"
    done = "Created the NAT gateway"
    requires = ("public_subnets", "internet_gateway", "elastic_ip")
    expected = timedelta(minutes=2)
    permissions = ("ec2:DescribeNatGateways", "ec2:CreateNatGateway", "ec2:DeleteNatGateway", "ec2:CreateTags")
    quotas = {"nat_gateway": "vpc/L-FE5A380F"}

    def look(self, ctx: Context) -> Mapping[str, There]:
        """Deleted ones are shown for an hour and do not count; a failed one says why."""
        rows = ctx.customer.pages("ec2", "describe_nat_gateways", "NatGateways", Filters=self.marked(ctx))
        found = the_one(
            (row for row in rows if row["State"] != "deleted"), names.tags(ctx.spec, self.key), "NatGatewayId"
        )
        if found and found["State"] == "failed":
            raise StepRefused(
                f"The NAT gateway {found['NatGatewayId']} failed: {found.get('FailureMessage', 'AWS gives no reason')}.",
                remedy="Mend that, delete the failed NAT gateway, then retry this step.",
                code="nat_failed",
            )
        return {self.name(ctx.spec): _nat(found)} if found else {}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        """The token names the NAT gateway that was there before, since it would only give that one back."""
        before = str(ctx.outputs.get(self.key, {}).get("nat_gateway_id", ""))
        made = self._create(ctx, before)
        return _nat(self._create(ctx, made["NatGatewayId"]) if made["State"] in _NAT_DEAD else made)

    def _create(self, ctx: Context, before: str) -> Mapping[str, Any]:
        subnet = ctx.outputs["public_subnets"]["subnet_ids"][0]
        allocation = ctx.outputs["elastic_ip"]["allocation_id"]
        answer: Mapping[str, Any] = ctx.customer.change(
            "ec2",
            "create_nat_gateway",
            SubnetId=subnet,
            AllocationId=allocation,
            ClientToken=names.token(ctx.spec, self.key, subnet, allocation, before),
            TagSpecifications=self.tags(ctx, "natgateway"),
        )["NatGateway"]
        return answer

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("ec2", "delete_nat_gateway", NatGatewayId=there.aws_id)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"nat_gateway_id": there[self.name(ctx.spec)].aws_id}


def _address(row: Mapping[str, Any]) -> There:
    return There(row["AllocationId"], {"public_ip": row["PublicIp"]})


def _nat(row: Mapping[str, Any]) -> There:
    pending = _NAT_PENDING if row["State"] == "pending" else None
    return There(row["NatGatewayId"], pending=pending, leaving=row["State"] == "deleting")
