"""CloudWatch Logs: groups, and a subscription of each."""

from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, answers, refuse


def _group(call: Call, name: str) -> dict[str, Any]:
    return call.row("group", name, "ResourceNotFoundException")


@answers("logs.describe_log_groups")
def describe_log_groups(call: Call, *, logGroupNamePrefix: str) -> Any:
    """The prefix is ignored: whoever trusts it alone is found out."""
    return {"logGroups": [row["group"] for row in call.table("group").values()]}


@answers("logs.create_log_group")
def create_log_group(call: Call, *, logGroupName: str, tags: Any = None) -> Any:
    if logGroupName in call.table("group"):
        raise refuse(Failure.CONFLICT, "ResourceAlreadyExistsException", call.operation)
    arn = f"arn:aws:logs:{call.region}:{call.account_id}:log-group:{logGroupName}:*"
    call.add("group", logGroupName, {"group": {"logGroupName": logGroupName, "arn": arn}, "filters": {}})
    return {}


@answers("logs.put_retention_policy")
def put_retention_policy(call: Call, *, logGroupName: str, retentionInDays: int) -> Any:
    _group(call, logGroupName)["group"]["retentionInDays"] = retentionInDays
    return {}


@answers("logs.delete_log_group")
def delete_log_group(call: Call, *, logGroupName: str) -> Any:
    _group(call, logGroupName)
    del call.table("group")[logGroupName]
    return {}


@answers("logs.describe_subscription_filters")
def describe_subscription_filters(call: Call, *, logGroupName: str) -> Any:
    return {"subscriptionFilters": list(_group(call, logGroupName)["filters"].values())}


@answers("logs.put_subscription_filter")
def put_subscription_filter(call: Call, *, logGroupName: str, filterName: str, **given: Any) -> Any:
    filters = _group(call, logGroupName)["filters"]
    if filterName not in filters and len(filters) == 2:
        raise refuse(Failure.QUOTA, "LimitExceededException", call.operation)
    filters[filterName] = {"filterName": filterName, **given}
    return {}


@answers("logs.delete_subscription_filter")
def delete_subscription_filter(call: Call, *, logGroupName: str, filterName: str) -> Any:
    if _group(call, logGroupName)["filters"].pop(filterName, None) is None:
        raise refuse(Failure.MISSING, "ResourceNotFoundException", call.operation)
    return {}
