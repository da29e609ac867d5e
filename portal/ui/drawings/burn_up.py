"""What is done over time, and when all of it will be: a line that climbs to a level, and the range in which it arrives."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

WIDTH, HEIGHT = 640, 150
_LEFT, _RIGHT, _TOP, _BOTTOM = 6, 6, 10, 6


@dataclass(frozen=True, slots=True)
class BurnUp:
    """`line` has the points of the steps up to now. `band_x` and `band_width` are the range, `likely_x` its middle; all three
    are None where nothing is forecast."""

    done: int
    total: int
    line: str
    area: str
    now_x: float
    now_y: float
    top_y: float
    floor_y: float
    begin: datetime
    now: datetime
    band_x: float | None = None
    band_width: float | None = None
    likely_x: float | None = None
    width: int = WIDTH
    height: int = HEIGHT

    @property
    def band_height(self) -> float:
        return self.floor_y - self.top_y

    @property
    def left_x(self) -> int:
        return _LEFT

    @property
    def right_x(self) -> int:
        return WIDTH - _RIGHT


def draw(
    begin: datetime,
    now: datetime,
    moments: Sequence[datetime],
    total: int,
    range: tuple[datetime, datetime, datetime] | None = None,
) -> BurnUp:
    """Return the drawing from `begin` to the end of `range` (earliest, likely, latest), or to now without one."""
    end = max(range[2], now) if range else now
    span = max((end - begin).total_seconds(), 1.0)
    floor, top = HEIGHT - _BOTTOM, _TOP

    def x(moment: datetime) -> float:
        part = (moment - begin).total_seconds() / span
        return round(_LEFT + min(max(part, 0.0), 1.0) * (WIDTH - _LEFT - _RIGHT), 1)

    def y(done: int) -> float:
        return round(floor - (floor - top) * (done / total if total else 0), 1)

    points = [(x(begin), y(0))]
    for done, moment in enumerate(sorted(moments), start=1):
        points += [(x(moment), points[-1][1]), (x(moment), y(done))]
    points.append((x(now), points[-1][1]))
    line = " ".join(f"{at:g},{height:g}" for at, height in points)
    area = f"{points[0][0]:g},{floor:g} {line} {points[-1][0]:g},{floor:g}"
    drawn = BurnUp(len(moments), total, line, area, x(now), points[-1][1], top, floor, begin, now)
    if range is None:
        return drawn
    earliest, likely, latest = (x(moment) for moment in range)
    return replace(drawn, band_x=earliest, band_width=max(round(latest - earliest, 1), 2), likely_x=likely)
