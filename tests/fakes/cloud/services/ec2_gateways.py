"""Internet gateways, Internet addresses and NAT gateways. A NAT gateway takes a minute to come and one to go."""

from datetime import timedelta
from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, answers, refuse
from tests.fakes.cloud.services.ec2_network import require_empty, require_vpc, tags_of

Row = dict[str, Any]
_NAT_TAKES = timedelta(minutes=1)


def _gateway(call: Call, identifier: str) -> Row:
    return call.row("internet_gateway", identifier, "InvalidInternetGatewayID.NotFound")


@answers("ec2.describe_internet_gateways")
def describe_internet_gateways(call: Call, *, Filters: Any = None) -> Any:
    return {"InternetGateways": list(call.table("internet_gateway").values())}


@answers("ec2.create_internet_gateway")
def create_internet_gateway(call: Call, *, TagSpecifications: Any = None) -> Any:
    identifier = call.new_id("igw-")
    row = {"InternetGatewayId": identifier, "Attachments": [], "Tags": tags_of(TagSpecifications)}
    return {"InternetGateway": call.add("internet_gateway", identifier, row)}


@answers("ec2.attach_internet_gateway")
def attach_internet_gateway(call: Call, *, InternetGatewayId: str, VpcId: str) -> Any:
    require_vpc(call, VpcId)
    gateway = _gateway(call, InternetGatewayId)
    if gateway["Attachments"]:
        raise refuse(Failure.CONFLICT, "Resource.AlreadyAssociated", call.operation)
    gateway["Attachments"] = [{"State": "available", "VpcId": VpcId}]
    return {}


@answers("ec2.detach_internet_gateway")
def detach_internet_gateway(call: Call, *, InternetGatewayId: str, VpcId: str) -> Any:
    gateway = _gateway(call, InternetGatewayId)
    if not any(one["VpcId"] == VpcId for one in gateway["Attachments"]):
        raise refuse(Failure.REFUSED, "Gateway.NotAttached", call.operation)
    require_empty(call, (not nat.get("_dead") and nat["VpcId"] == VpcId for nat in call.table("nat_gateway").values()))
    gateway["Attachments"] = []
    return {}


@answers("ec2.delete_internet_gateway")
def delete_internet_gateway(call: Call, *, InternetGatewayId: str) -> Any:
    require_empty(call, [bool(_gateway(call, InternetGatewayId)["Attachments"])])
    del call.table("internet_gateway")[InternetGatewayId]
    return {}


# ---- Internet addresses


@answers("ec2.describe_addresses")
def describe_addresses(call: Call, *, Filters: Any = None) -> Any:
    return {"Addresses": list(call.table("elastic_ip").values())}


@answers("ec2.allocate_address")
def allocate_address(call: Call, *, Domain: str, TagSpecifications: Any = None) -> Any:
    identifier = call.new_id("eipalloc-")
    address = f"198.51.100.{len(call.table('elastic_ip')) + 1}"
    row = {"AllocationId": identifier, "PublicIp": address, "Domain": Domain, "Tags": tags_of(TagSpecifications)}
    return call.add("elastic_ip", identifier, row)


@answers("ec2.release_address")
def release_address(call: Call, *, AllocationId: str) -> Any:
    call.row("elastic_ip", AllocationId, "InvalidAllocationID.NotFound")
    if any(_uses(nat, AllocationId) for nat in call.table("nat_gateway").values()):
        raise refuse(Failure.REFUSED, "InvalidIPAddress.InUse", call.operation)
    del call.table("elastic_ip")[AllocationId]
    return {}


# ---- NAT gateways


def _uses(nat: Row, allocation: str) -> bool:
    return not nat.get("_dead") and nat["NatGatewayAddresses"][0]["AllocationId"] == allocation


def _settled(call: Call, nat: Row) -> Row:
    if call.cloud.now >= nat["_settles_at"]:
        if nat["State"] == "pending":
            nat["State"] = "available"
        elif nat["State"] == "deleting":
            nat["State"], nat["_dead"] = "deleted", True
    return nat


@answers("ec2.describe_nat_gateways")
def describe_nat_gateways(call: Call, *, Filters: Any = None) -> Any:
    return {"NatGateways": [_settled(call, nat) for nat in call.table("nat_gateway").values()]}


@answers("ec2.create_nat_gateway")
def create_nat_gateway(
    call: Call, *, SubnetId: str, AllocationId: str, ClientToken: str = "", TagSpecifications: Any = None
) -> Any:
    vpc_id = call.row("subnet", SubnetId, "InvalidSubnetID.NotFound")["VpcId"]
    call.row("elastic_ip", AllocationId, "InvalidAllocationID.NotFound")

    def make() -> Row:
        if any(_uses(nat, AllocationId) for nat in call.table("nat_gateway").values()):
            raise refuse(Failure.CONFLICT, "Resource.AlreadyAssociated", call.operation)
        identifier = call.new_id("nat-")
        row = {
            "NatGatewayId": identifier,
            "SubnetId": SubnetId,
            "VpcId": vpc_id,
            "State": "pending",
            "NatGatewayAddresses": [{"AllocationId": AllocationId}],
            "Tags": tags_of(TagSpecifications),
            "_settles_at": call.cloud.now + _NAT_TAKES,
        }
        return call.add("nat_gateway", identifier, row)

    return {"NatGateway": call.once(ClientToken, make)}


@answers("ec2.delete_nat_gateway")
def delete_nat_gateway(call: Call, *, NatGatewayId: str) -> Any:
    nat = call.row("nat_gateway", NatGatewayId, "NatGatewayNotFound")
    nat["State"], nat["_settles_at"] = "deleting", call.cloud.now + _NAT_TAKES
    return {"NatGatewayId": NatGatewayId}
