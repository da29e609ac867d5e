"""The audit record: append-only, hash-chained."""

from django.db import models

from portal.core.ids import PrefixedIdField


class AuditEvent(models.Model):
    """One act of a person or of the engine.

    `chain` is the customer's id, or `provider` for acts that belong to no customer. Within a chain `sequence` counts from 1
    and `digest` is an HMAC over the event's canonical JSON and the digest before it.
    """

    id = PrefixedIdField("aud")
    chain = models.CharField(max_length=32)
    sequence = models.PositiveBigIntegerField()
    occurred_at = models.DateTimeField()
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, null=True, related_name="+")
    actor = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    actor_label = models.CharField(max_length=160)
    action = models.CharField(max_length=64)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    subject_label = models.CharField(max_length=200)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)
    ip_address = models.GenericIPAddressField(null=True)
    previous_digest = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "sequence"], name="audit_sequence_once")]
        indexes = [
            models.Index(fields=["-occurred_at"]),
            models.Index(fields=["subject_type", "subject_id"]),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_label}"


class ChainHead(models.Model):
    """The last link of a chain: what a cut tail is found by, and the row whose lock orders the writers."""

    chain = models.CharField(max_length=32, primary_key=True)
    sequence = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="")

    def __str__(self) -> str:
        return self.chain
