from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal.outbox.hours import WorkingHours

EARLIEST = datetime(2020, 1, 1, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = WorkingHours(BERLIN, {0, 1, 2, 3, 4}, 8, 18)


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("given_at", "opens"),
    [
        ("2026-11-23 07:59", "2026-11-23 08:00"),
        ("2026-11-23 08:00", "2026-11-23 08:00"),
        ("2026-11-23 17:59", "2026-11-23 17:59"),
        ("2026-11-23 18:00", "2026-11-24 08:00"),
        ("2026-11-27 18:00", "2026-11-30 08:00"),
        ("2026-11-28 12:00", "2026-11-30 08:00"),
        ("2026-03-27 20:00", "2026-03-30 08:00"),  # over the night on which clocks change
    ],
)
def test_next_working_moment(given_at: str, opens: str) -> None:
    assert OFFICE.next(moment(given_at)) == moment(opens)


ZONES = st.sampled_from(
    ["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Apia", "Australia/Lord_Howe"]
)


@settings(deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(0, 10 * 365 * 24 * 60),
    ZONES,
    st.frozensets(st.integers(0, 6), min_size=1),
    st.integers(0, 23),
    st.integers(1, 24),
)
def test_next_moment_is_within_the_hours_and_never_earlier(minutes, zone, days, begin, length) -> None:
    hours, at = (
        WorkingHours(ZoneInfo(zone), days, begin, min(24, begin + length)),
        EARLIEST + timedelta(minutes=minutes),
    )

    found = hours.next(at)

    assert at <= found <= at + timedelta(days=8)
    assert found == at or not hours.includes(at)
    assert hours.includes(found) or found.astimezone(hours.zone).hour > begin  # an hour that a change of clocks skips
