"""Security patches of the operating systems: what is approved for each, and for which machines.

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
_SECURITY = "security patches"
_OWN = "the system's own"
GONE = "DoesNotExistException"


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
        known = by_name(row for row in rows if row["BaselineName"].startswith(ours))
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
            unless_gone(lambda: ctx.customer.change("ssm", call, BaselineId=there.aws_id, PatchGroup=group))
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


def by_name(rows: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
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


def unless_gone(act: Callable[[], object]) -> None:
    """Do it, unless what it is done to is no longer there."""
    try:
        act()
    except CallFailed as failed:
        if failed.code != GONE and failed.failure != Failure.MISSING:
            raise
