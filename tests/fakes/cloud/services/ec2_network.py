"""VPCs, their subnets and DHCP options; at first the VPC of each side, the customer's with two
subnets. Filters are ignored, as some implementations do: whoever trusts them alone is found out."""

from collections.abc import Iterable
from ipaddress import IPv4Network
from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, Cloud, answers, at_first, refuse

Row = dict[str, Any]


@at_first
def the_vpcs_of_both_sides(cloud: Cloud) -> None:
    spec = cloud.spec
    ec2 = cloud.world("ec2").tables
    hub = _vpc(spec.provider_vpc_id, spec.provider_cidr, spec.provider_account_id)
    ec2.setdefault((spec.provider_account_id, spec.provider_region, "vpc"), {})[spec.provider_vpc_id] = hub
    if not spec.customer_vpc_id:
        return
    here = (spec.customer_account_id, spec.customer_region)
    block = spec.customer_cidrs[0]
    vpc = _vpc(spec.customer_vpc_id, block, spec.customer_account_id)
    ec2.setdefault((*here, "vpc"), {})[spec.customer_vpc_id] = vpc
    halves = list(IPv4Network(block).subnets(new_prefix=24))[:2]
    for zone, half in zip("ab", halves, strict=True):
        identifier = f"subnet-customer-{zone}"
        subnet = _subnet(identifier, spec.customer_vpc_id, str(half), f"{spec.customer_region}{zone}")
        ec2.setdefault((*here, "subnet"), {})[identifier] = subnet


def tags_of(specifications: Any) -> list[dict[str, str]]:
    """Return the tags that a create carries."""
    return [tag for one in specifications or () for tag in one["Tags"]]


def _vpc(identifier: str, block: str, owner: str, tags: Any = None) -> Row:
    return {
        "VpcId": identifier,
        "CidrBlock": block,
        "CidrBlockAssociationSet": [{"CidrBlock": block, "CidrBlockState": {"State": "associated"}}],
        "OwnerId": owner,
        "State": "available",
        "DhcpOptionsId": "dopt-default",
        "Tags": tags or [],
    }


def _subnet(identifier: str, vpc_id: str, block: str, zone: str, tags: Any = None) -> Row:
    return {
        "SubnetId": identifier,
        "VpcId": vpc_id,
        "CidrBlock": block,
        "AvailabilityZone": zone,
        "State": "available",
        "MapPublicIpOnLaunch": False,
        "Tags": tags or [],
    }


def require_vpc(call: Call, vpc_id: str) -> Row:
    return call.row("vpc", vpc_id, "InvalidVpcID.NotFound")


def require_empty(call: Call, rows: Iterable[bool]) -> None:
    if any(rows):
        raise refuse(Failure.REFUSED, "DependencyViolation", call.operation)


# ---- VPCs


@answers("ec2.describe_vpcs")
def describe_vpcs(call: Call, *, Filters: Any = None, VpcIds: list[str] | None = None, **_: Any) -> Any:
    rows = [row for row in call.table("vpc").values() if not VpcIds or row["VpcId"] in VpcIds]
    if VpcIds and len(rows) < len(VpcIds):
        raise refuse(Failure.MISSING, "InvalidVpcID.NotFound", call.operation)
    return {"Vpcs": rows}


@answers("ec2.create_vpc")
def create_vpc(call: Call, *, CidrBlock: str, TagSpecifications: Any = None) -> Any:
    identifier = call.new_id("vpc-")
    vpc = call.add("vpc", identifier, _vpc(identifier, CidrBlock, call.account_id, tags_of(TagSpecifications)))
    table = call.new_id("rtb-")
    local = {"DestinationCidrBlock": CidrBlock, "GatewayId": "local"}
    main = {"RouteTableId": table, "RouteTableAssociationId": f"{table}-main", "Main": True}
    row = {"RouteTableId": table, "VpcId": identifier, "Routes": [local], "Associations": [main], "Tags": []}
    call.add("route_table", table, row)
    return {"Vpc": vpc}


