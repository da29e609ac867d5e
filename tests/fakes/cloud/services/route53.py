"""Route 53: zones, their records, and the VPCs that ask them. All accounts' zones are in one table, as VPCs cross accounts."""

from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, Table, answers, refuse


def _all(call: Call, kind: str) -> Table:
    return call.world.tables.setdefault(("all", "global", kind), {})


def _zone(call: Call, id: str) -> dict[str, Any]:
    """Return a zone of any account."""
    found = _all(call, "zone").get(id.rsplit("/", 1)[-1])
    if found is None:
        raise refuse(Failure.MISSING, "NoSuchHostedZone", call.operation)
    return found


def _own_zone(call: Call, id: str) -> dict[str, Any]:
    found = _zone(call, id)
    if found["owner"] != call.account_id:
        raise refuse(Failure.MISSING, "NoSuchHostedZone", call.operation)
    return found


@answers("route53.list_hosted_zones")
def list_hosted_zones(call: Call, *, HostedZoneType: str = "", **_: Any) -> Any:
    """The type is ignored, as some implementations do: whoever trusts it alone is found out."""
    return {"HostedZones": [_shown(zone) for zone in _all(call, "zone").values() if zone["owner"] == call.account_id]}


@answers("route53.list_hosted_zones_by_vpc")
def list_hosted_zones_by_vpc(call: Call, *, VPCId: str, **_: Any) -> Any:
    zones = [zone for zone in _all(call, "zone").values() if VPCId in zone["VPCs"]]
    return {
        "HostedZoneSummaries": [
            {"HostedZoneId": zone["id"], "Name": zone["Name"], "Owner": {"OwningAccount": zone["owner"]}}
            for zone in zones
        ]
    }


@answers("route53.get_hosted_zone")
def get_hosted_zone(call: Call, *, Id: str) -> Any:
    zone = _own_zone(call, Id)
    return {"HostedZone": _shown(zone), "VPCs": [{"VPCId": vpc} for vpc in zone["VPCs"]]}


@answers("route53.list_tags_for_resource")
def list_tags_for_resource(call: Call, *, ResourceId: str, **_: Any) -> Any:
    return {"ResourceTagSet": {"Tags": _own_zone(call, ResourceId)["Tags"]}}


@answers("route53.create_hosted_zone")
def create_hosted_zone(
    call: Call, *, Name: str, CallerReference: str, HostedZoneConfig: Any = None, VPC: Any = None
) -> Any:
    zones = _all(call, "zone")
    if any(zone["CallerReference"] == CallerReference for zone in zones.values()):
        raise refuse(Failure.CONFLICT, "HostedZoneAlreadyExists", call.operation)
    row = {
        "id": call.new_id("Z"),
        "owner": call.account_id,
        "Name": f"{Name.rstrip('.')}.",
        "VPCs": [VPC["VPCId"]] if VPC else [],
        "CallerReference": CallerReference,
        "Config": {"Comment": "", "PrivateZone": False, **(HostedZoneConfig or {})},
        "Tags": [],
    }
    zones[row["id"]] = row
    return {"HostedZone": _shown(row)}


@answers("route53.delete_hosted_zone")
def delete_hosted_zone(call: Call, *, Id: str) -> Any:
    zone = _own_zone(call, Id)
    if any(record["zone"] == zone["id"] for record in _all(call, "record").values()):
        raise refuse(Failure.REFUSED, "HostedZoneNotEmpty", call.operation)
    del _all(call, "zone")[zone["id"]]
    for key in [key for key in _all(call, "authorisation") if key.startswith(zone["id"])]:
        del _all(call, "authorisation")[key]
    return {}


@answers("route53.change_tags_for_resource")
def change_tags_for_resource(call: Call, *, ResourceId: str, AddTags: Any, **_: Any) -> Any:
    _own_zone(call, ResourceId)["Tags"] = AddTags
    return {}


# ---- a VPC of another account asks the zone


@answers("route53.create_vpc_association_authorization")
def authorize(call: Call, *, HostedZoneId: str, VPC: Any) -> Any:
    zone = _own_zone(call, HostedZoneId)
    _all(call, "authorisation")[f"{zone['id']}/{VPC['VPCId']}"] = {"VPC": VPC}
    return {}


@answers("route53.list_vpc_association_authorizations")
def list_authorizations(call: Call, *, HostedZoneId: str) -> Any:
    zone = _own_zone(call, HostedZoneId)
    rows = _all(call, "authorisation").items()
    return {"VPCs": [row["VPC"] for key, row in rows if key.startswith(zone["id"])]}


@answers("route53.delete_vpc_association_authorization")
def deauthorize(call: Call, *, HostedZoneId: str, VPC: Any) -> Any:
    zone = _own_zone(call, HostedZoneId)
    if not _all(call, "authorisation").pop(f"{zone['id']}/{VPC['VPCId']}", None):
        raise refuse(Failure.MISSING, "VPCAssociationAuthorizationNotFound", call.operation)
    return {}


@answers("route53.associate_vpc_with_hosted_zone")
def associate(call: Call, *, HostedZoneId: str, VPC: Any) -> Any:
    zone, vpc = _zone(call, HostedZoneId), VPC["VPCId"]
    if f"{zone['id']}/{vpc}" not in _all(call, "authorisation"):
        raise refuse(Failure.REFUSED, "NotAuthorizedException", call.operation)
    if any(vpc in other["VPCs"] for other in _all(call, "zone").values() if other["Name"] == zone["Name"]):
        raise refuse(Failure.CONFLICT, "ConflictingDomainExists", call.operation)
    zone["VPCs"].append(vpc)
    return {}


@answers("route53.disassociate_vpc_from_hosted_zone")
def disassociate(call: Call, *, HostedZoneId: str, VPC: Any) -> Any:
    zone = _own_zone(call, HostedZoneId)
    if VPC["VPCId"] not in zone["VPCs"]:
        raise refuse(Failure.MISSING, "VPCAssociationNotFound", call.operation)
    zone["VPCs"].remove(VPC["VPCId"])
    return {}


# ---- records


@answers("route53.list_resource_record_sets")
def list_resource_record_sets(call: Call, *, HostedZoneId: str) -> Any:
    zone = _own_zone(call, HostedZoneId)
    rows = [row for row in _all(call, "record").values() if row["zone"] == zone["id"]]
    return {"ResourceRecordSets": [row["record"] for row in rows]}


@answers("route53.change_resource_record_sets")
def change_resource_record_sets(call: Call, *, HostedZoneId: str, ChangeBatch: Any) -> Any:
    zone = _own_zone(call, HostedZoneId)
    for change in ChangeBatch["Changes"]:
        row = change["ResourceRecordSet"]
        key = f"{zone['id']}/{row['Name'].rstrip('.')}/{row['Type']}"
        record = {**row, "Name": f"{row['Name'].rstrip('.')}."}
        if change["Action"] == "UPSERT":
            _all(call, "record")[key] = {"zone": zone["id"], "record": record}
        elif _all(call, "record").get(key, {}).get("record") != record:
            raise refuse(Failure.REFUSED, "InvalidChangeBatch", call.operation)
        else:
            del _all(call, "record")[key]
    return {}


def _shown(zone: dict[str, Any]) -> dict[str, Any]:
    known = {key: zone[key] for key in ("Name", "CallerReference", "Config")}
    return {"Id": f"/hostedzone/{zone['id']}", **known}
