"""Secrets Manager: names are unique, a client token writes one version once."""

from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, answers, refuse

Row = dict[str, Any]


def _row(call: Call, identifier: str) -> Row:
    """Return a secret by its name or its ARN."""
    rows = call.table("secret").values()
    found = next((row for row in rows if identifier in (row["Name"], row["ARN"])), None)
    if found is None:
        raise refuse(Failure.MISSING, "ResourceNotFoundException", call.operation)
    return found


@answers("secretsmanager.describe_secret")
def describe(call: Call, *, SecretId: str) -> Any:
    return {key: value for key, value in _row(call, SecretId).items() if key in ("Name", "ARN", "Tags", "DeletedDate")}


@answers("secretsmanager.get_secret_value")
def value(call: Call, *, SecretId: str) -> Any:
    return {"SecretString": _row(call, SecretId)["SecretString"]}


@answers("secretsmanager.create_secret")
def create(call: Call, *, Name: str, ClientRequestToken: str, SecretString: str, Tags: Any, **_: Any) -> Any:
    known = call.table("secret").get(Name)
    if known and known.get("DeletedDate"):
        raise refuse(Failure.REFUSED, "InvalidRequestException", call.operation)
    if known:
        raise refuse(Failure.CONFLICT, "ResourceExistsException", call.operation)
    arn = f"arn:aws:secretsmanager:{call.region}:{call.account_id}:secret:{Name}-{call.new_id('')[-6:]}"
    row = {"Name": Name, "ARN": arn, "Tags": Tags, "SecretString": SecretString}
    call.add("secret", Name, row)
    return {"ARN": arn, "Name": Name}


@answers("secretsmanager.put_secret_value")
def put(call: Call, *, SecretId: str, ClientRequestToken: str, SecretString: str) -> Any:
    row = _row(call, SecretId)
    if row.get("DeletedDate"):
        raise refuse(Failure.REFUSED, "InvalidRequestException", call.operation)
    row["SecretString"] = SecretString
    return {"ARN": row["ARN"]}


@answers("secretsmanager.tag_resource")
def tag(call: Call, *, SecretId: str, Tags: Any) -> Any:
    row = _row(call, SecretId)
    changed = {one["Key"] for one in Tags}
    row["Tags"] = [one for one in row["Tags"] if one["Key"] not in changed] + Tags
    return {}


@answers("secretsmanager.restore_secret")
def restore(call: Call, *, SecretId: str) -> Any:
    _row(call, SecretId).pop("DeletedDate", None)
    return {}


@answers("secretsmanager.delete_secret")
def delete(call: Call, *, SecretId: str, ForceDeleteWithoutRecovery: bool = False) -> Any:
    row = _row(call, SecretId)
    if ForceDeleteWithoutRecovery:
        del call.table("secret")[row["Name"]]
    else:
        row["DeletedDate"] = call.cloud.now
    return {"ARN": row["ARN"]}
