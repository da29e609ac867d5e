"""Images, launch templates, machines and their volumes. Filters are ignored: whoever trusts them alone is found out.

A machine is pending for five seconds and takes twenty to be terminated; a volume is created in two.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from environments.provisioning.ports import CallFailed, Failure
from tests.fakes.cloud import Call, answers, refuse
from tests.fakes.cloud.services.ec2_network import tags_of

Row = dict[str, Any]

_STARTS, _ENDS, _CREATED = timedelta(seconds=5), timedelta(seconds=20), timedelta(seconds=2)

IMAGES = (
    ("ami-ubuntu-old", "099720109477", "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20260101", "2026-01-01"),
    ("ami-ubuntu-new", "099720109477", "ubuntu/images/hvm-ssd/ubuntu-jammy-22.04-amd64-server-20261101", "2026-11-01"),
    (
        "ami-ubuntu-24",
        "099720109477",
        "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20261110",
        "2026-11-10",
    ),
    ("ami-red-hat", "309956199498", "RHEL-9.7.0_HVM-20261015-x86_64-0-Hourly2-GP3", "2026-10-15"),
    ("ami-foreign", "666666666666", "RHEL-9.9.0_HVM-20261120-x86_64-0-Hourly2-GP3", "2026-11-20"),
)


@answers("ec2.describe_images")
def describe_images(call: Call, *, Owners: list[str], Filters: Any) -> Any:
    images = [
        {"ImageId": id, "OwnerId": owner, "Name": name, "CreationDate": f"{day}T00:00:00.000Z"}
        for id, owner, name, day in IMAGES
    ]
    return {"Images": images}


# ---- launch templates


def _template(call: Call, id: str) -> Row:
    return call.row("launch_template", id, "InvalidLaunchTemplateId.NotFound")


@answers("ec2.create_launch_template")
def create_launch_template(
    call: Call, *, LaunchTemplateName: str, LaunchTemplateData: Any, TagSpecifications: Any = None
) -> Any:
    if any(row["LaunchTemplateName"] == LaunchTemplateName for row in call.table("launch_template").values()):
        raise refuse(Failure.CONFLICT, "InvalidLaunchTemplateName.AlreadyExistsException", call.operation)
    identifier = call.new_id("lt-")
    row = {
        "LaunchTemplateId": identifier,
        "LaunchTemplateName": LaunchTemplateName,
        "Tags": tags_of(TagSpecifications),
        "versions": [LaunchTemplateData],
    }
    return {"LaunchTemplate": call.add("launch_template", identifier, row)}


@answers("ec2.create_launch_template_version")
def create_launch_template_version(call: Call, *, LaunchTemplateId: str, LaunchTemplateData: Any) -> Any:
    versions = _template(call, LaunchTemplateId)["versions"]
    versions.append(LaunchTemplateData)
    return {"LaunchTemplateVersion": {"VersionNumber": len(versions)}}


@answers("ec2.describe_launch_template_versions")
def describe_launch_template_versions(call: Call, *, Versions: list[str], MaxResults: int) -> Any:
    assert Versions == ["$Latest"]
    rows = [
        {
            "LaunchTemplateId": row["LaunchTemplateId"],
            "LaunchTemplateName": row["LaunchTemplateName"],
            "VersionNumber": len(row["versions"]),
            "LaunchTemplateData": row["versions"][-1],
        }
        for row in call.table("launch_template").values()
    ]
    return {"LaunchTemplateVersions": rows[:MaxResults]}


@answers("ec2.delete_launch_template")
def delete_launch_template(call: Call, *, LaunchTemplateId: str) -> Any:
    _template(call, LaunchTemplateId)
    del call.table("launch_template")[LaunchTemplateId]
    return {}


# ---- machines


def _machine(call: Call, id: str) -> Row:
    return call.row("instance", id, "InvalidInstanceID.NotFound")


def _machines(call: Call) -> Iterator[Row]:
    """Yield the machines in the state that they have by now."""
    for row in call.table("instance").values():
        state, since = row["State"]["Name"], row["_since"]
        if state == "pending" and call.cloud.now - since >= _STARTS:
            row["State"]["Name"] = "running"
        if state == "shutting-down" and call.cloud.now - since >= _ENDS:
            _end(call, row)
        yield row


def _end(call: Call, machine: Row) -> None:
    machine["State"]["Name"], machine["_dead"] = "terminated", True
    for volume in call.table("volume").values():
        if any(one["InstanceId"] == machine["InstanceId"] for one in volume["Attachments"]):
            volume["Attachments"], volume["State"] = [], "available"


@answers("ec2.describe_instances")
def describe_instances(call: Call, *, Filters: Any = None, InstanceIds: list[str] | None = None) -> Any:
    rows = [row for row in _machines(call) if not InstanceIds or row["InstanceId"] in InstanceIds]
    if InstanceIds and len(rows) < len(InstanceIds):
        raise refuse(Failure.MISSING, "InvalidInstanceID.NotFound", call.operation)
    return {"Reservations": [{"Instances": [row]} for row in rows]}


@answers("ec2.run_instances")
def run_instances(call: Call, *, ClientToken: str, **given: Any) -> Any:
    made = call.once(ClientToken, lambda: _run(call, **given))
    if made.get("_dead") or made["State"]["Name"] == "shutting-down":
        raise refuse(Failure.REFUSED, "IdempotentInstanceTerminated", call.operation)
    return {"Instances": [made]}


def _run(
    call: Call,
    *,
    LaunchTemplate: Any,
    SubnetId: str,
    SecurityGroupIds: list[str],
    MetadataOptions: Any,
    TagSpecifications: Any,
    MinCount: int,
    MaxCount: int,
    PrivateIpAddress: str = "",
) -> Row:
    data = _template(call, LaunchTemplate["LaunchTemplateId"])["versions"][-1]
    _require_profile(call, data["IamInstanceProfile"]["Arn"])
    subnet = call.row("subnet", SubnetId, "InvalidSubnetID.NotFound")
    taken = {row["PrivateIpAddress"] for row in _machines(call) if not row.get("_dead")}
    if PrivateIpAddress in taken:
        raise refuse(Failure.REFUSED, "InvalidIPAddress.InUse", call.operation)
    free = (f"{subnet['CidrBlock'].rsplit('.', 1)[0]}.{number}" for number in range(100, 250))
    identifier = call.new_id("i-")
    row = {
        "InstanceId": identifier,
        "ImageId": data["ImageId"],
        "InstanceType": data["InstanceType"],
        "SubnetId": SubnetId,
        "VpcId": subnet["VpcId"],
        "Placement": {"AvailabilityZone": subnet["AvailabilityZone"]},
        "PrivateIpAddress": PrivateIpAddress or next(address for address in free if address not in taken),
        "SecurityGroups": [{"GroupId": group} for group in SecurityGroupIds],
        "MetadataOptions": MetadataOptions,
        "State": {"Name": "pending"},
        "Tags": tags_of(TagSpecifications),
        "LaunchTime": call.cloud.now,
        "_since": call.cloud.now,
    }
    return call.add("instance", identifier, row)


def _require_profile(call: Call, arn: str) -> None:
    profiles = call.cloud.rows("iam", "instance_profile", call.account_id)
    if not any(profile["Arn"] == arn and profile["roles"] for profile in profiles):
        message = f"Value ({arn}) for parameter iamInstanceProfile.arn is invalid. Invalid IAM Instance Profile ARN"
        raise CallFailed(Failure.REFUSED, "InvalidParameterValue", message, operation=call.operation)


@answers("ec2.start_instances")
def start_instances(call: Call, *, InstanceIds: list[str]) -> Any:
    for identifier in InstanceIds:
        row = _machine(call, identifier)
        if row["State"]["Name"] == "stopping":
            raise refuse(Failure.REFUSED, "IncorrectInstanceState", call.operation)
        row["State"]["Name"], row["_since"] = "pending", call.cloud.now
    return {}


@answers("ec2.stop_instances")
def stop_instances(call: Call, *, InstanceIds: list[str]) -> Any:
    for identifier in InstanceIds:
        _machine(call, identifier)["State"]["Name"] = "stopped"
    return {}


@answers("ec2.modify_instance_attribute")
def modify_instance_attribute(call: Call, *, InstanceId: str, Groups: list[str]) -> Any:
    _machine(call, InstanceId)["SecurityGroups"] = [{"GroupId": group} for group in Groups]
    return {}


@answers("ec2.modify_instance_metadata_options")
def modify_instance_metadata_options(call: Call, *, InstanceId: str, **options: Any) -> Any:
    _machine(call, InstanceId)["MetadataOptions"] = options
    return {}


@answers("ec2.terminate_instances")
def terminate_instances(call: Call, *, InstanceIds: list[str]) -> Any:
    for identifier in InstanceIds:
        row = _machine(call, identifier)
        if not row.get("_dead"):
            row["State"]["Name"], row["_since"] = "shutting-down", call.cloud.now
    return {}


# ---- volumes


def _volume(call: Call, id: str) -> Row:
    return call.row("volume", id, "InvalidVolume.NotFound")


@answers("ec2.describe_volumes")
def describe_volumes(call: Call, *, Filters: Any = None, VolumeIds: list[str] | None = None) -> Any:
    list(_machines(call))
    rows = call.table("volume").values()
    for row in rows:
        if row["State"] == "creating" and call.cloud.now - row["_since"] >= _CREATED:
            row["State"] = "available"
    return {"Volumes": [row for row in rows if not VolumeIds or row["VolumeId"] in VolumeIds]}


@answers("ec2.create_volume")
def create_volume(call: Call, *, ClientToken: str, TagSpecifications: Any, **given: Any) -> Any:
    def make() -> Row:
        identifier = call.new_id("vol-")
        row = {"VolumeId": identifier, "State": "creating", "Attachments": [], "_since": call.cloud.now, **given}
        return call.add("volume", identifier, {**row, "Tags": tags_of(TagSpecifications)})

    made: Row = call.once(ClientToken, make)
    return made


@answers("ec2.modify_volume")
def modify_volume(call: Call, *, VolumeId: str, Size: int) -> Any:
    _volume(call, VolumeId)["Size"] = Size
    return {}


@answers("ec2.attach_volume")
def attach_volume(call: Call, *, VolumeId: str, InstanceId: str, Device: str) -> Any:
    volume, machine = _volume(call, VolumeId), _machine(call, InstanceId)
    if volume["Attachments"]:
        raise refuse(Failure.REFUSED, "VolumeInUse", call.operation)
    if machine.get("_dead") or machine["State"]["Name"] == "shutting-down":
        raise refuse(Failure.REFUSED, "IncorrectState", call.operation)
    attachment = {"InstanceId": InstanceId, "Device": Device, "State": "attached"}
    volume["Attachments"], volume["State"] = [attachment], "in-use"
    return attachment


@answers("ec2.detach_volume")
def detach_volume(call: Call, *, VolumeId: str, InstanceId: str) -> Any:
    volume, _ = _volume(call, VolumeId), _machine(call, InstanceId)
    volume["Attachments"], volume["State"] = [], "available"
    return {}


@answers("ec2.delete_volume")
def delete_volume(call: Call, *, VolumeId: str) -> Any:
    if _volume(call, VolumeId)["Attachments"]:
        raise refuse(Failure.REFUSED, "VolumeInUse", call.operation)
    del call.table("volume")[VolumeId]
    return {}
