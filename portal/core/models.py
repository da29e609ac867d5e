"""What the API remembers about calls."""

from django.conf import settings
from django.db import models


class IdempotencyRecord(models.Model):
    """One answered POST that carried an `Idempotency-Key`. Without a `status` its first call has not ended yet.

    Never holds a secret: endpoints whose answer is one keep no record.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=128)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once_per_person")]
        indexes = [models.Index(fields=["created_at"])]

    def __str__(self) -> str:
        return self.key
