"""How much of its day the provider has used, and what follows when it is nearly over, or over (row S3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from environments.states import Owner
from onboarding.clocks import mail, parts
from onboarding.clocks.hours import Hours
from onboarding.clocks.models import Clock, ClockPart
from portal.accounts.models import User
from portal.audit.services import record


@dataclass(frozen=True, slots=True)
class Revision:
    """The past itself was changed, by a correction or another calendar, so that what was told may be no longer so. `reason`: in
    one sentence, which both sides read."""

    reason: str
    by: User


def used(clock: Clock, rows: Iterable[ClockPart], now: datetime) -> timedelta:
    """Return how much of the provider's parts counts by the clock's calendar, until `now` or its end."""
    if clock.calendar is None:
        return timedelta()
    hours, until = Hours.of(clock.calendar), clock.stopped_at or now
    spans = parts.spans(rows, Owner.PROVIDER)
    return sum((hours.counted(start, end or until) for start, end in spans), timedelta())


def refresh(
    clock: Clock, rows: list[ClockPart], now: datetime, *, revision: Revision | None = None, silent: bool = False
) -> None:
    """Compute anew when the finish clock runs out, and tell once that it is nearly, or over. Call it with the clock held.

    `revision`: why what was told may be no longer so; a breach that is none any more is withdrawn, never silently. `silent`: it
    is long past, and nobody needs to hear of it now.
    """
    if clock.calendar is None or clock.allowed is None:
        return
    spans, hours, spent = parts.spans(rows, Owner.PROVIDER), Hours.of(clock.calendar), used(clock, rows, now)
    most = clock.allowed
    warning = most * settings.FINISH_WARNING_PERCENT / 100
    warns_at, due_at = _reached(spans, hours, warning), _reached(spans, hours, most)
    running = clock.stopped_at is None and bool(spans) and spans[-1][1] is None
    clock.due_at = due_at if running else None
    clock.used = spent if clock.stopped_at else None
    before, revised = clock.breached_at, revision is not None
    breached = _mark(clock, "breached_at", due_at if spent > most else None, revised)
    warned = _mark(clock, "warned_at", warns_at if spent >= warning else None, revised)
    left = [at for at, mark in ((warns_at, clock.warned_at), (due_at, clock.breached_at)) if at and mark is None]
    clock.look_at = min(left, default=None) if running else None
    clock.save(update_fields=["due_at", "used", "breached_at", "warned_at", "look_at"])
    if revision and before and clock.breached_at is None:
        _withdraw(clock, before, revision, spent)
    _tell(clock, warned=warned, breached=breached, spent=spent, silent=silent)


def _reached(spans: Iterable[tuple[datetime, datetime | None]], hours: Hours, length: timedelta) -> datetime | None:
    """Return when so much of the spans has counted; None where it never will, since the last one has ended."""
    left = length
    for start, end in spans:
        at = hours.later(start, left)
        if end is None or at <= end:
            return at
        left -= hours.counted(start, end)
    return None


def _mark(clock: Clock, name: str, at: datetime | None, revised: bool) -> bool:
    """Note the moment; return whether it is news."""
    before: datetime | None = getattr(clock, name)
    if before and not revised:
        return False
    setattr(clock, name, at)
    return at is not None and at != before


def _withdraw(clock: Clock, breached_at: datetime, revision: Revision, spent: timedelta) -> None:
    """The customer's side reads it beside the clock; the account manager, who was told of the breach, is told of this too."""
    after = {"reason": revision.reason, "used_seconds": _seconds(spent), "allowed_seconds": _seconds(clock.allowed)}
    before = {"breached_at": breached_at}
    record("clock.breach_withdrawn", clock, by=revision.by, customer=clock.customer, before=before, after=after)
    mail.tell_withdrawn(clock, breached_at, revision.reason, spent)


def _tell(clock: Clock, *, warned: bool, breached: bool, spent: timedelta, silent: bool) -> None:
    """Both are in the audit; of two that come together only the graver is told."""
    after = {"used_seconds": int(spent.total_seconds()), "allowed_seconds": _seconds(clock.allowed)}
    if warned:
        record("clock.warned", clock, by=None, customer=clock.customer, after={**after, "at": clock.warned_at})
    if breached:
        record("clock.breached", clock, by=None, customer=clock.customer, after={**after, "at": clock.breached_at})
    if breached and not silent:
        mail.tell(clock, "breached", spent)
    elif warned and not silent and clock.stopped_at is None:
        mail.tell(clock, "warned", spent)


def _seconds(length: timedelta | None) -> int | None:
    return int(length.total_seconds()) if length is not None else None
