"""How a test alert stands. It is derived from its row, never written."""

from django.db import models


class AlertState(models.TextChoices):
    """`failed`: it was not published, or nobody knows whether it was."""

    QUEUED = "queued", "Being sent"
    SENT = "sent", "Sent, waits for somebody to confirm"
    CONFIRMED = "confirmed", "Arrived"
    FAILED = "failed", "Not sent"
    EXPIRED = "expired", "Not confirmed in time"
    REPLACED = "replaced", "Replaced by a newer one"


OPEN = (AlertState.QUEUED, AlertState.SENT)
