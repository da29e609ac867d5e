"""Steps over time: one bar a step, actual against expected."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from portal.ui import statuses

WIDTH, LABELS, ROW, TOP = 1140, 232, 30, 26
BAR = 14
_TICKS = 5


@dataclass(frozen=True, slots=True)
class Bar:
    """One step. `x` and `width` are 0 where it has not begun; `expected` is a width, 0 where nothing was expected."""

    label: str
    state: str
    look: statuses.Look
    note: str
    duration: str
    x: float
    y: float
    width: float
    expected: float

    @property
    def text_y(self) -> float:
        return self.y + BAR - 3

    @property
    def note_x(self) -> float:
        return self.x + max(self.width, self.expected) + 8

    @property
    def is_waiting(self) -> bool:
        return self.state == "waiting"


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Gantt:
    bars: list[Bar]
    ticks: list[Tick]
    height: float
    width: int = WIDTH
    labels: int = LABELS
    top: int = TOP


@dataclass(frozen=True, slots=True)
class _Scale:
    """From moments to x: the whole time span fills what the labels leave, less room for the last bar's words."""

    first: datetime
    seconds: float

    def x(self, moment: datetime) -> float:
        return round(LABELS + (moment - self.first).total_seconds() / self.seconds * (WIDTH - LABELS - 90), 1)

    def moment(self, part: float) -> datetime:
        return self.first + timedelta(seconds=self.seconds * part)


def draw(bars: list[Mapping[str, Any]], now: datetime) -> Gantt:
    """Return the bars from the first start to the last end; what still runs ends `now`."""
    scale = _scale(bars, now)
    drawn = [_bar(bar, TOP + 8 + index * ROW, scale, now) for index, bar in enumerate(bars)]
    ticks = [Tick(scale.x(scale.moment(part / _TICKS)), _clock(scale, part / _TICKS)) for part in range(_TICKS + 1)]
    started = any(bar.get("start") for bar in bars)
    return Gantt(drawn, ticks if started else [], TOP + 8 + len(bars) * ROW)


def _scale(bars: list[Mapping[str, Any]], now: datetime) -> _Scale:
    begun = [bar for bar in bars if bar.get("start")]
    first = min((bar["start"] for bar in begun), default=now)
    ends = [bar.get("end") or now for bar in begun] + [bar["expected_end"] for bar in begun if bar.get("expected_end")]
    return _Scale(first, max((max(ends, default=now) - first).total_seconds(), 1.0))


def _bar(bar: Mapping[str, Any], y: float, scale: _Scale, now: datetime) -> Bar:
    state, start = str(bar.get("state") or "pending"), bar.get("start")
    look = statuses.look(state, "step")
    note = str(bar.get("note") or "")
    if not start:
        return Bar(bar["label"], state, look, note, "", LABELS, y, 0, 0)
    end = bar.get("end") or now
    x = scale.x(start)
    width = max(round(scale.x(end) - x, 1), 4)
    expected = max(round(scale.x(bar["expected_end"]) - x, 1), 0) if bar.get("expected_end") else 0
    return Bar(bar["label"], state, look, note, duration(end - start), x, y, width, expected)


def duration(span: timedelta) -> str:
    """Return such as "850 ms", "4 s", "2 min 5 s", "3 h 12 min"."""
    seconds = span.total_seconds()
    if seconds < 1:
        return f"{max(round(seconds * 1000), 0)} ms"
    if seconds < 60:
        return f"{seconds:.0f} s"
    if seconds < 3600:
        return f"{int(seconds // 60)} min {int(seconds % 60)} s".removesuffix(" 0 s")
    if seconds < 48 * 3600:
        return f"{int(seconds // 3600)} h {int(seconds % 3600 // 60)} min"
    return f"{int(seconds // 86400)} days"


def _clock(scale: _Scale, part: float) -> str:
    local = timezone.localtime(scale.moment(part))
    if scale.seconds > 48 * 3600:
        return f"{local.day} {local:%b}"
    return f"{local:%H:%M:%S}" if scale.seconds < 600 else f"{local:%H:%M}"
