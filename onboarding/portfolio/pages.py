"""One page of the portfolio, by a number of statements that does not depend on how many onboardings there are."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from environments import selectors as environments
from onboarding import selectors
from onboarding.clocks import selectors as clocks
from onboarding.clocks.models import Clock, ClockPart
from onboarding.models import Onboarding
from onboarding.portfolio import strips
from onboarding.portfolio.filters import Filters
from portal.accounts.models import User
from portal.accounts.states import StaffRole
from portal.core import clock

PAGE_ROWS = 50
_SOON = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Line:
    """One onboarding. `turn` is the part of its clock that goes now: whose turn it is, since when and why; None where nobody's,
    because it is over. `strip`: whose turn it was of late. `day`: the provider's day (row S3) that presses most, running or
    resting; None where none was begun. `has_drifted`: in one of its environments AWS was found other than approved."""

    onboarding: Onboarding
    turn: ClockPart | None
    day: clocks.Reading | None
    strip: strips.Strip | None
    has_drifted: bool

    @property
    def haste(self) -> str:
        """`overdue` or `due_soon` (within a day), empty where there is time."""
        due_at, now = self.onboarding.due_at, clock.now()
        if due_at is None or due_at > now + _SOON:
            return ""
        return "overdue" if due_at <= now else "due_soon"


@dataclass(frozen=True, slots=True)
class Page:
    lines: list[Line]
    filters: Filters
    total: int
    first: int
    nearest: Onboarding | None

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1

    @property
    def previous(self) -> str:
        """The query string of the page before, None where there is none; of the first page it is empty."""
        return f"?{self.filters.address(self.filters.page - 1)}" if self.first > 1 else ""

    @property
    def next(self) -> str:
        return f"?{self.filters.address(self.filters.page + 1)}" if self.last < self.total else ""


def page(user: User, filters: Filters) -> Page:
    """Return one page, what runs out first before everything else; `nearest` is the first of the whole view."""
    found = filters.applied(Onboarding.objects.visible_to(user))
    total = found.count()
    filters = replace(filters, page=min(filters.page, max(1, -(-total // PAGE_ROWS))))
    start = (filters.page - 1) * PAGE_ROWS
    drifted = Exists(environments.drifted().filter(onboardings=OuterRef("pk")))
    related = found.select_related("customer", "account_manager").annotate(has_drifted=drifted)
    ordered = related.order_by("order_at", "-pk")
    rows = list(ordered[start : start + PAGE_ROWS]) if total else []
    first = ordered.first() if start else next(iter(rows), None)
    return Page(_lines(rows), filters, total, start + 1, first if first and first.due_at else None)


def turns_and_days(keys: list[str]) -> tuple[dict[str, ClockPart], dict[str, clocks.Reading]]:
    """Return by onboarding, in one statement, the part that goes now, and the provider's day that presses most: one that is
    over comes before one of which time is left. One that rests has no deadline, and its row no other sign of it."""
    shown = ClockPart.objects.filter(
        Q(clock__kind=Clock.Kind.ONBOARDING, ended_at__isnull=True)
        | Q(clock__kind=Clock.Kind.FINISH, clock__stopped_at__isnull=True),
        clock__onboarding__in=keys,
    ).select_related("clock__calendar", "clock__environment")
    going: dict[str, ClockPart] = {}
    of_days: dict[str, list[ClockPart]] = {}
    for part in shown.order_by("started_at", "pk"):
        if part.clock.kind == Clock.Kind.FINISH:
            of_days.setdefault(part.clock_id, []).append(part)
        else:
            going[part.clock.onboarding_id] = part
    days = [clocks.Reading(parts[0].clock, parts, clock.now()) for parts in of_days.values()]
    return going, {day.clock.onboarding_id: day for day in sorted(days, key=lambda day: day.left, reverse=True)}


def managers() -> QuerySet[User]:
    """The people an onboarding can belong to."""
    roles = (StaffRole.ACCOUNT_MANAGER, StaffRole.ADMINISTRATOR)
    return User.objects.filter(staff_role__in=roles, is_active=True).order_by("full_name", "pk")


def only_one(user: User) -> str | None:
    """Return the id of this person's onboarding where there is exactly one."""
    keys = list(Onboarding.objects.visible_to(user).values_list("pk", flat=True)[:2])
    return keys[0] if len(keys) == 1 else None


def _lines(rows: list[Any]) -> list[Line]:
    """`rows`: onboardings with `has_drifted`."""
    selectors.count_sections(rows)
    keys = [row.pk for row in rows]
    whose, going = turns_and_days(keys)
    of_late = strips.of(keys)
    return [Line(row, whose.get(row.pk), going.get(row.pk), of_late.get(row.pk), row.has_drifted) for row in rows]
