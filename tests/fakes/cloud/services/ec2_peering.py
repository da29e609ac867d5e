"""VPC peering. Every accepted request makes one more peering, which AWS would not do."""

from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, answers, refuse

Row = dict[str, Any]


def _all(call: Call) -> dict[str, Row]:
    """Return every peering: both accounts see the same ones."""
    return call.world.tables.setdefault(("both", "all", "vpc_peering"), {})


def _one(call: Call, identifier: str) -> Row:
    if identifier not in _all(call):
        raise refuse(Failure.MISSING, "InvalidVpcPeeringConnectionID.NotFound", call.operation)
    return _all(call)[identifier]


@answers("ec2.describe_vpc_peering_connections")
def describe(call: Call, *, VpcPeeringConnectionIds: list[str] | None = None, Filters: Any = None) -> Any:
    """Filters are ignored, as some implementations do: whoever trusts them alone is found out."""
    rows = [_one(call, identifier) for identifier in VpcPeeringConnectionIds or _all(call)]
    return {"VpcPeeringConnections": rows}


@answers("ec2.create_vpc_peering_connection")
def create(call: Call, *, VpcId: str, PeerVpcId: str, PeerOwnerId: str, TagSpecifications: Any, **_: Any) -> Any:
    identifier = call.new_id("pcx-")
    peering = {
        "VpcPeeringConnectionId": identifier,
        "Status": {"Code": call.cloud.first_peering_status},
        "RequesterVpcInfo": {"VpcId": VpcId, "OwnerId": call.account_id, "PeeringOptions": {}},
        "AccepterVpcInfo": {"VpcId": PeerVpcId, "OwnerId": PeerOwnerId, "PeeringOptions": {}},
        "Tags": TagSpecifications[0]["Tags"],
    }
    _all(call)[identifier] = peering
    return {"VpcPeeringConnection": peering}


@answers("ec2.modify_vpc_peering_connection_options")
def modify_options(call: Call, *, VpcPeeringConnectionId: str, **options: Any) -> Any:
    """Each side is set by its own account, once the peering is active."""
    peering = _one(call, VpcPeeringConnectionId)
    if peering["Status"]["Code"] != "active":
        raise refuse(Failure.CONFLICT, "InvalidStateTransition", call.operation)
    for key, given in options.items():
        side = peering[f"{key.removesuffix('PeeringConnectionOptions')}VpcInfo"]
        if side["OwnerId"] != call.account_id:
            raise refuse(Failure.DENIED, "OperationNotPermitted", call.operation)
        side["PeeringOptions"].update(given)
    return options


@answers("ec2.delete_vpc_peering_connection")
def delete(call: Call, *, VpcPeeringConnectionId: str) -> Any:
    peering = _one(call, VpcPeeringConnectionId)
    peering["Status"]["Code"], peering["_dead"] = "deleted", True
    return {"Return": True}
