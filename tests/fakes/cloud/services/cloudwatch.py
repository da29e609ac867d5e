"""CloudWatch: alarms and dashboards by name; a put replaces."""

from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, answers, refuse


@answers("cloudwatch.describe_alarms")
def describe_alarms(call: Call, *, AlarmNamePrefix: str) -> Any:
    """The prefix is ignored: whoever trusts it alone is found out."""
    return {"MetricAlarms": list(call.table("alarm").values())}


@answers("cloudwatch.put_metric_alarm")
def put_metric_alarm(call: Call, *, AlarmName: str, Tags: Any = None, **given: Any) -> Any:
    arn = f"arn:aws:cloudwatch:{call.region}:{call.account_id}:alarm:{AlarmName}"
    call.add("alarm", AlarmName, {"AlarmName": AlarmName, "AlarmArn": arn, "StateValue": "INSUFFICIENT_DATA", **given})
    return {}


@answers("cloudwatch.delete_alarms")
def delete_alarms(call: Call, *, AlarmNames: list[str]) -> Any:
    for name in AlarmNames:
        call.table("alarm").pop(name, None)
    return {}


@answers("cloudwatch.get_dashboard")
def get_dashboard(call: Call, *, DashboardName: str) -> Any:
    return call.row("dashboard", DashboardName, "ResourceNotFound")


@answers("cloudwatch.put_dashboard")
def put_dashboard(call: Call, *, DashboardName: str, DashboardBody: str) -> Any:
    call.add("dashboard", DashboardName, {"DashboardBody": DashboardBody})
    return {"DashboardValidationMessages": []}


@answers("cloudwatch.delete_dashboards")
def delete_dashboards(call: Call, *, DashboardNames: list[str]) -> Any:
    for name in DashboardNames:
        if call.table("dashboard").pop(name, None) is None:
            raise refuse(Failure.MISSING, "ResourceNotFound", call.operation)
    return {}
