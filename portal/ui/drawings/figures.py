"""Bars and boxes of reports, on one scale: from lengths to hundredths of the width."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a bar."""

    label: str
    hue: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class DrawnBar:
    label: str
    words: str
    pieces: list[Piece]


@dataclass(frozen=True, slots=True)
class DrawnBox:
    label: str
    words: str
    low: float
    middle: float
    high: float
    longest: float

    @property
    def width(self) -> float:
        return max(round(self.high - self.low, 2), 0.6)


def bars(rows: Iterable[Any]) -> list[DrawnBar]:
    """Return the bars, the longest of them over the whole width. A row has `label`, `words` and `segments` with `label`,
    `value` and `hue`."""
    known = list(rows)
    longest = max((sum(part.value for part in row.segments) for row in known), default=0) or 1
    return [DrawnBar(row.label, row.words, _pieces(row.segments, longest)) for row in known]


def _pieces(segments: Iterable[Any], longest: float) -> list[Piece]:
    pieces, x = [], 0.0
    for part in segments:
        width = round(100 * part.value / longest, 2)
        pieces.append(Piece(part.label, part.hue, round(x, 2), width))
        x += width
    return pieces


def boxes(rows: Iterable[Any]) -> list[DrawnBox]:
    """Return the boxes, the longest value at 98 hundredths so that its dot is whole."""
    known = list(rows)
    scale = 98 / (max((row.longest for row in known), default=0) or 1)
    return [
        DrawnBox(
            row.label, row.words, *(round(scale * value, 2) for value in (row.low, row.middle, row.high, row.longest))
        )
        for row in known
    ]
