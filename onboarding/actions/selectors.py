"""What of customer actions a person may see. Every read on somebody's behalf begins at `visible_to`."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet

from environments.models import DriftCheck
from environments.services import steering
from environments.states import WORKABLE_RUNS, Owner, RunState, StepState
from onboarding.actions.models import CustomerAction
from onboarding.actions.states import ActionState
from portal.accounts.models import User
from portal.core import clock
from portal.core.errors import NotFound

AWS_TURN = timedelta(minutes=15)
"""How long an action rests before it is looked at again, while AWS is at what the customer did."""
LATELY = timedelta(days=14)
_WITH = (
    "customer",
    "onboarding__customer",
    "environment__customer",
    "environment__aws_account",
    "section",
    "step__run",
)
_ASKED = (
    Q(step=None)
    | Q(step__state=StepState.WAITING, step__waits_on=Owner.CUSTOMER, step__run__state__in=WORKABLE_RUNS)
    | Q(step__state=StepState.FAILED, kind="customer_routes") & ~Q(step__run__state=RunState.PAUSED)
)
HELD_RUNS = (RunState.PAUSED, RunState.FAILED)
"""In these nobody looks at a step that waits: the run is paused, or stopped as a whole."""


def actions(user: User) -> QuerySet[CustomerAction]:
    """The actions this person may see, whatever became of them, the newest first.

    Successors are found apart: hardly any action has one, and SQLite then searches all rows for each.
    """
    rows: QuerySet[CustomerAction] = CustomerAction.objects.visible_to(user)
    return rows.select_related(*_WITH, "asked_again_by", "previous").prefetch_related("successor").order_by("-pk")


def action(user: User, id: str) -> CustomerAction:
    """Return one. Raises `NotFound`."""
    found = actions(user).select_related("onboarding__account_manager").filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


def of_step(user: User, step_id: str) -> CustomerAction | None:
    """Return the newest action that followed this step, None where there is none that the person may see."""
    return actions(user).filter(step=step_id).first() if step_id else None


def asked(user: User) -> QuerySet[CustomerAction]:
    """What waits for the customer now, the nearest deadline first. What they did and AWS is still at is not among it, nor what
    a run asks for that is held."""
    rows = actions(user).filter(_ASKED, state=ActionState.OPEN)
    return rows.order_by(F("due_at").asc(nulls_last=True), "opened_at", "pk")


def is_asked(action: CustomerAction) -> bool:
    """Return whether it waits for the customer at this moment, as its step says. While nobody would see what they do, it does
    not."""
    step = action.step
    if not action.is_open or step is None:
        return action.is_open
    if is_held(action):
        return False
    if step.state == StepState.FAILED:
        return steering.is_customers_to_mend(step)
    return step.state == StepState.WAITING and step.waits_on == Owner.CUSTOMER and step.run.state in WORKABLE_RUNS


def is_held(action: CustomerAction) -> bool:
    """Return whether its run is paused or stopped as a whole, so that nobody looks at what the customer does."""
    step = action.step
    if not action.is_open or step is None:
        return False
    return step.run.state == RunState.PAUSED or (step.state == StepState.WAITING and step.run.state in HELD_RUNS)


def lately_ended(user: User) -> QuerySet[CustomerAction]:
    """What ended in the last 14 days, the latest first."""
    rows = actions(user).exclude(state=ActionState.OPEN).filter(ended_at__gte=clock.now() - LATELY)
    return rows.order_by("-ended_at", "-pk")


def earlier(user: User, action: CustomerAction) -> QuerySet[CustomerAction]:
    """The requests of the same subject before this one, the latest first."""
    rows = actions(user).filter(subject=action.subject, number__lt=action.number)
    return rows.order_by("-number")


def looked_at(action: CustomerAction) -> datetime | None:
    """Return when it was last looked at; None where it is looked at now, or nothing waits. What was lost is looked at with its
    whole environment."""
    step = action.step
    if action.is_of_loss:
        checks = DriftCheck.objects.filter(environment=action.environment_id).order_by("-found_at", "-id")
        return checks.values_list("checked_at", flat=True).first()
    if step is None or step.state != StepState.WAITING or step.next_at is None:
        return None
    poll: timedelta = settings.RUN_POLL_CUSTOMER
    return step.next_at - poll
