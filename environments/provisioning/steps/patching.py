"""Security patches of the operating systems: what is approved for each, and when the machines install it by themselves.

Patch Manager finds the approved patches of a machine by its patch group. They come from the repositories that the system knows
by itself: Ubuntu's own, and Amazon's of Red Hat. This holds for every environment, non-production too (S19, S27).

Names of Patch Manager are not unique in AWS, and a client token would give back what was deleted since. So after a lost answer
AWS has time to show what was made before it is made again.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from environments.provisioning import names
from environments.provisioning.collection import Collection, There
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, StepRefused, Wanted
from environments.provisioning.steps import machine_marks

GROUP_TAG = "PatchGroup"
DOCUMENT = "AWS-RunPatchBaseline"
_SECURITY = "security patches"
_OWN = "the system's own"
_GONE = "DoesNotExistException"


@dataclass(frozen=True, slots=True)
class _System:
    """An operating system as Patch Manager knows it. `waits`: approval may wait for days after the release of a patch, which
    Patch Manager cannot do for Ubuntu (Systems Manager User Guide, "Package name formats and approvals")."""

    key: str
    name: str
    filters: tuple[tuple[str, tuple[str, ...]], ...]
    waits: bool


_SYSTEMS = {
    "ubuntu": _System(
        "UBUNTU",
        "Ubuntu",
        (("PRIORITY", ("Extra", "Important", "Optional", "Required", "Standard")), ("PRODUCT", ("Ubuntu22.04",))),
        waits=False,
    ),
    "red_hat": _System(
        "REDHAT_ENTERPRISE_LINUX",
        "Red Hat Enterprise Linux",
        (("CLASSIFICATION", ("Security",)), ("SEVERITY", ("Critical", "Important", "Moderate", "Low"))),
        waits=True,
    ),
}
_DAYS_OF_PRODUCTION = 7
"""Days that a patch has been out before production gets it; non-production gets it at once, and so tries it first."""

_HOURS, _CUTOFF = 2, 1
"""Patching begins within the first hour, which the customer chose; in the second, nothing begins any more."""


def group_of(spec: Spec) -> str:
    return names.of(spec, "machines")


class PatchBaseline(Collection):
    """outputs: {"<baseline name>": baseline id}"""

    key = "patch_baseline"
    title = "Approved patches"
    doing = "Saying which patches are approved"
    done = "Said which patches are approved"
    requires = ("customer_access",)
    settles = True
    permissions = (
        "ssm:AddTagsToResource",
        "ssm:CreatePatchBaseline",
        "ssm:DeletePatchBaseline",
        "ssm:DeregisterPatchBaselineForPatchGroup",
        "ssm:DescribePatchBaselines",
        "ssm:GetPatchBaseline",
        "ssm:RegisterPatchBaselineForPatchGroup",
        "ssm:UpdatePatchBaseline",
    )

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return [Wanted("patch_baseline", name, _baseline(spec, system)) for name, system in _systems(spec).items()]

    def look(self, ctx: Context) -> Mapping[str, There]:
        """One list holds the baselines of all environments. Those of this one are then read whole."""
        ours = f"{names.of(ctx.spec, 'patches')}-"
        prefix = {"Key": "NAME_PREFIX", "Values": [f"{ctx.spec.tag_prefix}-".lower()]}
        rows = ctx.customer.pages("ssm", "describe_patch_baselines", "BaselineIdentities", Filters=[prefix])
        known = _by_name(row for row in rows if row["BaselineName"].startswith(ours))
        return {name: _read_baseline(ctx, row["BaselineId"]) for name, row in known.items()}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        system = _systems(ctx.spec)[wanted.name]
        made = ctx.customer.change(
            "ssm",
            "create_patch_baseline",
            OperatingSystem=system.key,
            Name=wanted.name,
            Description=f"Security patches of {system.name}",
            ApprovalRules=_rules(ctx.spec, system),
            Tags=names.listed(names.tags(ctx.spec, self.key, wanted.name)),
        )
        self._register(ctx, made["BaselineId"])
        return There(made["BaselineId"], wanted.attributes)

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        unlike = {key for key, value in wanted.attributes.items() if there.attributes[key] != value}
        if "operating_system" in unlike:
            return super().mend(ctx, wanted, there)
        if unlike - {"patch_group"}:
            ctx.customer.change(
                "ssm",
                "update_patch_baseline",
                BaselineId=there.aws_id,
                ApprovalRules=_rules(ctx.spec, _systems(ctx.spec)[wanted.name]),
                ApprovedPatches=[],
                RejectedPatches=[],
                Sources=[],
            )
        if "patch_group" in unlike:
            self._register(ctx, there.aws_id)
        return There(there.aws_id, wanted.attributes)

    def _register(self, ctx: Context, baseline: str) -> None:
        group = group_of(ctx.spec)
        ctx.customer.change("ssm", "register_patch_baseline_for_patch_group", BaselineId=baseline, PatchGroup=group)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        """AWS deletes no baseline that a patch group uses."""
        if there.attributes["patch_group"]:
            group = group_of(ctx.spec)
            call = "deregister_patch_baseline_for_patch_group"
            _unless_gone(lambda: ctx.customer.change("ssm", call, BaselineId=there.aws_id, PatchGroup=group))
        ctx.customer.change("ssm", "delete_patch_baseline", BaselineId=there.aws_id)


class PatchGroup(Collection):
    """The mark on each machine by which its approved patches are found."""

    key = "patch_group"
    title = "Patch group of the machines"
    doing = "Putting the machines into their patch group"
    done = "Put the machines into their patch group"
    requires = ("instances",)
    permissions = ("ec2:CreateTags", "ec2:DeleteTags", "ec2:DescribeInstances")

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return [
            Wanted("patch_group_member", node, {"group": group_of(spec)}) for node in machine_marks.node_names(spec)
        ]

    def look(self, ctx: Context) -> Mapping[str, There]:
        return {
            node: There(machine.id, {"group": machine.tags[GROUP_TAG]})
            for node, machine in machine_marks.standing(ctx).items()
            if GROUP_TAG in machine.tags
        }

    def make(self, ctx: Context, wanted: Wanted) -> There:
        machine = ctx.outputs["instances"][wanted.name]
        machine_marks.put(ctx, machine, {GROUP_TAG: wanted.attributes["group"]})
        return There(machine, wanted.attributes)

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        return self.make(ctx, wanted)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        machine_marks.take(ctx, there.aws_id, (GROUP_TAG,))


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
        known = _by_name(row for row in rows if row["Name"] == names.of(ctx.spec, "patches"))
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
        _unless_gone(lambda: ctx.customer.change("ssm", "delete_maintenance_window", WindowId=there.aws_id))

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
        _unless_gone(lambda: ctx.customer.change("ssm", self.deregister, **registered))

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
            if failed.failure == Failure.MISSING or failed.code == _GONE:
                return {}
            raise
        return _by_name(row for row in rows if row.get("Name", "").startswith(names.of(ctx.spec, "")))


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


_AT_ONCE = "1"
_INVOCATION = {"RunCommand": {"Parameters": {"Operation": ["Install"], "RebootOption": ["RebootIfNeeded"]}}}


def _systems(spec: Spec) -> dict[str, _System]:
    """Return the operating systems of the environment, by the name of their baseline."""
    return {names.of(spec, f"patches-{key.replace('_', '-')}"): _SYSTEMS[key] for key in spec.machines.systems}


def _baseline(spec: Spec, system: _System) -> dict[str, Any]:
    return {
        "operating_system": system.name,
        "installs": _SECURITY,
        "days_after_release": _days(spec, system),
        "repositories": _OWN,
        "patch_group": group_of(spec),
    }


def _days(spec: Spec, system: _System) -> int:
    return _DAYS_OF_PRODUCTION if spec.is_production and system.waits else 0


def _rules(spec: Spec, system: _System) -> dict[str, Any]:
    filters = [{"Key": key, "Values": list(values)} for key, values in system.filters]
    return {
        "PatchRules": [
            {
                "PatchFilterGroup": {"PatchFilters": filters},
                "ApproveAfterDays": _days(spec, system),
                "EnableNonSecurity": False,
            }
        ]
    }


def _read_baseline(ctx: Context, baseline: str) -> There:
    row = ctx.customer.read("ssm", "get_patch_baseline", BaselineId=baseline)
    system = next((one for one in _SYSTEMS.values() if one.key == row["OperatingSystem"]), None)
    rules = (row.get("ApprovalRules") or {}).get("PatchRules", [])
    security = system is not None and [_filters(rule) for rule in rules] == [dict(system.filters)]
    groups = row.get("PatchGroups") or []
    attributes = {
        "operating_system": system.name if system else row["OperatingSystem"],
        "installs": _SECURITY if security and not _exceptions(row, rules) else "other patches",
        "days_after_release": rules[0].get("ApproveAfterDays", 0) if rules else 0,
        "repositories": ", ".join(one["Name"] for one in row.get("Sources") or ()) or _OWN,
        "patch_group": group_of(ctx.spec) if group_of(ctx.spec) in groups else "",
    }
    return There(row["BaselineId"], attributes)


def _filters(rule: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    return {one["Key"]: tuple(one["Values"]) for one in rule["PatchFilterGroup"]["PatchFilters"]}


def _exceptions(row: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]) -> bool:
    """Return whether some patches are treated apart from the rule."""
    apart = row.get("ApprovedPatches") or row.get("RejectedPatches")
    return bool(apart) or any(rule.get("EnableNonSecurity") for rule in rules)


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


def _by_name(rows: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return rows by their names. Raises `StepRefused` where several have one name."""
    found: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        name = row["BaselineName"] if "BaselineName" in row else row["Name"]
        if name in found:
            raise StepRefused(
                f"There is more than one {name} in Systems Manager.",
                remedy="Delete those that are not in use, then retry this step.",
                code="several",
            )
        found[name] = row
    return found


def _unless_gone(act: Callable[[], object]) -> None:
    """Do it, unless what it is done to is no longer there."""
    try:
        act()
    except CallFailed as failed:
        if failed.code != _GONE and failed.failure != Failure.MISSING:
            raise
