"""Corrections: a stretch of a clock is given to another party afterwards, never silently.

What the stretch had been is kept with the correction, whose note both sides read. Parts are split at its ends, so that they
still sum to the whole.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from environments.states import Owner
from onboarding.clocks import deadlines, rules, waiting
from onboarding.clocks.causes import CORRECTED
from onboarding.clocks.deadlines import Revision
from onboarding.clocks.models import Clock, ClockCorrection, ClockPart
from onboarding.clocks.signals import clock_corrected
from portal.accounts.models import User
from portal.audit.services import record
from portal.core import clock as time
from portal.core.errors import FieldProblem, Forbidden, Invalid
from portal.ui import times

LONGEST_NOTE = 1000
_SAME = timedelta(seconds=1)


def correct(
    clock: Clock, *, started_at: datetime, ended_at: datetime, owner: str, note: str, by: User
) -> ClockCorrection:
    """The stretch belongs to `owner` from now on. A moment within a second of where a part begins or ends means that place:
    people see seconds.

    When the provider's day runs out is computed anew, and a breach that is none any more is withdrawn.
    Raises `Forbidden`, `Invalid`.
    """
    if not rules.may_correct(by):
        raise Forbidden("Only an account manager or administrator corrects a clock.")
    with transaction.atomic():
        held = _held(clock)
        parts, now = list(held.parts.order_by("started_at", "pk")), time.now()
        until = held.stopped_at or max(now, parts[-1].started_at)
        places = [*(part.started_at for part in parts), until]
        start, end = _place(started_at, places), _place(ended_at, places)
        concerned = [part for part in parts if part.started_at < end and (part.ended_at or until) > start]
        problems = list(_problems(held, start, end, until, owner, note.strip(), concerned))
        if problems:
            raise Invalid(problems)
        made = _note(held, start, end, owner, note.strip(), by, concerned)
        _give(held, made, concerned)
        record("clock.corrected", held, by=by, customer=held.customer, before=_before(made), after=_after(made))
        rows = list(held.parts.order_by("started_at", "pk"))
        deadlines.refresh(held, rows, now, revision=Revision(_sentence(held, made), by))
        clock_corrected.send(sender=Clock, clock=held)
    return made


def _held(clock: Clock) -> Clock:
    rows = Clock.objects.select_for_update(of=("self",))
    return rows.select_related("calendar", "customer", "environment__customer", "onboarding").get(pk=clock.pk)


def _place(moment: datetime, places: Iterable[datetime]) -> datetime:
    nearest = min(places, key=lambda place: abs(place - moment))
    return nearest if abs(nearest - moment) < _SAME else moment


def _problems(
    clock: Clock,
    start: datetime,
    end: datetime,
    until: datetime,
    owner: str,
    note: str,
    concerned: list[ClockPart],
) -> Iterable[FieldProblem]:
    if start < clock.started_at:
        yield FieldProblem("started_at", f"The clock started {times.absolute(clock.started_at)}. Enter a later time")
    if end > until:
        yield FieldProblem("ended_at", f"Enter a time up to {times.absolute(until)}: what comes later is not decided")
    if end <= start:
        yield FieldProblem("ended_at", "Enter an end after the beginning")
    if owner not in Owner.values:
        yield FieldProblem("owner", "Select whose time it was: customer, provider or aws")
    elif concerned and all(part.owner == owner for part in concerned):
        yield FieldProblem("owner", "All of it is theirs already. Select another party, or another time")
    if not note:
        yield FieldProblem("note", "Enter why: both sides read it", "missing")
    elif len(note) > LONGEST_NOTE:
        yield FieldProblem("note", f"The note must be at most {LONGEST_NOTE} characters; this is {len(note)}.")


def _note(
    clock: Clock, start: datetime, end: datetime, owner: str, note: str, by: User, concerned: list[ClockPart]
) -> ClockCorrection:
    before = [
        {
            "owner": part.owner,
            "started_at": max(part.started_at, start).isoformat(),
            "ended_at": min(part.ended_at or end, end).isoformat(),
            "sentence": part.sentence,
        }
        for part in concerned
    ]
    return ClockCorrection.objects.create(
        customer=clock.customer,
        clock=clock,
        started_at=start,
        ended_at=end,
        owner=owner,
        before=before,
        note=note,
        corrected_by=by,
        corrected_at=time.now(),
    )


def _give(clock: Clock, made: ClockCorrection, concerned: list[ClockPart]) -> None:
    """What of the first part lies before the stretch and of the last one after it stays as it was; an open part stays open."""
    first, last = concerned[0], concerned[-1]
    pieces = []
    if first.started_at < made.started_at:
        pieces.append(_piece(first, first.started_at, made.started_at))
    pieces.append(_given(clock, made))
    if last.ended_at and last.ended_at > made.ended_at:
        pieces.append(_piece(last, made.ended_at, last.ended_at))
    ClockPart.objects.filter(pk__in=[part.pk for part in concerned if part.ended_at]).delete()
    if last.ended_at is None:
        ClockPart.objects.filter(pk=last.pk).update(started_at=made.ended_at)
    ClockPart.objects.bulk_create(pieces)


def _piece(part: ClockPart, start: datetime, end: datetime) -> ClockPart:
    return ClockPart(
        customer_id=part.customer_id,
        clock_id=part.clock_id,
        owner=part.owner,
        cause=part.cause,
        subject=part.subject,
        sentence=part.sentence,
        started_at=start,
        ended_at=end,
    )


def _given(clock: Clock, made: ClockCorrection) -> ClockPart:
    return ClockPart(
        customer_id=clock.customer_id,
        clock=clock,
        owner=made.owner,
        cause=CORRECTED,
        subject=made.pk,
        sentence=_sentence(clock, made),
        started_at=made.started_at,
        ended_at=made.ended_at,
    )


def _sentence(clock: Clock, made: ClockCorrection) -> str:
    return f"Given to {waiting.party(made.owner, clock.customer.name)} by {made.corrected_by}: {made.note}"


def _before(made: ClockCorrection) -> dict[str, Any]:
    return {"parts": made.before}


def _after(made: ClockCorrection) -> dict[str, Any]:
    return {"owner": made.owner, "started_at": made.started_at, "ended_at": made.ended_at, "note": made.note}
