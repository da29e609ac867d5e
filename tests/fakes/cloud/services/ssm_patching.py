"""Patch baselines with their groups, maintenance windows and what is registered with them. Filters are ignored."""

from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, answers, refuse

Row = dict[str, Any]
_GONE = "DoesNotExistException"


def _row(call: Call, kind: str, id: str) -> Row:
    found = call.table(kind).get(id)
    if found is None:
        raise refuse(Failure.REFUSED, _GONE, call.operation)
    return found


@answers("ssm.describe_patch_baselines")
def describe_baselines(call: Call, *, Filters: Any = None) -> Any:
    rows = call.table("patch_baseline").values()
    return {"BaselineIdentities": [{"BaselineId": row["BaselineId"], "BaselineName": row["Name"]} for row in rows]}


@answers("ssm.get_patch_baseline")
def get_baseline(call: Call, *, BaselineId: str) -> Any:
    return _row(call, "patch_baseline", BaselineId)


@answers("ssm.create_patch_baseline")
def create_baseline(call: Call, *, Tags: Any, **given: Any) -> Any:
    identifier = call.new_id("pb-")
    call.add("patch_baseline", identifier, {"BaselineId": identifier, "PatchGroups": [], **given})
    return {"BaselineId": identifier}


@answers("ssm.update_patch_baseline")
def update_baseline(call: Call, *, BaselineId: str, **given: Any) -> Any:
    _row(call, "patch_baseline", BaselineId).update(given)
    return {}


@answers("ssm.register_patch_baseline_for_patch_group")
def register_group(call: Call, *, BaselineId: str, PatchGroup: str) -> Any:
    row = _row(call, "patch_baseline", BaselineId)
    for other in call.table("patch_baseline").values():
        same = other["OperatingSystem"] == row["OperatingSystem"] and PatchGroup in other["PatchGroups"]
        if same and other is not row:
            raise refuse(Failure.CONFLICT, "AlreadyExistsException", call.operation)
    row["PatchGroups"] = sorted({*row["PatchGroups"], PatchGroup})
    return {}


@answers("ssm.deregister_patch_baseline_for_patch_group")
def deregister_group(call: Call, *, BaselineId: str, PatchGroup: str) -> Any:
    row = _row(call, "patch_baseline", BaselineId)
    row["PatchGroups"] = [group for group in row["PatchGroups"] if group != PatchGroup]
    return {}


@answers("ssm.delete_patch_baseline")
def delete_baseline(call: Call, *, BaselineId: str) -> Any:
    """AWS takes an unknown one for deleted."""
    row = call.table("patch_baseline").get(BaselineId)
    if row and row["PatchGroups"]:
        raise refuse(Failure.CONFLICT, "ResourceInUseException", call.operation)
    call.table("patch_baseline").pop(BaselineId, None)
    return {}


# ---- windows


@answers("ssm.describe_maintenance_windows")
def describe_windows(call: Call) -> Any:
    return {"WindowIdentities": list(call.table("maintenance_window").values())}


@answers("ssm.create_maintenance_window")
def create_window(call: Call, *, Tags: Any, AllowUnassociatedTargets: bool, **given: Any) -> Any:
    identifier = call.new_id("mw-")
    call.add("maintenance_window", identifier, {"WindowId": identifier, "Enabled": True, **given})
    return {"WindowId": identifier}


@answers("ssm.update_maintenance_window")
def update_window(call: Call, *, WindowId: str, **given: Any) -> Any:
    _row(call, "maintenance_window", WindowId).update(given)
    return {}


@answers("ssm.delete_maintenance_window")
def delete_window(call: Call, *, WindowId: str) -> Any:
    _row(call, "maintenance_window", WindowId)
    del call.table("maintenance_window")[WindowId]
    for kind in ("window_target", "window_task"):
        table = call.table(kind)
        for identifier in [identifier for identifier, row in table.items() if row["WindowId"] == WindowId]:
            del table[identifier]
    return {}


def _register(call: Call, kind: str, id_key: str, window: str, given: Row) -> Any:
    _row(call, "maintenance_window", window)
    identifier = call.new_id("")
    call.add(kind, identifier, {"WindowId": window, id_key: identifier, **given})
    return {id_key: identifier}


def _registered(call: Call, kind: str, window: str) -> list[Row]:
    _row(call, "maintenance_window", window)
    return [row for row in call.table(kind).values() if row["WindowId"] == window]


@answers("ssm.register_target_with_maintenance_window")
def register_target(call: Call, *, WindowId: str, **given: Any) -> Any:
    return _register(call, "window_target", "WindowTargetId", WindowId, given)


@answers("ssm.describe_maintenance_window_targets")
def describe_targets(call: Call, *, WindowId: str) -> Any:
    return {"Targets": _registered(call, "window_target", WindowId)}


@answers("ssm.deregister_target_from_maintenance_window")
def deregister_target(call: Call, *, WindowId: str, WindowTargetId: str) -> Any:
    _row(call, "window_target", WindowTargetId)
    del call.table("window_target")[WindowTargetId]
    return {}


@answers("ssm.register_task_with_maintenance_window")
def register_task(call: Call, *, WindowId: str, **given: Any) -> Any:
    return _register(call, "window_task", "WindowTaskId", WindowId, given)


@answers("ssm.describe_maintenance_window_tasks")
def describe_tasks(call: Call, *, WindowId: str) -> Any:
    """AWS lists tasks without what they hand to their document."""
    rows = _registered(call, "window_task", WindowId)
    return {"Tasks": [{key: row[key] for key in row if key != "TaskInvocationParameters"} for row in rows]}


@answers("ssm.deregister_task_from_maintenance_window")
def deregister_task(call: Call, *, WindowId: str, WindowTaskId: str) -> Any:
    _row(call, "window_task", WindowTaskId)
    del call.table("window_task")[WindowTaskId]
    return {}
