"""The ladder of each action: people who can act are reminded, and after the last reminder the account manager is told. One that
ended without being done has a second ladder, until a new request is sent.

A step of the ladder is one transaction that writes that it was taken, its messages, and when the next one is due: a worker that
dies in between leaves nothing of it, and a second worker finds the next step.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from environments.models import RunStep
from environments.services import steering
from environments.states import ACTIVE_RUNS, Owner, RunState, StepState
from onboarding.actions import selectors
from onboarding.actions.kinds import BY_KEY
from onboarding.actions.ladders import USUAL, Ladder
from onboarding.actions.models import ActionReminder, CustomerAction
from onboarding.actions.services import acts, following, messages, recipients
from onboarding.actions.states import ActionState
from onboarding.models import HandOver, Onboarding, Section
from onboarding.services import onboardings
from onboarding.states import HandOverState, SectionState, Stage
from portal.accounts.models import User
from portal.audit.services import record
from portal.core import clock

log = logging.getLogger(__name__)

_BATCH = 500
To = ActionReminder.To


def remind_of_due() -> int:
    """Take every step of a ladder that is due, at most 500; return how many were taken. A defect in one keeps no other."""
    due = CustomerAction.objects.filter(remind_at__lte=clock.now()).order_by("remind_at")
    taken = 0
    for key, onboarding in list(due.values_list("pk", "onboarding")[:_BATCH]):
        try:
            taken += _remind(key, onboarding)
        except Exception:
            log.exception("reminder not sent", extra={"action": key})
    return taken


def _remind(key: str, onboarding_id: str) -> bool:
    with transaction.atomic():
        onboarding = Onboarding.objects.select_related("customer").get(pk=onboarding_id)
        onboardings.lock(onboarding)
        following.follow(onboarding)
        people = ("customer", "onboarding__account_manager", "environment__customer", "section", "step__run")
        rows = CustomerAction.objects.select_for_update(of=("self",)).select_related(*people)
        action = rows.filter(pk=key, remind_at__lte=clock.now()).first()
        if action is None:
            return False  # it ended, or another worker was first
        if _is_over(action):
            _put_off(action, for_good=True)
            return False
        if not _can_be_done(action):
            _put_off(action)
            return False
        _take_step(action)
        return True


def _is_over(action: CustomerAction) -> bool:
    """Return whether there is nothing left to remind of: the end of an open one is being found out, or of one that ended a new
    request was sent, or none is wanted."""
    if action.is_open:
        return action.due_at is not None and action.due_at <= clock.now()
    step = action.step
    if step is None or action.asked_again_at or hasattr(action, "successor") or step.state == StepState.READY:
        return True
    is_ours = step.state == StepState.FAILED and not steering.is_customers_to_mend(step)
    return is_ours or step.run.state not in ACTIVE_RUNS or action.onboarding.stage == Stage.CANCELLED


def _can_be_done(action: CustomerAction) -> bool:
    step = action.step
    if action.is_open or step is None:
        return selectors.is_asked(action)
    return acts.may_ask_again(action) and step.run.state != RunState.PAUSED


def _put_off(action: CustomerAction, *, for_good: bool = False) -> None:
    """AWS has the turn for the moment, nobody looks, or waiting is over: who could do nothing that counts is not reminded."""
    action.remind_at = None if for_good else clock.now() + selectors.AWS_TURN
    action.save(update_fields=["remind_at"])


def _take_step(action: CustomerAction) -> None:
    """After an end the ladder begins anew, from that moment; its steps are counted on, so that each is told once."""
    began, taken = _begun(action)
    kind, is_open = BY_KEY.get(action.kind), action.is_open
    ladder, stage = (kind.ladder if kind and is_open else USUAL), taken + 1
    people = [] if ladder.is_last(stage) else recipients.of(action)
    told = people or recipients.managers(action)
    action.reminders_told += 1
    action.remind_at = _next(action, ladder, stage, began)
    action.save(update_fields=["reminders_told", "remind_at"])
    if people:
        tell = messages.remind if is_open else messages.remind_of_end
        tell(action, people, action.reminders_told)
    else:
        messages.tell_managers(action, told, reminders=taken, nobody_can_act=not ladder.is_last(stage))
    _note(action, told, To.CUSTOMER if people else To.ACCOUNT_MANAGER)


def _begun(action: CustomerAction) -> tuple[datetime, int]:
    """Return when the ladder began that the action is on, and how many of its steps were taken."""
    if action.ended_at is None:
        return action.opened_at, action.reminders_told
    return action.ended_at, action.reminders.filter(told_at__gte=action.ended_at).count()


def _note(action: CustomerAction, told: list[User], to: str) -> None:
    stage = action.reminders_told
    ActionReminder.objects.create(
        customer=action.customer,
        action=action,
        stage=stage,
        to=to,
        people=[str(person) for person in told],
        told_at=clock.now(),
    )
    after = {"stage": stage, "to": to, "people": [person.email for person in told]}
    record("customer_action.reminded", action, by=None, customer=action.customer, after=after)


def _next(action: CustomerAction, ladder: Ladder, stage: int, began: datetime) -> datetime | None:
    """Return when the stage after this one is due. After a time in which nobody was reminded, the days between two begin anew:
    what was not said meanwhile is not made up for in one hour."""
    zone, now = action.customer.time_zone, clock.now()
    due_at = action.due_at if action.is_open else None
    moment = ladder.next_after(stage, began, zone, due_at=due_at)
    return ladder.later(stage, now, zone, due_at=due_at) if moment and moment <= now else moment


def follow_lost_news() -> int:
    """Follow every onboarding whose rows do not say what is so: the news was lost with a worker. Return how many there were."""
    found = sorted({*_with_unopened(), *_with_unended()})
    for onboarding in found:
        try:
            following.follow_by_itself(onboarding)
        except Exception:
            log.exception("actions not followed", extra={"onboarding": onboarding})
    return len(found)


def _with_unopened() -> set[str]:
    """Return the onboardings in which something is owed of which no row is open."""
    open_rows = CustomerAction.objects.filter(state=ActionState.OPEN)
    steps = RunStep.objects.filter(state=StepState.WAITING, waits_on=Owner.CUSTOMER, run__state__in=ACTIVE_RUNS)
    steps = steps.exclude(Exists(open_rows.filter(step=OuterRef("pk")))).exclude(give_up_at__lte=clock.now())
    released = HandOver.objects.filter(state__in=(HandOverState.RELEASED, HandOverState.REVEALED))
    released = released.exclude(Exists(open_rows.filter(subject=OuterRef("pk"))))
    returned = Section.objects.filter(state=SectionState.CHANGES_REQUESTED).exclude(onboarding__stage=Stage.CANCELLED)
    returned = returned.exclude(Exists(open_rows.filter(section=OuterRef("pk"))))
    in_progress = Onboarding.objects.exclude(stage=Stage.CANCELLED)
    environments = [*steps.values_list("run__environment", flat=True), *released.values_list("environment", flat=True)]
    by_environment = in_progress.filter(environments__in=environments).values_list("pk", flat=True)
    return {*by_environment, *returned.values_list("onboarding", flat=True)}


def _with_unended() -> set[str]:
    """Return the onboardings with a row open whose step has ended otherwise, or whose time is over and nobody looks."""
    over = Q(step__state=StepState.READY) | Q(step__state=StepState.FAILED) & ~Q(kind="customer_routes")
    unseen = Q(step__state=StepState.WAITING, step__run__state__in=selectors.HELD_RUNS, due_at__lte=clock.now())
    rows = CustomerAction.objects.filter(over | unseen | Q(step__run__state="cancelled"), state=ActionState.OPEN)
    return set(rows.values_list("onboarding", flat=True))
