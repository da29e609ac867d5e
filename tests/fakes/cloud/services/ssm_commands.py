"""Documents and commands of Systems Manager. A command is under way for three seconds, then it has succeeded, unless
`cloud.failing_documents` says of which documents commands fail.

Commands are no resources that stay: whether two were sent is for a test to count.
"""

from datetime import timedelta
from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, answers, refuse

_LASTS = timedelta(seconds=3)
PART = "install"


@answers("ssm.list_documents")
def list_documents(call: Call, *, Filters: Any) -> Any:
    """Content is not listed."""
    rows = call.table("document").values()
    return {"DocumentIdentifiers": [{"Name": row["Name"], "Tags": row["Tags"]} for row in rows]}


@answers("ssm.create_document")
def create_document(call: Call, *, Name: str, Content: str, Tags: Any, **_: Any) -> Any:
    if Name in call.table("document"):
        raise refuse(Failure.CONFLICT, "DocumentAlreadyExists", call.operation)
    call.add("document", Name, {"Name": Name, "Content": Content, "Tags": Tags})
    return {"DocumentDescription": {"Name": Name, "Status": "Creating"}}


@answers("ssm.get_document")
def get_document(call: Call, *, Name: str) -> Any:
    return {"Content": call.row("document", Name, "InvalidDocument")["Content"]}


@answers("ssm.delete_document")
def delete_document(call: Call, *, Name: str) -> Any:
    if call.table("document").pop(Name, None) is None:
        raise refuse(Failure.REFUSED, "InvalidDocument", call.operation)
    return {}


@answers("ssm.send_command")
def send_command(call: Call, *, DocumentName: str, InstanceIds: list[str], Comment: str, **given: Any) -> Any:
    if DocumentName not in call.table("document"):
        raise refuse(Failure.REFUSED, "InvalidDocument", call.operation)
    machines = {row["InstanceId"]: row for row in call.cloud.rows("ec2", "instance", call.account_id)}
    if any(machines.get(one, {}).get("State", {}).get("Name") != "running" for one in InstanceIds):
        raise refuse(Failure.REFUSED, "InvalidInstanceId", call.operation)
    identifier = call.new_id("command-")
    row = {
        "CommandId": identifier,
        "DocumentName": DocumentName,
        "InstanceIds": InstanceIds,
        "Comment": Comment,
        "Status": "Pending",
        "RequestedDateTime": call.cloud.now,
        "Parameters": given["Parameters"],
        "_fails": DocumentName in call.cloud.failing_documents,
        "_dead": True,
    }
    return {"Command": call.add("command", identifier, row)}


@answers("ssm.list_commands")
def list_commands(call: Call, *, InstanceId: str) -> Any:
    """The machine is ignored: whoever trusts it alone is found out."""
    for row in call.table("command").values():
        if row["Status"] == "Pending" and call.cloud.now - row["RequestedDateTime"] >= _LASTS:
            row["Status"] = "Failed" if row["_fails"] else "Success"
    return {"Commands": list(call.table("command").values())}


@answers("ssm.get_command_invocation")
def get_command_invocation(call: Call, *, CommandId: str, InstanceId: str, PluginName: str) -> Any:
    row = call.row("command", CommandId, "InvocationDoesNotExist")
    if PluginName not in (PART, "console"):
        raise refuse(Failure.REFUSED, "InvalidPluginName", call.operation)
    said = "no such host: packages" if row["_fails"] else ""
    return {"Status": row["Status"], "StandardErrorContent": said, "StandardOutputContent": "== Settings"}
