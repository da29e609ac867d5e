"""The hours that count, against counting each minute on the wall."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from onboarding.clocks import calendar_values
from onboarding.clocks.hours import AROUND_THE_CLOCK, DAYS, Hours
from onboarding.clocks.models import WorkingCalendar

ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "Africa/Cairo",
    "Asia/Kathmandu",
)
WORKING = {day: [["09:00", "17:00"]] for day in DAYS[:5]}
# The clocks of Berlin are set on 29 March and 25 October 2026, those of Cairo at midnight on 24 April and 30 October.
MOMENTS = [datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 10, 23, tzinfo=UTC), datetime(2026, 4, 22, tzinfo=UTC)]


def hours(week=WORKING, zone="UTC", holidays=()):
    return Hours.of(WorkingCalendar(time_zone=zone, hours=week, holidays=list(holidays)))


def by_the_minute(week, zone, holidays, start, end):
    """Count every minute whose local time lies in the hours of its local day."""
    counted, minute = 0, start
    while minute < end:
        local = minute.astimezone(ZoneInfo(zone))
        words = f"{local:%H:%M}"
        pairs = [] if local.date().isoformat() in holidays else week.get(DAYS[local.weekday()], [])
        counted += any(begin <= words < until for begin, until in pairs)
        minute += timedelta(minutes=1)
    return timedelta(minutes=counted)


def words(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


@st.composite
def weeks(draw):
    week = {}
    for day in DAYS:
        cuts = sorted(draw(st.sets(st.integers(0, 1440), max_size=4)))
        pairs = [[words(begin), words(end)] for begin, end in zip(cuts[::2], cuts[1::2], strict=False)]
        if pairs:
            week[day] = pairs
    return week or AROUND_THE_CLOCK


starts = st.builds(
    lambda base, minutes: base + timedelta(minutes=minutes), st.sampled_from(MOMENTS), st.integers(0, 5 * 1440)
)


@settings(max_examples=60, deadline=None)
@given(weeks(), st.sampled_from(ZONES), starts, st.integers(0, 5 * 1440), st.booleans())
@example(AROUND_THE_CLOCK, "Africa/Cairo", datetime(2026, 4, 23, tzinfo=UTC), 2880, False)
def test_what_counts_is_what_the_wall_shows(week, zone, start, minutes, has_holiday):
    end = start + timedelta(minutes=minutes)
    holidays = [(start + timedelta(days=1)).astimezone(ZoneInfo(zone)).date().isoformat()] if has_holiday else []

    assert hours(week, zone, holidays).counted(start, end) == by_the_minute(week, zone, holidays, start, end)


@settings(max_examples=60, deadline=None)
@given(weeks(), st.sampled_from(ZONES), starts, st.integers(1, 3 * 1440))
def test_later_is_the_first_moment_at_which_so_much_has_counted(week, zone, start, minutes):
    counting, length = hours(week, zone), timedelta(minutes=minutes)

    at = counting.later(start, length)

    assert counting.counted(start, at) == length
    assert counting.counted(start, at - timedelta(seconds=1)) < length


def test_a_friday_evening_goes_on_on_monday():
    friday = datetime(2026, 11, 27, 15, 30, tzinfo=UTC)

    assert hours(zone="Europe/Berlin").later(friday, timedelta(hours=1)) == datetime(2026, 11, 30, 8, 30, tzinfo=UTC)


def test_holidays_count_nothing():
    start, end = datetime(2026, 12, 24, tzinfo=UTC), datetime(2026, 12, 26, tzinfo=UTC)

    assert hours(holidays=[date(2026, 12, 25).isoformat()]).counted(start, end) == timedelta(hours=8)


def test_nothing_is_ever_due_where_nothing_counts():
    with pytest.raises(ValueError, match="counts nothing"):
        hours({}).later(datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=1))


@pytest.mark.parametrize(
    ("zone", "week", "holidays", "pointer"),
    [
        ("Berlin", WORKING, [], "time_zone"),
        ("UTC", {}, [], "hours"),
        ("UTC", {"mon": []}, [], "hours"),
        ("UTC", {"someday": [["09:00", "17:00"]]}, [], "hours"),
        ("UTC", {"mon": [["17:00", "09:00"]]}, [], "hours/mon"),
        ("UTC", {"mon": [["9", "17"]]}, [], "hours/mon"),
        ("UTC", {"mon": [["24:00", "24:00"]]}, [], "hours/mon"),
        ("UTC", {"mon": "always"}, [], "hours/mon"),
        ("UTC", {"mon": [["09:00", "12:00"], ["11:00", "17:00"]]}, [], "hours/mon"),
        ("UTC", WORKING, ["Christmas"], "holidays"),
        ("UTC", WORKING, [20261225], "holidays"),
        ("UTC", WORKING, ["2026-02-30"], "holidays"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused(zone, week, holidays, pointer):
    assert [problem.pointer for problem in calendar_values.problems(zone, week, holidays)] == [pointer]


def test_a_sound_calendar_has_no_problem():
    lunch = {"mon": [["09:00", "12:00"], ["12:00", "17:00"]], "sun": []}

    assert calendar_values.problems("Europe/Berlin", lunch, ["2026-12-25"]) == []
