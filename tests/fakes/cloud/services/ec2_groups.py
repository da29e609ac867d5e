"""Security groups and their rules."""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, answers, refuse
from tests.fakes.cloud.services.ec2_network import require_vpc, tags_of

Row = dict[str, Any]
Rule = tuple[str, int, int, str, str]
"""Protocol, first and last port, and what it names at its other end: the kind of it, and its id."""

_ENDS = {
    "IpRanges": "CidrIp",
    "Ipv6Ranges": "CidrIpv6",
    "PrefixListIds": "PrefixListId",
    "UserIdGroupPairs": "GroupId",
}
_ANYWHERE = {"IpProtocol": "-1", "FromPort": -1, "ToPort": -1, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


def _group(call: Call, group_id: str) -> Row:
    return call.row("security_group", group_id, "InvalidGroup.NotFound")


@answers("ec2.describe_security_groups")
def describe_security_groups(call: Call, *, Filters: Any = None, GroupIds: list[str] | None = None) -> Any:
    rows = call.table("security_group").values()
    return {"SecurityGroups": [row for row in rows if not GroupIds or row["GroupId"] in GroupIds]}


@answers("ec2.create_security_group")
def create_security_group(
    call: Call, *, GroupName: str, Description: str, VpcId: str, TagSpecifications: Any = None
) -> Any:
    require_vpc(call, VpcId)
    groups = call.table("security_group").values()
    if any((row["GroupName"], row["VpcId"]) == (GroupName, VpcId) for row in groups):
        raise refuse(Failure.CONFLICT, "InvalidGroup.Duplicate", call.operation)
    identifier = call.new_id("sg-")
    row = {
        "GroupId": identifier,
        "GroupName": GroupName,
        "Description": Description,
        "VpcId": VpcId,
        "IpPermissions": [],
        "IpPermissionsEgress": [deepcopy(_ANYWHERE)],
        "Tags": tags_of(TagSpecifications),
    }
    call.add("security_group", identifier, row)
    return {"GroupId": identifier, "Tags": row["Tags"]}


@answers("ec2.delete_security_group")
def delete_security_group(call: Call, *, GroupId: str) -> Any:
    _group(call, GroupId)
    del call.table("security_group")[GroupId]
    return {}


def _rules(permissions: list[Row]) -> list[Rule]:
    return [
        (one["IpProtocol"], one.get("FromPort", -1), one.get("ToPort", -1), kind, end[name])
        for one in permissions
        for kind, name in _ENDS.items()
        for end in one.get(kind, ())
    ]


def _grouped(rules: Iterable[Rule]) -> list[Row]:
    """Return rules as EC2 shows them: one permission for each protocol and port, with all its ends."""
    found: dict[tuple[str, int, int], Row] = {}
    for protocol, first, last, kind, end in rules:
        permission = {"IpProtocol": protocol, "FromPort": first, "ToPort": last, **{key: [] for key in _ENDS}}
        found.setdefault((protocol, first, last), permission)[kind].append({_ENDS[kind]: end})
    return list(found.values())


def _key(call: Call) -> str:
    return "IpPermissionsEgress" if call.operation.endswith("egress") else "IpPermissions"


@answers("ec2.authorize_security_group_ingress", "ec2.authorize_security_group_egress")
def authorize(call: Call, *, GroupId: str, IpPermissions: list[Row]) -> Any:
    group, key = _group(call, GroupId), _key(call)
    known, added = _rules(group[key]), _rules(IpPermissions)
    if set(known) & set(added):
        raise refuse(Failure.CONFLICT, "InvalidPermission.Duplicate", call.operation)
    group[key] = _grouped([*known, *added])
    return {"Return": True}


@answers("ec2.revoke_security_group_ingress", "ec2.revoke_security_group_egress")
def revoke(call: Call, *, GroupId: str, IpPermissions: list[Row]) -> Any:
    group, key = _group(call, GroupId), _key(call)
    known, gone = _rules(group[key]), _rules(IpPermissions)
    if set(gone) - set(known):
        raise refuse(Failure.MISSING, "InvalidPermission.NotFound", call.operation)
    group[key] = _grouped(rule for rule in known if rule not in gone)
    return {"Return": True}
