"""The removal of a step, as a step: the engine takes an environment away exactly as it builds one."""

from collections.abc import Sequence

from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Drifted, Finding, Missing, Ready, Step, Wanted


class Removal(Step):
    """Takes away what a step made. It is done when nothing of ours is left, or at once where what was made remains."""

    def __init__(self, step: Step, requires: tuple[str, ...]) -> None:
        self.step = step
        self.key = step.key
        self.title = step.title
        self.doing = f"Removing: {step.title}"
        self.done = f"Kept: {step.title}" if step.remains else f"Removed: {step.title}"
        self.requires = requires
        self.permissions = step.permissions
        self.provider_permissions = step.provider_permissions
        self.remains = step.remains

    def planned(self, spec: Spec) -> tuple[str, ...]:
        return (self.remains,) if self.remains else self.step.planned(spec)

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        """Return what is to go."""
        return () if self.remains else self.step.wanted(spec)

    def observe(self, ctx: Context) -> Finding:
        return Ready() if self.remains else self.step.observe_removal(ctx)

    def apply(self, ctx: Context, found: Missing | Drifted) -> Finding | None:
        self.step.remove(ctx)
        return None

    def remove(self, ctx: Context) -> None:
        """A removal leaves nothing behind."""
