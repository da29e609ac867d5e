"""Systems Manager's parameters by name. What is sealed is shown as something that tells nothing."""

from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, answers, refuse


@answers("ssm.get_parameters_by_path")
def get_parameters_by_path(call: Call, *, Path: str, Recursive: bool = False) -> Any:
    """The path is ignored: whoever trusts it alone is found out."""
    rows = call.table("parameter").values()
    return {"Parameters": [{**row, "Value": "sealed"} if row["Type"] == "SecureString" else row for row in rows]}


@answers("ssm.put_parameter")
def put_parameter(
    call: Call, *, Name: str, Type: str, Value: str, Overwrite: bool = False, Tags: Any = None, **_: Any
) -> Any:
    if Name in call.table("parameter") and not Overwrite:
        raise refuse(Failure.CONFLICT, "ParameterAlreadyExists", call.operation)
    if Overwrite and Tags:
        raise refuse(Failure.REFUSED, "ValidationException", call.operation)
    call.add("parameter", Name, {"Name": Name, "Type": Type, "Value": Value})
    return {}


@answers("ssm.delete_parameter")
def delete_parameter(call: Call, *, Name: str) -> Any:
    call.row("parameter", Name, "ParameterNotFound")
    del call.table("parameter")[Name]
    return {}
