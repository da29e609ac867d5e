"""KMS: keys, their twins in other Regions, and aliases; and of the Tagging API what finds a key by its tags."""

from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, answers, refuse


def _key(call: Call, key_id: str) -> dict[str, Any]:
    """Return a key by its id, ARN or alias."""
    if key_id.startswith("alias/"):
        key_id = call.row("alias", key_id, "NotFoundException")["TargetKeyId"]
    return call.row("key", key_id.rsplit("/", 1)[-1], "NotFoundException")


def _metadata(call: Call, key_id: str, region: str, state: str) -> dict[str, Any]:
    arn = f"arn:aws:kms:{region}:{call.account_id}:key/{key_id}"
    return {"KeyId": key_id, "Arn": arn, "KeyState": state, "MultiRegion": True}


def _made(call: Call, metadata: dict[str, Any], region: str, given: dict[str, Any]) -> dict[str, Any]:
    tags = [{"Key": tag["TagKey"], "Value": tag["TagValue"]} for tag in given.get("Tags", ())]
    row = {"metadata": metadata, "rotates": False, "Tags": tags}
    call.table("key", region=region)[metadata["KeyId"]] = row
    return metadata


@answers("kms.create_key")
def create_key(call: Call, *, MultiRegion: bool, **given: Any) -> Any:
    assert MultiRegion, "its twin needs it"
    return {
        "KeyMetadata": _made(call, _metadata(call, call.new_id("mrk-"), call.region, "Enabled"), call.region, given)
    }


@answers("kms.replicate_key")
def replicate_key(call: Call, *, KeyId: str, ReplicaRegion: str, **given: Any) -> Any:
    key_id = _key(call, KeyId)["metadata"]["KeyId"]
    if key_id in call.table("key", region=ReplicaRegion):
        raise refuse(Failure.CONFLICT, "AlreadyExistsException", call.operation)
    metadata = {**_metadata(call, key_id, ReplicaRegion, "Creating"), "_made_at": call.cloud.now}
    return {"ReplicaKeyMetadata": _made(call, metadata, ReplicaRegion, given)}


@answers("kms.describe_key")
def describe_key(call: Call, *, KeyId: str) -> Any:
    metadata = _key(call, KeyId)["metadata"]
    if metadata["KeyState"] == "Creating" and call.cloud.now > metadata["_made_at"]:
        metadata["KeyState"] = "Enabled"
    return {"KeyMetadata": metadata}


@answers("kms.create_alias")
def create_alias(call: Call, *, AliasName: str, TargetKeyId: str) -> Any:
    if AliasName in call.table("alias"):
        raise refuse(Failure.CONFLICT, "AlreadyExistsException", call.operation)
    call.add("alias", AliasName, {"TargetKeyId": _key(call, TargetKeyId)["metadata"]["KeyId"]})
    return {}


@answers("kms.delete_alias")
def delete_alias(call: Call, *, AliasName: str) -> Any:
    del call.table("alias")[AliasName]
    return {}


@answers("kms.get_key_rotation_status")
def get_key_rotation_status(call: Call, *, KeyId: str) -> Any:
    return {"KeyRotationEnabled": _key(call, KeyId)["rotates"]}


@answers("kms.enable_key_rotation", "kms.disable_key_rotation")
def turn_rotation(call: Call, *, KeyId: str) -> Any:
    _key(call, KeyId)["rotates"] = call.operation == "enable_key_rotation"
    return {}


@answers("kms.enable_key", "kms.disable_key")
def turn_key(call: Call, *, KeyId: str) -> Any:
    _key(call, KeyId)["metadata"]["KeyState"] = "Enabled" if call.operation == "enable_key" else "Disabled"
    return {}


@answers("kms.schedule_key_deletion")
def schedule_key_deletion(call: Call, *, KeyId: str, **_: Any) -> Any:
    row = _key(call, KeyId)
    row["metadata"]["KeyState"], row["_dead"] = "PendingDeletion", True
    return {}


@answers("resourcegroupstaggingapi.get_resources")
def get_resources(call: Call, **_: Any) -> Any:
    """Filters are ignored: whoever trusts them alone is found out. It shows a key as late as KMS does."""
    tables = call.cloud.seen("kms").tables
    rows = tables.get((call.account_id, call.region, "key"), {}).values()
    return {
        "ResourceTagMappingList": [{"ResourceARN": row["metadata"]["Arn"], "Tags": row["Tags"]} for row in rows],
    }
