"""What a working calendar may say: its zone, its hours, its holidays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from itertools import pairwise
from zoneinfo import available_timezones

from onboarding.clocks.hours import DAYS, END_OF_DAY, since_midnight
from portal.core.errors import FieldProblem

MOST_HOLIDAYS = 400
MOST_STRETCHES = 6
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_NAMES = dict(zip(DAYS, ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"), strict=True))


def problems(time_zone: str, hours: Mapping[str, object], holidays: Iterable[object]) -> list[FieldProblem]:
    """Return everything that such a calendar cannot be; pointers name the value, as `hours/mon`."""
    found = []
    if time_zone not in available_timezones():
        found.append(FieldProblem("time_zone", "Enter a time zone such as Europe/Berlin, or UTC"))
    found += [problem for day, given in hours.items() for problem in _of_day(day, given)]
    if not found and not any(hours.values()):
        found.append(FieldProblem("hours", "Enter the hours of one day at least: nothing would ever be due"))
    return found + _of_holidays(list(holidays))


def _of_day(day: str, given: object) -> Iterable[FieldProblem]:
    if day not in DAYS:
        yield FieldProblem("hours", f"There is no day “{day[:20]}”. Use: {', '.join(DAYS)}.", "unknown_day")
        return
    pairs = given if isinstance(given, list) else [given]
    if len(pairs) > MOST_STRETCHES or not all(map(_is_stretch, pairs)):
        yield FieldProblem(f"hours/{day}", f"{_NAMES[day]}: enter hours such as 09:00-17:00, each beginning first")
    elif any(later[0] < earlier[1] for earlier, later in pairwise(pairs)):
        yield FieldProblem(f"hours/{day}", f"{_NAMES[day]}: enter the hours in order, without overlap")


def _is_stretch(pair: object) -> bool:
    if not isinstance(pair, list) or len(pair) != 2 or not all(isinstance(one, str) for one in pair):
        return False
    begin, end = pair
    if not _TIME.fullmatch(begin) or not (_TIME.fullmatch(end) or end == END_OF_DAY):
        return False
    return since_midnight(begin) < since_midnight(end)


def _of_holidays(given: list[object]) -> list[FieldProblem]:
    wrong = [str(one)[:20] for one in given if not _is_day(one)]
    if wrong:
        return [FieldProblem("holidays", f"{wrong[0]} is no day. Enter days such as 2026-12-25", "wrong_type")]
    if len(given) > MOST_HOLIDAYS:
        return [FieldProblem("holidays", f"Enter {MOST_HOLIDAYS} days at most; these are {len(given)}.")]
    return []


def _is_day(value: object) -> bool:
    try:
        return isinstance(value, str) and len(value) == 10 and bool(date.fromisoformat(value))
    except ValueError:
        return False
