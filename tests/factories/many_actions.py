"""What only the customers can do, of thousands of onboardings: what waits for them now, and what they did before."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from environments.models import RunStep
from onboarding.actions.models import CustomerAction
from onboarding.actions.states import ActionState
from onboarding.models import Onboarding
from tests.factories.many_history import BATCH

ENDED = 3
"""So many things each customer did in each onboarding before."""


def write(rows: list[Onboarding], steps: list[RunStep], now: datetime) -> None:
    """One open action for each step that waits for a customer, as following the runs would have left it."""
    CustomerAction.objects.bulk_create([*_open(steps), *_ended(rows, now)], BATCH)


def _open(steps: list[RunStep]) -> Iterator[CustomerAction]:
    owner_of = dict(Onboarding.environments.through.objects.values_list("environment", "onboarding"))
    for step in steps:
        environment = step.run.environment_id
        yield CustomerAction(
            customer_id=step.customer_id,
            onboarding_id=owner_of[environment],
            environment_id=environment,
            step=step,
            subject=f"{environment}:{step.key}",
            kind=step.key,
            title="Accept the VPC peering",
            reason=step.reason,
            opened_at=step.waiting_since,
            due_at=step.give_up_at,
            remind_at=step.give_up_at,
        )


def _ended(rows: list[Onboarding], now: datetime) -> Iterator[CustomerAction]:
    for n, row in enumerate(rows):
        for number in range(1, ENDED + 1):
            opened = now - timedelta(days=n % 400 + number)
            yield CustomerAction(
                customer_id=row.customer_id,
                onboarding=row,
                subject=f"of-{row.pk}",
                number=number,
                kind="changes_requested",
                title="Change an answer",
                state=ActionState.DONE,
                opened_at=opened,
                ended_at=opened + timedelta(hours=5),
                ended_because="It was done.",
            )
