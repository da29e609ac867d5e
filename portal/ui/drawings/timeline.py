"""Whose turn it was over time: one lane a party, one bar a stretch."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

WIDTH, LABELS, LANE, TOP, BAR = 1140, 150, 34, 26, 18
_TICKS = 6
_NARROWEST = 1.5
_DAYS_FROM = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    width: float
    note: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One party. `key` names how its bars look."""

    key: str
    label: str
    y: float
    bars: list[Bar]

    @property
    def text_y(self) -> float:
        return self.y + BAR - 4


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    lanes: list[Lane]
    ticks: list[Tick]
    height: float
    sentence: str
    width: int = WIDTH
    labels: int = LABELS
    top: int = TOP
    bar: int = BAR


def draw(parts: Sequence[Mapping[str, Any]], lanes: Iterable[tuple[str, str]], until: datetime) -> Timeline:
    """Return the parts (`lane`, `start`, `end` or None, `note`) on their lanes (key and label); what is open ends `until`."""
    named = list(lanes)
    first = min((part["start"] for part in parts), default=until)
    span = max(until - first, timedelta(seconds=1))

    def x(moment: datetime) -> float:
        return round(LABELS + (moment - first) / span * (WIDTH - LABELS - 20), 1)

    drawn = [
        Lane(key, label, TOP + 8 + number * LANE, [_bar(part, x, until) for part in parts if part["lane"] == key])
        for number, (key, label) in enumerate(named)
    ]
    moments = [first + span * number / _TICKS for number in range(_TICKS + 1)]
    ticks = [Tick(x(moment), _words(moment, span)) for moment in moments] if parts else []
    return Timeline(drawn, ticks, TOP + 8 + len(named) * LANE, _sentence(parts, named))


def _bar(part: Mapping[str, Any], x: Any, until: datetime) -> Bar:
    """A stretch of a moment is still seen."""
    start = x(part["start"])
    return Bar(start, max(round(x(part["end"] or until) - start, 1), _NARROWEST), str(part.get("note") or ""))


def _words(moment: datetime, span: timedelta) -> str:
    local = timezone.localtime(moment)
    return f"{local.day} {local:%b}" if span > _DAYS_FROM else f"{local:%a %H:%M}"


def _sentence(parts: Sequence[Mapping[str, Any]], lanes: list[tuple[str, str]]) -> str:
    counts = [(label, sum(part["lane"] == key for part in parts)) for key, label in lanes]
    return "; ".join(f"{label}: {count} {'stretch' if count == 1 else 'stretches'}" for label, count in counts)
