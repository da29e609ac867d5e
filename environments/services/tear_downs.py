"""Taking an environment away, or resetting one that is not production.

It is a plan and a run like any other, in reverse. Production needs two people who both type its name; what retention binds
stays, and the plan says so.
"""

from django.db import transaction

from environments import rules
from environments.models import Environment, Plan, Run
from environments.services import confirmation, drift, plans
from environments.states import REMOVING, PlanPurpose
from portal.accounts.models import User
from portal.audit.services import record
from portal.core import clock
from portal.core.errors import Conflict, Forbidden


def request(environment: Environment, purpose: PlanPurpose, *, name: str, by: User) -> Plan:
    """Have it planned what would be taken away. `name` is the environment's, typed.

    Raises `Forbidden`, `Invalid` for another name, `Conflict` where production is to be reset.
    """
    require_possible(environment, purpose, by=by)
    confirmation.require_name(environment, name)
    return plans.begin(environment, purpose, by=by)


def require_possible(environment: Environment, purpose: PlanPurpose, *, by: User) -> None:
    """Raise `Forbidden` for who may not ask for it, `Conflict` where production is to be reset."""
    if not rules.may_provision(by):
        raise Forbidden("Taking an environment away is for the provider's operations engineers.")
    if purpose == PlanPurpose.RESET and environment.is_production:
        remedy = "Tear it down with a second person instead, or change single resources by a plan."
        raise Conflict("Production is never reset.", code="production", remedy=remedy)


def note_end(run: Run) -> None:
    """Note on the environment whether anything of ours stands, now that a run has finished; a reset goes on by itself, and what
    differed is compared anew."""
    environment, purpose = run.environment, run.plan.purpose
    gone = purpose in REMOVING
    environment.torn_down_at = clock.now() if gone else None
    with transaction.atomic():
        environment.save(update_fields=["torn_down_at"])
        if gone:
            after = {"run": run.pk, "purpose": purpose}
            record("environment.torn_down", environment, by=None, customer=environment.customer, after=after)
        else:
            drift.look_again(environment)
        if purpose == PlanPurpose.RESET:
            plans.begin(environment, PlanPurpose.PROVISION, by=None)
