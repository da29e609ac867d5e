"""The geometry of burn-ups, bars and boxes."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.ui.drawings import burn_up, figures

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
NOW = BEGIN + timedelta(days=10)
days = st.floats(0, 10).map(lambda value: BEGIN + timedelta(days=value))


@dataclass
class Part:
    value: float
    label: str = "part"
    hue: str = "work"


@dataclass
class Row:
    segments: list[Part]
    label: str = "row"
    words: str = "words"


@dataclass
class Boxed:
    low: float
    middle: float
    high: float
    longest: float
    label: str = "row"
    words: str = "words"


def points(line: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in (point.split(",") for point in line.split())]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(days, max_size=30), st.integers(0, 5))
def test_a_burn_up_only_climbs_and_stays_inside(moments: list[datetime], missing: int) -> None:
    ahead = (NOW + timedelta(days=1), NOW + timedelta(days=2), NOW + timedelta(days=5))

    drawn = burn_up.draw(BEGIN, NOW, moments, len(moments) + missing, ahead)

    xs, ys = zip(*points(drawn.line), strict=True)
    assert list(xs) == sorted(xs)
    assert list(ys) == sorted(ys, reverse=True)
    assert all(0 <= x <= drawn.width and 0 <= y <= drawn.height for x, y in points(drawn.line))
    assert drawn.now_x <= drawn.band_x <= drawn.likely_x
    assert drawn.band_x + drawn.band_width <= drawn.width


def test_a_burn_up_without_a_forecast_ends_now() -> None:
    drawn = burn_up.draw(BEGIN, NOW, [BEGIN], 2)

    assert drawn.band_x is None
    assert drawn.now_x == drawn.right_x


def test_a_burn_up_of_nothing_is_a_line_on_the_floor() -> None:
    drawn = burn_up.draw(NOW, NOW, [], 0)

    assert {y for _, y in points(drawn.line)} == {drawn.floor_y}


def test_the_longest_bar_is_the_whole_width_and_parts_meet() -> None:
    long, short = figures.bars([Row([Part(1), Part(3)]), Row([Part(2)])])

    assert [(piece.x, piece.width) for piece in long.pieces] == [(0, 25), (25, 75)]
    assert short.pieces[0].width == 50


def test_bars_of_nothing_have_no_width() -> None:
    assert figures.bars([Row([Part(0)])])[0].pieces[0].width == 0
    assert figures.bars([]) == []


def test_boxes_share_one_scale() -> None:
    one, other = figures.boxes([Boxed(1, 2, 3, 4), Boxed(0, 0, 0, 8)])

    assert (one.low, one.middle, one.high, one.longest) == (12.25, 24.5, 36.75, 49)
    assert other.longest == 98
    assert other.width > 0
