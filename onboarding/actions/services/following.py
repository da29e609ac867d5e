"""The rows of customer actions follow what they are about. Following twice, or late, leads to the same rows.

It happens in the transaction that holds the onboarding's row, so that two workers take turns. Nobody writes into an action by
hand, so that no row says what is not so.
"""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models import Q

from onboarding.actions.kinds import BY_KEY
from onboarding.actions.ladders import USUAL
from onboarding.actions.models import CustomerAction
from onboarding.actions.services import messages
from onboarding.actions.services.endings import EXPIRE, Ending, Endings
from onboarding.actions.services.owed import Facts, Owed, read
from onboarding.actions.states import ACTIONS, UNDONE, ActionState
from onboarding.models import Onboarding
from onboarding.services import onboardings
from portal.audit.services import record
from portal.core import clock

_SAID = ("title", "reason", "due_at", "onboarding_id", "step_id")
_TIME_RAN_OUT = Ending(EXPIRE, "Its time ran out, and it was asked for anew.")


def follow(onboarding: Onboarding) -> None:
    """Open what is newly owed, let what is owed still say what is so now, and end the rest. Call it with the row held."""
    facts = read(onboarding)
    rows = {row.subject: row for row in _open(facts)}
    owed = {one.subject: one for one in facts.owed()}
    outdated = [row for subject, row in rows.items() if subject in owed and _is_of_an_earlier_time(row, owed[subject])]
    over = [row for subject, row in rows.items() if subject not in owed]
    endings = Endings(over) if over else None
    for row in outdated:
        _end(row, _TIME_RAN_OUT)
        del rows[row.subject]
    for row in over:
        ending = endings.of(row, onboarding.stage) if endings else None
        if ending:
            _end(row, ending)
    for subject, one in owed.items():
        if subject in rows:
            _say(rows[subject], one)
    _open_new(onboarding, [one for subject, one in owed.items() if subject not in rows])


def follow_by_itself(onboarding_id: str) -> None:
    """The same in a transaction of its own, for news that was lost with a worker."""
    with transaction.atomic():
        onboarding = Onboarding.objects.select_related("customer").get(pk=onboarding_id)
        onboardings.lock(onboarding)
        follow(onboarding)


def _open(facts: Facts) -> list[CustomerAction]:
    mine = Q(onboarding=facts.onboarding)
    if facts.owner_of:
        mine |= Q(environment__in=list(facts.owner_of))
    rows = CustomerAction.objects.filter(mine, state=ActionState.OPEN)
    return list(rows.select_related("customer", "onboarding", "environment", "section", "step__run"))


def _is_of_an_earlier_time(row: CustomerAction, owed: Owed) -> bool:
    """Return whether what is owed now is another request than the row's, whose time ran out without our hearing of it."""
    now = clock.now()
    return bool(row.due_at and row.due_at <= now and owed.due_at and owed.due_at > now)


def _say(row: CustomerAction, owed: Owed) -> None:
    changed = [name for name in _SAID if getattr(row, name) != getattr(owed, name)]
    if changed:
        for name in changed:
            setattr(row, name, getattr(owed, name))
        row.save(update_fields=[name.removesuffix("_id") for name in changed])


def _end(row: CustomerAction, ending: Ending) -> None:
    before, row.state = row.state, ACTIONS.after(row.state, ending.act)
    row.ended_at, row.ended_because = clock.now(), ending.because
    row.remind_at = _asks_anew_at(row, row.ended_at)
    row.save(update_fields=["state", "ended_at", "ended_because", "remind_at"])
    after = {"state": row.state, "why": row.ended_because}
    record(f"customer_action.{row.state}", row, by=None, customer=row.customer, before={"state": before}, after=after)
    if row.state in UNDONE:
        messages.tell_of_end(row)


def _asks_anew_at(row: CustomerAction, ended_at: datetime) -> datetime | None:
    """Return when somebody is first reminded to have a new request sent; None where this is not theirs to do."""
    kind = BY_KEY.get(row.kind)
    if row.state not in UNDONE or kind is None or not kind.asks_again:
        return None
    return USUAL.next_after(0, ended_at, row.customer.time_zone, due_at=None)


def _open_new(onboarding: Onboarding, owed: list[Owed]) -> None:
    if not owed:
        return
    known = CustomerAction.objects.filter(subject__in=[one.subject for one in owed]).order_by("number")
    latest = {row.subject: row for row in known}
    for one in owed:
        _open_one(onboarding, one, latest.get(one.subject))


def _open_one(onboarding: Onboarding, owed: Owed, previous: CustomerAction | None) -> None:
    now, kind = clock.now(), BY_KEY.get(owed.kind)
    opened_at = owed.opened_at or now
    if previous and previous.ended_at:
        opened_at = max(opened_at, previous.ended_at)
    ladder, zone = kind.ladder if kind else USUAL, onboarding.customer.time_zone
    row = CustomerAction(
        customer=onboarding.customer,
        onboarding_id=owed.onboarding_id,
        environment_id=owed.environment_id,
        section_id=owed.section_id,
        step_id=owed.step_id,
        subject=owed.subject,
        number=previous.number + 1 if previous else 1,
        kind=owed.kind,
        title=owed.title,
        reason=owed.reason,
        opened_at=opened_at,
        due_at=owed.due_at,
        remind_at=ladder.next_after(0, opened_at, zone, due_at=owed.due_at),
        previous=previous,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        return  # another onboarding that has the environment too was first
    after = {"kind": row.kind, "subject": row.subject, "due_at": row.due_at}
    record("customer_action.opened", row, by=None, customer=row.customer, after=after)
    if owed.untold or (kind and kind.announced):
        messages.tell_of_opening(row)
