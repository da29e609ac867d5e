"""What it takes to confirm that an environment is meant to be taken away."""

from environments.models import Environment, Plan
from environments.states import REMOVING
from portal.accounts.models import User
from portal.core.errors import FieldProblem, Forbidden, Invalid


def require(plan: Plan, *, name: str, by: User) -> None:
    """Raise `Invalid` where a tear-down is approved without the environment's name, `Forbidden` where production's is approved
    by whoever asked for it. Plans that take nothing away need neither."""
    if plan.purpose not in REMOVING:
        return
    require_name(plan.environment, name)
    if plan.environment.is_production and plan.requested_by_id == by.pk:
        raise Forbidden("Production is taken away by two people: somebody else approves what you asked for.")


def require_name(environment: Environment, name: str) -> None:
    """Raise `Invalid` unless this is the environment's name, as a person types it."""
    if name.strip() != environment.name:
        message = f"Type the environment's name, {environment.name}, to show that you mean this one."
        raise Invalid([FieldProblem("name", message, "mismatch")])
