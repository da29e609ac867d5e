"""The one place that tells the time; a test that freezes it freezes every decision."""

from datetime import datetime

from django.utils import timezone


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return timezone.now()
