"""Which IAM actions the steps use: the one source of the roles that the customer creates and of what the tests watch."""

from collections.abc import Iterable

from environments.provisioning.step import Step


def actions(steps: Iterable[Step]) -> tuple[str, ...]:
    """Return the actions that these steps need in the customer's account, each once, in order."""
    return tuple(sorted({action for step in steps for action in step.permissions}))


def provider_actions(steps: Iterable[Step]) -> tuple[str, ...]:
    """Return the actions that these steps need in the provider's account, each once, in order."""
    return tuple(sorted({action for step in steps for action in step.provider_permissions}))
