"""How long a review takes: the provider's word to the customer, and the hours after which somebody is reminded of it."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

WORKING_DAYS = 2
_END_OF_DAY = time(17, 0)
_SATURDAY = 5


def due_at(submitted_at: datetime, time_zone: str) -> datetime:
    """Return the end of the second working day (Monday to Friday, 17:00 in `time_zone`) after the day of submission."""
    day = submitted_at.astimezone(ZoneInfo(time_zone)).date()
    left = WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    return datetime.combine(day, _END_OF_DAY, ZoneInfo(time_zone))


def later(moment: datetime, length: timedelta, time_zone: str) -> datetime:
    """Return the moment when `length` has passed since, counting no hour of a Saturday or Sunday in `time_zone`."""
    zone = ZoneInfo(time_zone)
    local, left = moment.astimezone(zone), length
    while True:
        midnight = datetime.combine(local.date() + timedelta(days=1), time(), zone)
        if local.weekday() < _SATURDAY:
            today = midnight.timestamp() - local.timestamp()
            if left.total_seconds() <= today:
                return datetime.fromtimestamp(local.timestamp() + left.total_seconds(), zone)
            left -= timedelta(seconds=today)
        local = midnight
