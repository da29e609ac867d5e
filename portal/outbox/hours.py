"""Somebody's working hours, in their own time zone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """From `begin` to `end` (whole hours, `end` at most 24) on `days` (0 is Monday); at least one day, and `begin` < `end`."""

    zone: ZoneInfo
    days: Collection[int]
    begin: int
    end: int

    def includes(self, moment: datetime) -> bool:
        local = moment.astimezone(self.zone)
        return local.weekday() in self.days and self.begin <= local.hour < self.end

    def next(self, moment: datetime) -> datetime:
        """Return the first moment from this one on that is within the hours, in UTC."""
        if self.includes(moment):
            return moment
        day = moment.astimezone(self.zone).date()
        while self._opening(day) <= moment or day.weekday() not in self.days:
            day += _DAY
        return self._opening(day)

    def _opening(self, day: date) -> datetime:
        return datetime.combine(day, time(self.begin), self.zone).astimezone(UTC)
