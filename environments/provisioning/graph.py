"""Which steps an environment needs, and what may start when."""

from collections.abc import Collection, Iterable, Sequence

from environments.provisioning.specification import Spec
from environments.provisioning.step import Step


def needed(steps: Iterable[Step], spec: Spec) -> tuple[Step, ...]:
    """Return the steps that apply, in their order. A requirement that does not apply is met."""
    return tuple(step for step in steps if step.applies(spec))


def startable(steps: Sequence[Step], ready: Collection[str]) -> list[Step]:
    """Return the steps whose requirements are all ready."""
    present = {step.key for step in steps}
    return [step for step in steps if all(key in ready for key in step.requires if key in present)]


def dependants(steps: Sequence[Step], key: str) -> set[str]:
    """Return the keys of every step that cannot start before this one, directly or not."""
    found: set[str] = set()
    for step in steps:  # the tuple is in topological order, which a test holds
        if key in step.requires or found & set(step.requires):
            found.add(step.key)
    return found
