"""Route 53: private zones and their records."""

from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, answers, refuse


def _zone(call: Call, id: str) -> dict[str, Any]:
    return call.row("zone", id.rsplit("/", 1)[-1], "NoSuchHostedZone")


@answers("route53.list_hosted_zones_by_vpc")
def list_hosted_zones_by_vpc(call: Call, *, VPCId: str, **_: Any) -> Any:
    zones = call.table("zone").items()
    return {"HostedZoneSummaries": [{"HostedZoneId": id, "Name": z["Name"]} for id, z in zones if z["VPC"] == VPCId]}


@answers("route53.list_tags_for_resource")
def list_tags_for_resource(call: Call, *, ResourceId: str, **_: Any) -> Any:
    return {"ResourceTagSet": {"Tags": _zone(call, ResourceId)["Tags"]}}


@answers("route53.get_hosted_zone")
def get_hosted_zone(call: Call, *, Id: str) -> Any:
    return {"HostedZone": {"CallerReference": _zone(call, Id)["CallerReference"]}}


@answers("route53.create_hosted_zone")
def create_hosted_zone(call: Call, *, Name: str, VPC: Any, CallerReference: str, **_: Any) -> Any:
    if any(zone["CallerReference"] == CallerReference for zone in call.table("zone").values()):
        raise refuse(Failure.CONFLICT, "HostedZoneAlreadyExists", call.operation)
    identifier = call.new_id("Z")
    row = {"Name": f"{Name}.", "VPC": VPC["VPCId"], "CallerReference": CallerReference, "Tags": []}
    call.add("zone", identifier, row)
    return {"HostedZone": {"Id": f"/hostedzone/{identifier}"}}


@answers("route53.delete_hosted_zone")
def delete_hosted_zone(call: Call, *, Id: str) -> Any:
    _zone(call, Id)
    if any(record["zone"] == Id for record in call.table("record").values()):
        raise refuse(Failure.CONFLICT, "HostedZoneNotEmpty", call.operation)
    del call.table("zone")[Id]
    return {}


@answers("route53.change_tags_for_resource")
def change_tags_for_resource(call: Call, *, ResourceId: str, AddTags: Any, **_: Any) -> Any:
    _zone(call, ResourceId)["Tags"] = AddTags
    return {}


@answers("route53.list_resource_record_sets")
def list_resource_record_sets(call: Call, *, HostedZoneId: str) -> Any:
    _zone(call, HostedZoneId)
    rows = [row for row in call.table("record").values() if row["zone"] == HostedZoneId]
    return {"ResourceRecordSets": [row["record"] for row in rows]}


@answers("route53.change_resource_record_sets")
def change_resource_record_sets(call: Call, *, HostedZoneId: str, ChangeBatch: Any) -> Any:
    _zone(call, HostedZoneId)
    for change in ChangeBatch["Changes"]:
        row = change["ResourceRecordSet"]
        key = f"{HostedZoneId}/{row['Name']}/{row['Type']}"
        if change["Action"] == "DELETE":
            call.table("record").pop(key)
        else:
            record = {**row, "Name": f"{row['Name'].rstrip('.')}."}
            call.add("record", key, {"zone": HostedZoneId, "record": record})
    return {}