@answers("ec2.delete_vpc")
def delete_vpc(call: Call, *, VpcId: str) -> Any:
    require_vpc(call, VpcId)
    tables = [row for row in call.table("route_table").values() if row["VpcId"] == VpcId]
    inside = (row["VpcId"] == VpcId for kind in ("subnet", "security_group") for row in call.table(kind).values())
    attached = (bool(row["Attachments"]) for row in call.table("internet_gateway").values())
    require_empty(call, [*inside, *attached, len(tables) > 1])
    for table in tables:
        del call.table("route_table")[table["RouteTableId"]]
    del call.table("vpc")[VpcId]
    return {}


@answers("ec2.describe_vpc_attribute")
def describe_vpc_attribute(call: Call, *, VpcId: str, Attribute: str) -> Any:
    key = f"{Attribute[0].upper()}{Attribute[1:]}"
    return {key: {"Value": require_vpc(call, VpcId).get(key, key == "EnableDnsSupport")}}


@answers("ec2.modify_vpc_attribute")
def modify_vpc_attribute(call: Call, *, VpcId: str, **attributes: Any) -> Any:
    vpc = require_vpc(call, VpcId)
    vpc.update({key: value["Value"] for key, value in attributes.items()})
    return {}


# ---- subnets


@answers("ec2.describe_subnets")
def describe_subnets(call: Call, *, Filters: Any = None, SubnetIds: list[str] | None = None) -> Any:
    rows = call.table("subnet").values()
    return {"Subnets": [row for row in rows if not SubnetIds or row["SubnetId"] in SubnetIds]}


@answers("ec2.create_subnet")
def create_subnet(
    call: Call, *, VpcId: str, CidrBlock: str, AvailabilityZone: str, TagSpecifications: Any = None
) -> Any:
    require_vpc(call, VpcId)
    block = IPv4Network(CidrBlock)
    others = [row for row in call.table("subnet").values() if row["VpcId"] == VpcId]
    if any(block.overlaps(IPv4Network(row["CidrBlock"])) for row in others):
        raise refuse(Failure.CONFLICT, "InvalidSubnet.Conflict", call.operation)
    identifier = call.new_id("subnet-")
    row = _subnet(identifier, VpcId, CidrBlock, AvailabilityZone, tags_of(TagSpecifications))
    return {"Subnet": call.add("subnet", identifier, row)}


@answers("ec2.delete_subnet")
def delete_subnet(call: Call, *, SubnetId: str) -> Any:
    call.row("subnet", SubnetId, "InvalidSubnetID.NotFound")
    del call.table("subnet")[SubnetId]
    return {}


# ---- DHCP options


@answers("ec2.describe_dhcp_options")
def describe_dhcp_options(call: Call, *, Filters: Any = None) -> Any:
    return {"DhcpOptions": list(call.table("dhcp_options").values())}


@answers("ec2.create_dhcp_options")
def create_dhcp_options(call: Call, *, DhcpConfigurations: list[Row], TagSpecifications: Any = None) -> Any:
    identifier = call.new_id("dopt-")
    shown = [{"Key": one["Key"], "Values": [{"Value": value} for value in one["Values"]]} for one in DhcpConfigurations]
    row = {"DhcpOptionsId": identifier, "DhcpConfigurations": shown, "Tags": tags_of(TagSpecifications)}
    return {"DhcpOptions": call.add("dhcp_options", identifier, row)}


@answers("ec2.associate_dhcp_options")
def associate_dhcp_options(call: Call, *, DhcpOptionsId: str, VpcId: str) -> Any:
    if DhcpOptionsId != "default":
        call.row("dhcp_options", DhcpOptionsId, "InvalidDhcpOptionID.NotFound")
    require_vpc(call, VpcId)["DhcpOptionsId"] = DhcpOptionsId
    return {}


@answers("ec2.delete_dhcp_options")
def delete_dhcp_options(call: Call, *, DhcpOptionsId: str) -> Any:
    call.row("dhcp_options", DhcpOptionsId, "InvalidDhcpOptionID.NotFound")
    require_empty(call, (vpc["DhcpOptionsId"] == DhcpOptionsId for vpc in call.table("vpc").values()))
    del call.table("dhcp_options")[DhcpOptionsId]
    return {}
