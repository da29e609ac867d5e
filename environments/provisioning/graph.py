"""Which steps an environment needs, and what may start when."""

from collections.abc import Collection, Iterable, Sequence

from environments.provisioning.removal import Removal
from environments.provisioning.specification import Spec
from environments.provisioning.step import Step

ACCESS = ("provider_access", "account", "account_role", "customer_access")
"""What must be known before anything is changed, tear-down included. Of a new account nothing is ever taken away."""


def needed(steps: Iterable[Step], spec: Spec) -> tuple[Step, ...]:
    """Return the steps that apply, in their order. A requirement that does not apply is met."""
    return tuple(step for step in steps if step.applies(spec))


def program(steps: Sequence[Step], spec: Spec, standing: Collection[str]) -> tuple[Step, ...]:
    """Return what a run is to do: the steps that apply, and the removal of those that stand and no longer apply.

    `standing` holds the keys of the steps that have resources in AWS.
    """
    wanted = needed(steps, spec)
    leaving = [step for step in steps if step.key in standing and step.key not in ACCESS and not step.applies(spec)]
    return (*wanted, *removals(leaving))


def tear_down(steps: Sequence[Step], spec: Spec, standing: Collection[str]) -> tuple[Step, ...]:
    """Return what takes an environment away: access is checked, then what stands goes, each after all that build on it."""
    access = tuple(step for step in steps if step.key in ACCESS and step.applies(spec))
    return (*access, *removals([step for step in steps if step.key in standing and step.key not in ACCESS]))


def removals(steps: Sequence[Step]) -> tuple[Step, ...]:
    """Return the steps' removals, those first on which nothing builds."""
    return tuple(
        Removal(step, (*ACCESS, *(other.key for other in steps if step.key in other.requires)))
        for step in reversed(steps)
    )


def startable(steps: Sequence[Step], ready: Collection[str]) -> list[Step]:
    """Return the steps whose requirements are all ready."""
    present = {step.key for step in steps}
    return [step for step in steps if all(key in ready for key in step.requires if key in present)]


def requirements(steps: Sequence[Step], key: str) -> set[str]:
    """Return the keys of every step that must be ready before this one may start, directly or not."""
    found: set[str] = {key}
    for step in reversed(steps):  # the tuple is in topological order, which a test holds
        if step.key in found:
            found |= set(step.requires)
    return (found - {key}) & {step.key for step in steps}


def dependants(steps: Sequence[Step], key: str) -> set[str]:
    """Return the keys of every step that cannot start before this one, directly or not."""
    found: set[str] = set()
    for step in steps:  # the tuple is in topological order, which a test holds
        if key in step.requires or found & set(step.requires):
            found.add(step.key)
    return found
