"""What is said of a customer action by mail: that it waits, that it waits still, and that it ended undone."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from onboarding.actions import events
from onboarding.actions.kinds import BY_KEY, STEP_KINDS
from onboarding.actions.models import CustomerAction
from onboarding.actions.services import acts, links, recipients
from onboarding.actions.states import ActionState
from portal.accounts.models import User
from portal.outbox.services import notify
from portal.ui import times


def tell_of_opening(action: CustomerAction) -> None:
    subject = f"We are waiting for you: {_named(action)}"
    _ask(action, recipients.of(action), f"action_opened:{action.pk}", subject, stage=0)


def remind(action: CustomerAction, people: Iterable[User], stage: int) -> None:
    _ask(action, people, f"action_reminded:{action.pk}:{stage}", f"Reminder: {_named(action)}", stage=stage)


def tell_managers(action: CustomerAction, people: Iterable[User], *, reminders: int, nobody_can_act: bool) -> None:
    """Whoever answers for the customer hears that mail does not help any more."""
    for person in people:
        _send(
            action,
            person,
            events.ESCALATED,
            "action_waits_on",
            f"action_escalated:{action.pk}:{action.reminders_told}",
            f"{action.customer} has not acted: {_named(action)}",
            {"reminders": reminders, "nobody_can_act": nobody_can_act},
        )


def tell_of_end(action: CustomerAction) -> None:
    """Whoever can have it asked for anew, and who answers for the customer, hear that it ended without being done. The end of a
    hand-over is told by the hand-over."""
    if action.kind not in STEP_KINDS:
        return
    people = {person.pk: person for person in [*recipients.of(action), *recipients.managers(action)]}
    said = "Rejected" if action.state == ActionState.REJECTED else "The time ran out"
    _tell_of_end(action, people.values(), f"action_{action.state}:{action.pk}", f"{said}: {_named(action)}")


def remind_of_end(action: CustomerAction, people: Iterable[User], stage: int) -> None:
    subject = f"No new request was sent yet: {_named(action)}"
    _tell_of_end(action, people, f"action_ended:{action.pk}:{stage}", subject, stage=stage)


def _tell_of_end(action: CustomerAction, people: Iterable[User], key: str, subject: str, *, stage: int = 0) -> None:
    may_ask_again = acts.may_ask_again(action)
    for person in people:
        context = {"may_ask_again": may_ask_again and not person.is_provider, "stage": stage}
        to_act = not person.is_provider
        _send(action, person, events.EXPIRED, "action_expired", key, subject, context, to_act=to_act)


def _ask(action: CustomerAction, people: Iterable[User], key: str, subject: str, *, stage: int) -> None:
    kind = BY_KEY.get(action.kind)
    for person in people:
        look = f"{settings.PORTAL_URL}{links.path_for(action, person)}" if kind and kind.looks else ""
        context = {"kind": kind, "stage": stage, "look_link": look}
        _send(action, person, events.WAITS, "action_waits", key, subject, context, to_act=True)


def _send(
    action: CustomerAction,
    person: User,
    event: str,
    template: str,
    key: str,
    subject: str,
    context: dict[str, Any],
    *,
    to_act: bool = False,
) -> None:
    notify(
        person,
        event,
        template,
        key=key,
        subject=subject,
        link=reverse("action", args=[action.pk]),
        customer=action.customer,
        context={"action": action, "where": where(action), "due": _due(action), **context},
        to_act=to_act,
        about=action.pk,
    )


def where(action: CustomerAction) -> str:
    """Return what the action is about, in words."""
    return str(action.environment) if action.environment else f"{action.customer} {action.onboarding.reference}"


def _named(action: CustomerAction) -> str:
    title = action.title[:1].lower() + action.title[1:]
    return f"{title}, {where(action)}"


def _due(action: CustomerAction) -> str:
    """Return until when, with weekday and zone, as the customer's clocks show it; empty where nothing ends."""
    if action.due_at is None:
        return ""
    with timezone.override(ZoneInfo(action.customer.time_zone)):
        return times.absolute(action.due_at)
