"""Spans of time in one state: put together, laid over each other, counted."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_FLOOR, Decimal
from itertools import pairwise

from environments.availability.states import Health

_SHOWN = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` on, up to but without `end`."""

    state: Health
    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Sum:
    """How long it was up, down and unknown."""

    up: timedelta = timedelta()
    down: timedelta = timedelta()
    unknown: timedelta = timedelta()

    @property
    def percent(self) -> Decimal | None:
        """Up of what is known, rounded down, so that what misses a target is never shown as if it met it; None where nothing
        is known."""
        known = self.up + self.down
        if not known:
            return None
        exact = 100 * Decimal(self.up // timedelta(microseconds=1)) / Decimal(known // timedelta(microseconds=1))
        return exact.quantize(_SHOWN, ROUND_FLOOR)


NOTHING = Sum()


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return spans that follow each other with neighbours of one state made one, and without empty ones."""
    found: list[Span] = []
    for span in spans:
        if span.start >= span.end:
            continue
        if found and found[-1].state == span.state:
            found[-1] = Span(span.state, found[-1].start, span.end)
        else:
            found.append(span)
    return found


def overlaid(kept: Sequence[Span], read: Sequence[Span]) -> list[Span]:
    """Return what is known after a further reading, without a gap. What was read counts more than what was kept, but something
    known more than nothing: that AWS no longer tells of a time does not take back what it told."""
    moments = sorted({moment for span in (*kept, *read) for moment in (span.start, span.end)})
    found, first, second = [], iter(kept), iter(read)
    old, new = next(first, None), next(second, None)
    for begin, until in pairwise(moments):
        while old and old.end <= begin:
            old = next(first, None)
        while new and new.end <= begin:
            new = next(second, None)
        states = [span.state for span in (new, old) if span and span.start <= begin]
        state = next((one for one in states if one != Health.UNKNOWN), Health.UNKNOWN)
        found.append(Span(state, begin, until))
    return joined(found)


def clipped(spans: Iterable[Span], start: datetime, end: datetime) -> list[Span]:
    """Return what of the spans lies between two moments."""
    cut = (Span(span.state, max(span.start, start), min(span.end, end)) for span in spans)
    return [span for span in cut if span.start < span.end]


def summed(spans: Iterable[Span]) -> Sum:
    lengths = dict.fromkeys(Health, timedelta())
    for span in spans:
        lengths[span.state] += span.length
    return Sum(lengths[Health.UP], lengths[Health.DOWN], lengths[Health.UNKNOWN])
