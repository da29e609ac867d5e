"""Moments in words: relative for scanning, absolute with weekday and zone for deadlines."""

from datetime import date, datetime

from django.utils import timezone

_MINUTE_SECONDS = 60
_HOUR_SECONDS = 3600
_DAY_SECONDS = 24 * _HOUR_SECONDS


def absolute(moment: datetime) -> str:
    """Return such as "Thu 26 Nov 2026, 17:00 UTC", in the current time zone."""
    local = timezone.localtime(moment)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M %Z}"


def day(on: date) -> str:
    """Return such as "Thu 26 Nov 2026"."""
    return f"{on:%a} {on.day} {on:%b %Y}"


def relative(moment: datetime, now: datetime) -> str:
    """Return such as "3 min ago" or "in 2 h"; beyond four weeks the date."""
    seconds = (now - moment).total_seconds()
    distance = _distance(abs(seconds))
    if distance is None:
        local = timezone.localtime(moment)
        return f"{local.day} {local:%b %Y}"
    if not distance:
        return "just now" if seconds >= 0 else "in a moment"
    return f"{distance} ago" if seconds > 0 else f"in {distance}"


def _distance(seconds: float) -> str | None:
    if seconds < _MINUTE_SECONDS:
        return ""
    if seconds < _HOUR_SECONDS:
        return f"{int(seconds // _MINUTE_SECONDS)} min"
    if seconds < _DAY_SECONDS:
        return f"{int(seconds // _HOUR_SECONDS)} h"
    days = int(seconds // _DAY_SECONDS)
    if days > 28:
        return None
    return "1 day" if days == 1 else f"{days} days"
