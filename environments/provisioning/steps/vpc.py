"""The VPC of an environment that stands in one of its own, and the names that machines in it get.

A customer who has a VPC keeps it: these steps do not apply there.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from environments.provisioning import names
from environments.provisioning.collection import Collection, There
from environments.provisioning.ours import take_away, the_one
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Finding, Ready, Wanted


def reaches_the_internet(spec: Spec) -> bool:
    """Return whether we make the way from an environment's own VPC to the Internet."""
    return spec.creates_vpc and spec.monitoring.internet_reachable


class OwnVpc(Collection):
    """The VPC. outputs: {"vpc_id": id}; `Context.spec.customer_vpc_id` has it too, of an existing VPC as of this one."""

    key = "vpc"
    title = "VPC"
    doing = "Creating the VPC"
    done = "Created the VPC"
    requires = ("customer_access",)
    settles = True
    permissions = ("ec2:DescribeVpcs", "ec2:CreateVpc", "ec2:DeleteVpc", "ec2:CreateTags")
    quotas = {"vpc": "vpc/L-F678F1CE"}

    def applies(self, spec: Spec) -> bool:
        return spec.creates_vpc

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return (Wanted("vpc", _name(spec), {"cidr": spec.customer_cidrs[0]}),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        mark = names.tags(ctx.spec, self.key)
        rows = ctx.customer.pages("ec2", "describe_vpcs", "Vpcs", Filters=names.marked(mark))
        found = the_one(rows, mark, "VpcId")
        return {_name(ctx.spec): _there(found)} if found else {}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        tags = names.at_create("vpc", names.tags(ctx.spec, self.key, wanted.name))
        answer = ctx.customer.change("ec2", "create_vpc", CidrBlock=wanted.attributes["cidr"], TagSpecifications=tags)
        return _there(answer["Vpc"])

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        take_away(ctx.customer, "delete_vpc", VpcId=there.aws_id)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"vpc_id": there[_name(ctx.spec)].aws_id}


class VpcDnsNames(Collection):
    """Private zones answer only in a VPC that gives its machines names (Route 53: "VPC settings")."""

    key = "vpc_dns_names"
    title = "DNS names in the VPC"
    doing = "Switching on DNS names in the VPC"
    done = "Switched on DNS names in the VPC"
    requires = ("vpc",)
    permissions = ("ec2:DescribeVpcAttribute", "ec2:ModifyVpcAttribute")

    def applies(self, spec: Spec) -> bool:
        return spec.creates_vpc

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return (Wanted("vpc_setting", "DNS host names", {"state": "on"}),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        vpc_id = ctx.spec.customer_vpc_id
        answer = ctx.customer.read("ec2", "describe_vpc_attribute", VpcId=vpc_id, Attribute="enableDnsHostnames")
        return {"DNS host names": There(vpc_id, {"state": "on"})} if answer["EnableDnsHostnames"]["Value"] else {}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        vpc_id = ctx.spec.customer_vpc_id
        ctx.customer.change("ec2", "modify_vpc_attribute", VpcId=vpc_id, EnableDnsHostnames={"Value": True})
        return There(vpc_id, {"state": "on"})

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        """It goes with the VPC."""

    def observe_removal(self, ctx: Context) -> Finding:
        return Ready()


def _name(spec: Spec) -> str:
    return f"{spec.customer_slug} {spec.environment_name}"


def _there(row: Mapping[str, Any]) -> There:
    return There(row["VpcId"], {"cidr": row["CidrBlock"]})
