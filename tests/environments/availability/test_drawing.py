"""The strip of up, down and not known."""

from datetime import UTC, datetime, timedelta

from environments.availability.drawing import LEAST, WIDTH, Piece, strip
from environments.availability.spans import Span
from environments.availability.states import Health

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)


def spans(*states: tuple[Health, float]) -> list[Span]:
    found, at = [], BEGIN
    for state, hours in states:
        found.append(Span(state, at, at + timedelta(hours=hours)))
        at = found[-1].end
    return found


def test_pieces_are_as_long_as_the_times_and_outages_lie_above() -> None:
    drawn = strip(spans((Health.UP, 50), (Health.DOWN, 10), (Health.UNKNOWN, 40)))

    assert drawn == [Piece(60, 40, "idle"), Piece(0, 50, "done"), Piece(50, 10, "stop")]


def test_a_short_outage_is_seen_at_either_end() -> None:
    drawn = strip(spans((Health.DOWN, 0.01), (Health.UP, 700), (Health.DOWN, 0.01)))

    outages = [piece for piece in drawn if piece.hue == "stop"]
    assert outages == [Piece(0, LEAST, "stop"), Piece(WIDTH - LEAST, LEAST, "stop")]


def test_nothing_is_drawn_of_nothing() -> None:
    assert strip([]) == []
