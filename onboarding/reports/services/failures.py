"""Steps that stopped, written down before somebody tries them again and the step forgets."""

from environments.models import Environment, RunStep
from environments.states import StepState
from onboarding.reports.models import Failure


def note(environment: Environment) -> None:
    """Each failure of the environment's steps is on record once. Once more changes nothing."""
    steps = RunStep.objects.filter(run__environment=environment, state=StepState.FAILED).values_list(
        "key", "error", "finished_at"
    )
    found = [
        Failure(
            customer_id=environment.customer_id,
            environment=environment,
            step=key,
            code=str(error.get("code", ""))[:80],
            failed_at=at,
        )
        for key, error, at in steps
        if at
    ]
    if found:
        Failure.objects.bulk_create(found, ignore_conflicts=True)
