"""Rings and sparklines."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ring:
    done: int
    total: int
    percent: int

    @property
    def rest(self) -> int:
        return 100 - self.percent

    @property
    def is_full(self) -> bool:
        return self.total > 0 and self.done >= self.total


def ring(done: int, total: int) -> Ring:
    """Return a ring whose arc is the part done, in hundredths of the circle. Nothing out of nothing is an empty ring."""
    percent = round(100 * done / total) if total else 0
    return Ring(done, total, max(0, min(100, percent)))


@dataclass(frozen=True, slots=True)
class Sparkline:
    values: list[float]
    points: str
    area: str
    last_x: float
    last_y: float
    sentence: str


WIDTH, HEIGHT, PADDING = 96, 24, 3


def sparkline(values: list[float]) -> Sparkline:
    """Return a line that rises with the values, from the left edge to the right; equal values lie in the middle."""
    if not values:
        return Sparkline([], "", "", 0, HEIGHT / 2, "No values yet")
    spots = [(_x(index, len(values)), _y(value, values)) for index, value in enumerate(values)]
    points = " ".join(f"{x:g},{y:g}" for x, y in spots)
    area = f"{spots[0][0]:g},{HEIGHT} {points} {spots[-1][0]:g},{HEIGHT}"
    return Sparkline(values, points, area, *spots[-1], _sentence(values))


def _x(index: int, count: int) -> float:
    if count == 1:
        return WIDTH - PADDING
    return round(PADDING + index * (WIDTH - 2 * PADDING) / (count - 1), 1)


def _y(value: float, values: list[float]) -> float:
    low, high = min(values), max(values)
    if low == high:
        return HEIGHT / 2
    return round(HEIGHT - PADDING - (value - low) * (HEIGHT - 2 * PADDING) / (high - low), 1)


def _sentence(values: list[float]) -> str:
    return f"{len(values)} values: lowest {min(values):g}, highest {max(values):g}, last {values[-1]:g}"
