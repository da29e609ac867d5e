"""VPC peering. Every accepted request makes one more peering, which AWS would not do."""

from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, answers, refuse


def _all(call: Call) -> dict[str, dict[str, Any]]:
    """Return every peering: both accounts see the same ones."""
    return call.world.tables.setdefault(("both", "all", "vpc_peering"), {})


@answers("ec2.describe_vpc_peering_connections")
def describe(call: Call, *, VpcPeeringConnectionIds: list[str] | None = None, Filters: Any = None) -> Any:
    """Filters are ignored, as some implementations do: whoever trusts them alone is found out."""
    rows = list(_all(call).values())
    if VpcPeeringConnectionIds:
        rows = [row for row in rows if row["VpcPeeringConnectionId"] in VpcPeeringConnectionIds]
        if not rows:
            raise refuse(Failure.MISSING, "InvalidVpcPeeringConnectionID.NotFound", call.operation)
    return {"VpcPeeringConnections": rows}


@answers("ec2.create_vpc_peering_connection")
def create(call: Call, *, VpcId: str, PeerVpcId: str, TagSpecifications: Any, **_: Any) -> Any:
    identifier = call.new_id("pcx-")
    peering = {
        "VpcPeeringConnectionId": identifier,
        "Status": {"Code": call.cloud.first_peering_status},
        "RequesterVpcInfo": {"VpcId": VpcId},
        "AccepterVpcInfo": {"VpcId": PeerVpcId},
        "Tags": TagSpecifications[0]["Tags"],
    }
    _all(call)[identifier] = peering
    return {"VpcPeeringConnection": peering}


@answers("ec2.delete_vpc_peering_connection")
def delete(call: Call, *, VpcPeeringConnectionId: str) -> Any:
    peering = _all(call)[VpcPeeringConnectionId]
    peering["Status"]["Code"], peering["_dead"] = "deleted", True
    return {"Return": True}
