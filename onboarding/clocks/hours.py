"""The hours that count, as plain arithmetic: how much of a stretch counts, and when so much has counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from onboarding.clocks.models import WorkingCalendar

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
END_OF_DAY = "24:00"
AROUND_THE_CLOCK = {day: [["00:00", END_OF_DAY]] for day in DAYS}
_DAY = timedelta(days=1)
# No place on Earth is further from UTC; around a local day this is every moment that can belong to it.
_FURTHEST = timedelta(hours=15)

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Hours:
    """Local times of each day of the week, Monday first, in a zone; on `holidays` none. A minute counts when its local time
    is within them: where clocks are set forward the hour that is left out does not count, where they are set back it
    counts twice."""

    zone: ZoneInfo
    week: tuple[tuple[tuple[timedelta, timedelta], ...], ...]
    holidays: frozenset[date] = frozenset()

    @classmethod
    def of(cls, calendar: WorkingCalendar) -> Hours:
        week = tuple(
            tuple((since_midnight(begin), since_midnight(end)) for begin, end in calendar.hours.get(day, []))
            for day in DAYS
        )
        return cls(ZoneInfo(calendar.time_zone), week, frozenset(map(date.fromisoformat, calendar.holidays)))

    def counted(self, start: datetime, end: datetime) -> timedelta:
        """Return how much between the two counts; nothing where `end` is not after `start`."""
        return sum((there - here for here, there in self._between(start, end)), timedelta())

    def later(self, moment: datetime, length: timedelta) -> datetime:
        """Return the first moment at which `length` has counted since `moment`. Raises `ValueError` where nothing counts."""
        if length <= timedelta():
            return moment
        if not any(self.week):
            raise ValueError("this calendar counts nothing")
        left, day = length, self._day(moment)
        while True:
            for begin, end in self._on(day):
                begin = max(begin, moment)
                if end - begin >= left:
                    return begin + left
                left -= max(end - begin, timedelta())
            day += _DAY

    def _between(self, start: datetime, end: datetime) -> Iterator[Stretch]:
        day, last = self._day(start), self._day(end)
        while day <= last:
            for here, there in self._on(day):
                if max(here, start) < min(there, end):
                    yield max(here, start), min(there, end)
            day += _DAY

    def _day(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    def _on(self, day: date) -> Iterable[Stretch]:
        """Return what counts of a local day, in UTC and in order."""
        if day in self.holidays:
            return []
        midnight = datetime.combine(day, time(), UTC)
        return sorted(
            stretch
            for begin, end in self.week[day.weekday()]
            for since, until, offset in self._offsets(midnight)
            if (stretch := (max(midnight + begin - offset, since), min(midnight + end - offset, until)))
            and stretch[0] < stretch[1]
        )

    def _offsets(self, midnight: datetime) -> list[tuple[datetime, datetime, timedelta]]:
        """Return the stretches around a local day, each with how far local time is ahead of UTC in it: two of them where the
        clocks are set on that day."""
        since, until = midnight - _FURTHEST, midnight + _DAY + _FURTHEST
        before, after = self._ahead(since), self._ahead(until)
        if before == after:
            return [(since, until, before)]
        low, high = since, until
        while high - low > timedelta(seconds=1):
            middle = (low + (high - low) / 2).replace(microsecond=0)
            low, high = (middle, high) if self._ahead(middle) == before else (low, middle)
        return [(since, high, before), (high, until, after)]

    def _ahead(self, moment: datetime) -> timedelta:
        return moment.astimezone(self.zone).utcoffset() or timedelta()


def since_midnight(words: str) -> timedelta:
    """Return how long after midnight a local time is, such as "09:00", or "24:00" for the end of the day."""
    hours, minutes = words.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes))
