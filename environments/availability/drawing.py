"""The strip that shows when an environment was up, down or not known; the page says the same in words beside it."""

from collections.abc import Sequence
from dataclasses import dataclass

from environments.availability.spans import Span
from environments.availability.states import Health

WIDTH = 100
LEAST = 1.6
"""An outage of a minute in a month would not be seen otherwise."""

_HUES = {Health.UP: "done", Health.DOWN: "stop", Health.UNKNOWN: "idle"}
_LAST = {Health.UNKNOWN: 0, Health.UP: 1, Health.DOWN: 2}
"""What is drawn later lies above: a short outage is not covered by its neighbours."""


@dataclass(frozen=True, slots=True)
class Piece:
    x: float
    width: float
    hue: str


def strip(spans: Sequence[Span]) -> list[Piece]:
    """Return the pieces of a strip over the whole time of the spans, in the order in which they are drawn."""
    if not spans:
        return []
    start, whole = spans[0].start, spans[-1].end - spans[0].start
    return [
        Piece(round(x, 2), round(width, 2), _HUES[span.state])
        for span in sorted(spans, key=lambda span: _LAST[span.state])
        for width in [max(WIDTH * (span.length / whole), LEAST)]
        for x in [min(WIDTH * ((span.start - start) / whole), WIDTH - width)]
    ]
