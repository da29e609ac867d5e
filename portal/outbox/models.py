"""What must leave after commit, and what left."""

from django.db import models

from portal.core.ids import PrefixedIdField


class OutboxMessage(models.Model):
    """One e-mail to one person, written in the transaction of the act that caused it, delivered after commit.

    `key` makes a message unique per event and recipient. `state` is `due`, `delivered` or `failed` (given up). The words of a
    message with a one-time link are erased once it left: the mail is then the only place the link is.
    """

    class State(models.TextChoices):
        DUE = "due", "Due"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Given up"

    id = PrefixedIdField("msg")
    key = models.CharField(max_length=200, unique=True)
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, null=True, related_name="+")
    recipient = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    one_time_link = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=State.choices, default=State.DUE)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "next_at"])]

    def __str__(self) -> str:
        return f"{self.subject} to {self.recipient}"


class MailboxMessage(models.Model):
    """A message that the embedded mode shows instead of sending."""

    id = PrefixedIdField("box")
    recipient = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.subject} to {self.recipient}"
