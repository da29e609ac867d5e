"""What ends below when nobody wants an environment any more."""

from environments.models import Environment, Run
from environments.services import plans, steering
from environments.states import ACTIVE_RUNS, PlanPurpose
from portal.accounts.models import User


def withdraw(environment: Environment, *, by: User | None) -> None:
    """Its active run is cancelled between two calls, and its open plans are out of date. What stands in AWS stays, and where it
    is being torn down that goes on.

    Call it in the transaction of what ended it; whether `by` may do that, the caller has asked.
    """
    plans.lock(environment.pk)
    plans.supersede_open(environment.plans.exclude(purpose=PlanPurpose.TEAR_DOWN), by=by)
    held = Run.objects.select_for_update(of=("self",)).select_related("environment", "customer")
    active = held.filter(environment=environment, state__in=ACTIVE_RUNS)
    for run in active.exclude(plan__purpose=PlanPurpose.TEAR_DOWN):
        steering.end(run, by=by)
