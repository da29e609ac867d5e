"""CloudTrail: trails by name."""

from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, answers, refuse


def _trail(call: Call, name: str) -> dict[str, Any]:
    return call.row("trail", name, "TrailNotFoundException")


@answers("cloudtrail.get_trail")
def get_trail(call: Call, *, Name: str) -> Any:
    return {"Trail": _trail(call, Name)}


@answers("cloudtrail.get_trail_status")
def get_trail_status(call: Call, *, Name: str) -> Any:
    return {"IsLogging": _trail(call, Name)["logging"]}


@answers("cloudtrail.describe_trails")
def describe_trails(call: Call) -> Any:
    return {"trailList": list(call.table("trail").values())}


@answers("cloudtrail.create_trail")
def create_trail(call: Call, *, Name: str, S3BucketName: str, EnableLogFileValidation: bool, **_: Any) -> Any:
    if Name in call.table("trail"):
        raise refuse(Failure.CONFLICT, "TrailAlreadyExistsException", call.operation)
    trail = {
        "TrailARN": f"arn:aws:cloudtrail:{call.region}:{call.account_id}:trail/{Name}",
        "S3BucketName": S3BucketName,
        "LogFileValidationEnabled": EnableLogFileValidation,
        "logging": False,
    }
    return call.add("trail", Name, trail)


@answers("cloudtrail.update_trail")
def update_trail(call: Call, *, Name: str, S3BucketName: str, EnableLogFileValidation: bool) -> Any:
    _trail(call, Name).update(S3BucketName=S3BucketName, LogFileValidationEnabled=EnableLogFileValidation)
    return {}


@answers("cloudtrail.start_logging")
def start_logging(call: Call, *, Name: str) -> Any:
    _trail(call, Name)["logging"] = True
    return {}


@answers("cloudtrail.stop_logging")
def stop_logging(call: Call, *, Name: str) -> Any:
    _trail(call, Name)["logging"] = False
    return {}


@answers("cloudtrail.delete_trail")
def delete_trail(call: Call, *, Name: str) -> Any:
    _trail(call, Name)
    del call.table("trail")[Name]
    return {}
