"""How long a review takes: the provider's word to the customer."""

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
