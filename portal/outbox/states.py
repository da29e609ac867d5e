"""Choices of the outbox: what becomes of a mail, how a person wants to be told, on which days somebody works."""

from django.db import models


class MailState(models.TextChoices):
    """`due` waits for its moment; `held` for the next digest, `gathered` is in one; the others are ends."""

    DUE = "due", "Due"
    HELD = "held", "Waits for the digest"
    GATHERED = "gathered", "In a digest"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Given up"
    DROPPED = "dropped", "Not sent"


class Kind(models.TextChoices):
    """What an event is to who hears of it."""

    TO_ACT = "to_act", "Asks you to act"
    NEWS = "news", "News"


class Channel(models.TextChoices):
    """How a person hears of an event. Every message stands in the portal, whatever else is chosen."""

    AT_ONCE = "at_once", "E-mail at once"
    DIGEST = "digest", "In the daily digest"
    PORTAL = "portal", "In the portal only"


class Weekday(models.TextChoices):
    """In the order of `date.weekday()`."""

    MONDAY = "monday", "Monday"
    TUESDAY = "tuesday", "Tuesday"
    WEDNESDAY = "wednesday", "Wednesday"
    THURSDAY = "thursday", "Thursday"
    FRIDAY = "friday", "Friday"
    SATURDAY = "saturday", "Saturday"
    SUNDAY = "sunday", "Sunday"
