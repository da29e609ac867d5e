"""Peering: the same pair gets the same request, overlapping ranges fail it, delivery takes a moment, seven days end it.

A look-up is filtered.
"""

import ipaddress
from datetime import timedelta
from typing import Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.vpc_peering_connections import VPCPeeringConnection, VPCPeeringConnectionBackend
from moto.ec2.responses import EC2Response

from portal.embedded.aws_stand_in import patches

EXPIRY = timedelta(days=7)
_LIVE = ("initiating-request", "pending-acceptance", "provisioning", "active")
_OF_A_SIDE = {"vpc-id": "VpcId", "owner-id": "OwnerId", "cidr-block": "CidrBlock"}


def install() -> None:
    create = VPCPeeringConnectionBackend.create_vpc_peering_connection
    accept = VPCPeeringConnectionBackend.accept_vpc_peering_connection

    def create_once(self: Any, vpc: Any, peer_vpc: Any, tags: dict[str, str] | None = None) -> Any:
        for known in self.vpc_pcxs.values():
            if (known.vpc.id, known.peer_vpc.id) == (vpc.id, peer_vpc.id) and _code(known) in _LIVE:
                return known
        made = create(self, vpc, peer_vpc, tags)
        made.requested_at = patches.now()
        if _overlap(vpc, peer_vpc):
            made._status.code = "failed"
            made._status.message = "The CIDR blocks of the two VPCs overlap"
        return made

    def accept_in_time(self: Any, vpc_pcx_id: str) -> Any:
        _code(self.get_vpc_peering_connection(vpc_pcx_id))
        return accept(self, vpc_pcx_id)

    def status(self: Any) -> dict[str, str]:
        code = _code(self)
        if code == "pending-acceptance" and _age(self) < patches.DELIVERY:
            return {"Code": "initiating-request", "Message": f"Initiating Request to {self.peer_vpc.owner_id}"}
        return {"Code": code, "Message": self._status.message}

    VPCPeeringConnectionBackend.create_vpc_peering_connection = create_once
    VPCPeeringConnectionBackend.accept_vpc_peering_connection = accept_in_time
    VPCPeeringConnection.status = property(status)
    _filter()


def _filter() -> None:
    """Honour the filters of a look-up, where moto returns everything, and refuse unknown ids, where it returns nothing."""
    describe = EC2Response.describe_vpc_peering_connections

    def refuse_unknown(response: Any) -> None:
        for identifier in response._get_param("VpcPeeringConnectionIds", []):
            response.ec2_backend.get_vpc_peering_connection(identifier)

    def describe_filtered(self: Any) -> Any:
        refuse_unknown(self)
        answer = describe(self)
        filters = self._filters_from_querystring()
        found = answer.result["VpcPeeringConnections"]
        answer.result["VpcPeeringConnections"] = [one for one in found if _matches(one, filters)]
        return answer

    EC2Response.describe_vpc_peering_connections = describe_filtered


def _matches(peering: Any, filters: dict[str, Any]) -> bool:
    return all(set(values) & set(_values(peering, name)) for name, values in filters.items())


def _values(peering: Any, name: str) -> list[str]:
    """Return what the peering has under a filter's name, as DescribeVpcPeeringConnections documents the names."""
    if name.startswith("tag:"):
        return [tag["value"] for tag in peering.get_tags() if tag["key"] == name.removeprefix("tag:")]
    if name == "tag-key":
        return [tag["key"] for tag in peering.get_tags()]
    side, _, member = name.partition("-vpc-info.")
    if member in _OF_A_SIDE and side in ("requester", "accepter"):
        info = getattr(peering, f"{side}_vpc_info")
        return [info[_OF_A_SIDE[member]]]
    own = {"vpc-peering-connection-id": peering.id, "status-code": peering.status["Code"]}
    if name not in own:
        raise EC2ClientError("InvalidParameterValue", f"The filter '{name}' is invalid")
    return [own[name]]


def _code(peering: Any) -> str:
    if peering._status.code == "pending-acceptance" and _age(peering) > EXPIRY:
        peering._status.code, peering._status.message = "expired", "The request has expired"
    return str(peering._status.code)


def _age(peering: Any) -> timedelta:
    return patches.now() - getattr(peering, "requested_at", patches.now() - patches.DELIVERY)


def _overlap(one: Any, other: Any) -> bool:
    blocks, others = _blocks(one), _blocks(other)
    return any(block.overlaps(another) for block in blocks for another in others)


def _blocks(vpc: Any) -> list[ipaddress.IPv4Network]:
    return [ipaddress.IPv4Network(row["cidr_block"]) for row in vpc.cidr_block_association_set]
