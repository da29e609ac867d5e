"""When the machines install their security patches by themselves: a maintenance window on the day and in the hour that the
customer chose, its machines, and the task that runs in it (S19, S27).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from environments.provisioning import names
from environments.provisioning.collection import Collection, There
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Wanted
from environments.provisioning.steps import machine_marks
from environments.provisioning.steps.patching import GONE, by_name, group_of, unless_gone

DOCUMENT = "AWS-RunPatchBaseline"
_HOURS, _CUTOFF = 2, 1
"""Patching begins within the first hour, which the customer chose; in the second, nothing begins any more."""

_AT_ONCE = "1"
_INVOCATION = {"RunCommand": {"Parameters": {"Operation": ["Install"], "RebootOption": ["RebootIfNeeded"]}}}


class MaintenanceWindow(Collection):
    """outputs: {"window_id": ...}"""

    key = "maintenance_window"
    title = "Maintenance window"
    doing = "Creating the maintenance window"
    done = "Created the maintenance window"
    requires = ("customer_access",)
    settles = True
    permissions = (
        "ssm:AddTagsToResource",
        "ssm:CreateMaintenanceWindow",
        "ssm:DeleteMaintenanceWindow",
        "ssm:DescribeMaintenanceWindows",
        "ssm:UpdateMaintenanceWindow",
    )

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        attributes = {"opens": _opens(spec), "hours": _HOURS, "last_start": _CUTOFF, "state": "on"}
        return (Wanted("maintenance_window", names.of(spec, "patches"), attributes),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        """One list holds the windows of all environments; an account has 50 at most."""
        rows = ctx.customer.pages("ssm", "describe_maintenance_windows", "WindowIdentities")
        known = by_name(row for row in rows if row["Name"] == names.of(ctx.spec, "patches"))
        return {name: There(row["WindowId"], _window(ctx.spec, row)) for name, row in known.items()}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        made = ctx.customer.change(
            "ssm",
            "create_maintenance_window",
            Name=wanted.name,
            AllowUnassociatedTargets=False,
            Tags=names.listed(names.tags(ctx.spec, self.key, wanted.name)),
            **_schedule(ctx.spec),
        )
        return There(made["WindowId"], wanted.attributes)

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        schedule = _schedule(ctx.spec)
        ctx.customer.change("ssm", "update_maintenance_window", WindowId=there.aws_id, Enabled=True, **schedule)
        return There(there.aws_id, wanted.attributes)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        """What is registered with it goes too."""
        unless_gone(lambda: ctx.customer.change("ssm", "delete_maintenance_window", WindowId=there.aws_id))

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"window_id": there[names.of(ctx.spec, "patches")].aws_id}


class _InWindow(Collection):
    """What is registered with the window: it cannot be changed, so it is registered anew."""

    settles = True
    register: str
    deregister: str
    id_key: str

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        self.unmake(ctx, wanted.name, there)
        return self.make(ctx, wanted)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        registered = {"WindowId": _window_id(ctx), self.id_key: there.aws_id}
        unless_gone(lambda: ctx.customer.change("ssm", self.deregister, **registered))

    def _register(self, ctx: Context, wanted: Wanted, **what: Any) -> There:
        answer = ctx.customer.change("ssm", self.register, WindowId=_window_id(ctx), Name=wanted.name, **what)
        return There(answer[self.id_key], wanted.attributes)

    def _registered(self, ctx: Context, operation: str, key: str) -> Mapping[str, Mapping[str, Any]]:
        """Return what is registered, by name. Without its window, nothing is."""
        window = _window_id(ctx)
        if not window:
            return {}
        try:
            rows = ctx.customer.pages("ssm", operation, key, WindowId=window)
        except CallFailed as failed:
            if failed.failure == Failure.MISSING or failed.code == GONE:
                return {}
            raise
        return by_name(row for row in rows if row.get("Name", "").startswith(names.of(ctx.spec, "")))


class PatchTarget(_InWindow):
    """outputs: {"target_id": ...}"""

    key = "patch_target"
    title = "Machines of the maintenance window"
    doing = "Registering the machines with the maintenance window"
    done = "Registered the machines with the maintenance window"
    requires = ("maintenance_window",)
    permissions = (
        "ssm:DeregisterTargetFromMaintenanceWindow",
        "ssm:DescribeMaintenanceWindowTargets",
        "ssm:RegisterTargetWithMaintenanceWindow",
    )
    register = "register_target_with_maintenance_window"
    deregister = "deregister_target_from_maintenance_window"
    id_key = "WindowTargetId"

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return (Wanted("maintenance_window_target", group_of(spec), {"machines": "all of this environment"}),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        rows = self._registered(ctx, "describe_maintenance_window_targets", "Targets")
        return {name: There(row["WindowTargetId"], _machines_of(ctx.spec, row)) for name, row in rows.items()}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        return self._register(ctx, wanted, ResourceType="INSTANCE", Targets=_every_machine(ctx.spec))

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"target_id": there[group_of(ctx.spec)].aws_id}


class PatchTask(_InWindow):
    """The service-linked role of Systems Manager runs it: AWS makes that role where the account has none yet."""

    key = "patch_task"
    title = "Security patches in the maintenance window"
    doing = "Having security patches installed in the maintenance window"
    done = "Security patches install themselves in the maintenance window"
    requires = ("patch_target",)
    permissions = (
        "iam:CreateServiceLinkedRole",
        "ssm:DeregisterTaskFromMaintenanceWindow",
        "ssm:DescribeMaintenanceWindowTasks",
        "ssm:RegisterTaskWithMaintenanceWindow",
    )
    simulated = "The stand-in keeps baseline, window and task, and never opens the window: nothing is patched."
    register = "register_task_with_maintenance_window"
    deregister = "deregister_task_from_maintenance_window"
    id_key = "WindowTaskId"

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        attributes = {"runs": DOCUMENT, "does": "install, restart where a patch needs it", "at_once": _AT_ONCE}
        return (Wanted("maintenance_window_task", names.of(spec, "patches"), attributes),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        rows = self._registered(ctx, "describe_maintenance_window_tasks", "Tasks")
        return {name: There(row["WindowTaskId"], self._task(ctx, row)) for name, row in rows.items()}

    def _task(self, ctx: Context, row: Mapping[str, Any]) -> Mapping[str, Any]:
        (wanted,) = self.wanted(ctx.spec)
        target = ctx.outputs.get("patch_target", {}).get("target_id", "")
        installs = row.get("TaskInvocationParameters") in (None, _INVOCATION) and row["Targets"] == _of_target(target)
        return {
            "runs": row["TaskArn"],
            "does": wanted.attributes["does"] if installs else "something else",
            "at_once": row["MaxConcurrency"],
        }

    def make(self, ctx: Context, wanted: Wanted) -> There:
        """One machine after the other, so that a product on several nodes goes on answering."""
        return self._register(
            ctx,
            wanted,
            Targets=_of_target(ctx.outputs["patch_target"]["target_id"]),
            TaskArn=DOCUMENT,
            TaskType="RUN_COMMAND",
            TaskInvocationParameters=_INVOCATION,
            Priority=1,
            MaxConcurrency=_AT_ONCE,
            MaxErrors="1",
            CutoffBehavior="CONTINUE_TASK",
        )


def _opens(spec: Spec) -> str:
    return f"every {spec.machines.patch_day} at {spec.machines.patch_hour:02}:00 UTC"


def _schedule(spec: Spec) -> dict[str, Any]:
    """Return when the window opens: minutes, hours, day of the month, month, day of the week, year."""
    day = spec.machines.patch_day[:3].upper()
    return {
        "Schedule": f"cron(0 {spec.machines.patch_hour} ? * {day} *)",
        "ScheduleTimezone": "UTC",
        "Duration": _HOURS,
        "Cutoff": _CUTOFF,
    }


def _window(spec: Spec, row: Mapping[str, Any]) -> dict[str, Any]:
    wanted = _schedule(spec)
    fits = all(row.get(key) == wanted[key] for key in ("Schedule", "ScheduleTimezone"))
    return {
        "opens": _opens(spec) if fits else f"{row.get('Schedule')} {row.get('ScheduleTimezone')}",
        "hours": row["Duration"],
        "last_start": row["Cutoff"],
        "state": "on" if row["Enabled"] else "off",
    }


def _window_id(ctx: Context) -> str:
    found: str = ctx.outputs.get("maintenance_window", {}).get("window_id", "")
    return found


def _every_machine(spec: Spec) -> list[dict[str, Any]]:
    return [{"Key": f"tag:{machine_marks.key(spec, 'env')}", "Values": [spec.environment_id]}]


def _machines_of(spec: Spec, row: Mapping[str, Any]) -> dict[str, str]:
    every = row["Targets"] == _every_machine(spec) and row["ResourceType"] == "INSTANCE"
    return {"machines": "all of this environment" if every else "others"}


def _of_target(target: str) -> list[dict[str, Any]]:
    return [{"Key": "WindowTargetIds", "Values": [target]}]
