"""Whose turn it was in the last thirty days, as a small drawing in the row of each onboarding."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from environments.states import Owner
from onboarding.clocks.models import Clock, ClockPart
from portal.core import clock

DAYS = 30
_SPAN = timedelta(days=DAYS)
_LANE = 4
_NARROWEST = 0.6
"""Days: what lasted for a moment is still seen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A stretch of one party's. `x` and `width` are in days of the strip, `y` is the lane of the party: it tells the parties
    apart for whoever sees no colours."""

    owner: str
    x: float
    y: int
    width: float


@dataclass(frozen=True, slots=True)
class Strip:
    """`days`: how many of the last thirty each party had, in words; only of those who had any."""

    bars: list[Bar]
    days: list[tuple[str, str]]


def of(keys: Iterable[str]) -> dict[str, Strip]:
    """Return the strip of each onboarding that has a clock, in one statement."""
    now = clock.now()
    since = now - _SPAN
    shown = ClockPart.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=since),
        clock__kind=Clock.Kind.ONBOARDING,
        clock__onboarding__in=keys,
    )
    found: dict[str, list[tuple[str, datetime, datetime]]] = {}
    rows = shown.order_by("started_at", "pk").values_list("clock__onboarding", "owner", "started_at", "ended_at")
    for onboarding, owner, start, end in rows:
        found.setdefault(onboarding, []).append((owner, max(start, since), end or now))
    return {key: _strip(parts, since) for key, parts in found.items()}


def _strip(parts: list[tuple[str, datetime, datetime]], since: datetime) -> Strip:
    bars: list[Bar] = []
    lengths = dict.fromkeys(Owner.values, timedelta())
    for owner, start, end in parts:
        lengths[owner] += end - start
        first = bars.pop().x if bars and bars[-1].owner == owner else _days(start - since)
        width = max(_days(end - since) - first, _NARROWEST)
        bars.append(Bar(owner, min(first, DAYS - _NARROWEST), Owner.values.index(owner) * _LANE, round(width, 2)))
    return Strip(bars, [(owner, _in_words(length)) for owner, length in lengths.items() if length])


def _in_words(length: timedelta) -> str:
    return f"{round(_days(length))} d" if length >= timedelta(days=1) else "under 1 d"


def _days(length: timedelta) -> float:
    return round(length / timedelta(days=1), 2)
