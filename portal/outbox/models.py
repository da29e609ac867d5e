"""What must leave after commit, what left, and what each person wants to hear of in which way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from portal.accounts.models import Membership, User
from portal.core.ids import PrefixedIdField
from portal.outbox.states import MailState, Weekday

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


def _office_days() -> list[str]:
    return list(Weekday.values[:5])


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The person's own; of a customer only while they belong to it."""
        if not user.is_authenticated:
            return self.none()
        own = self.filter(person=user)
        if user.is_provider:
            return own
        customers = Membership.objects.filter(user=user).values("customer")
        return own.filter(Q(customer__isnull=True) | Q(customer__in=customers))

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """One event told to one person, in the portal. Written in the act's transaction; `key` makes it one.

    `event` names an entry of `portal.outbox.events`; `link` is the path of the page that it is about, `about` the id of the
    object. `to_act`: the person can and should do something about it.
    """

    id = PrefixedIdField("ntc")
    key = models.CharField(max_length=200, unique=True)
    person = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="notices")
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, null=True, related_name="+")
    event = models.CharField(max_length=80)
    about = models.CharField(max_length=64, blank=True)
    subject = models.CharField(max_length=200)
    link = models.CharField(max_length=300)
    to_act = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["person", "read_at"])]

    def __str__(self) -> str:
        return self.subject


class OutboxMessage(models.Model):
    """One e-mail to one person, written in the transaction of the act that caused it, delivered after commit.

    `key` makes a message unique per event and recipient. `person` is whom it addresses where that is known; `notice` what it
    tells of. A digest gathers the mails of several notices (`gathered`). `attempts` counts the claims and is the fence between
    workers: what a worker notes counts only while the number is its own. `handed_over_at` is set just before the words go to
    the mail server: a message that is due and has it may have arrived already. The words of a message with a one-time link are
    erased once it left: the mail is then the only place the link is.
    """

    State = MailState

    id = PrefixedIdField("msg")
    key = models.CharField(max_length=200, unique=True)
    customer = models.ForeignKey("accounts.Customer", on_delete=models.PROTECT, null=True, related_name="+")
    person = models.ForeignKey("accounts.User", on_delete=models.CASCADE, null=True, related_name="+")
    notice = models.OneToOneField(Notice, on_delete=models.CASCADE, null=True, related_name="mail")
    digest = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="gathered")
    recipient = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    one_time_link = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=MailState.choices, default=MailState.DUE)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    handed_over_at = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "next_at"])]

    def __str__(self) -> str:
        return f"{self.subject} to {self.recipient}"


class MessagePreferences(models.Model):
    """How one person wants to be told. Without a row the defaults count.

    `channels` maps events to what was chosen for them; an event that is missing keeps its own default. An empty `time_zone`
    means the customer's. Hours are whole, `works_until` and `digest_hour` in the same zone. `digest_off`: what the digest
    would hold stays in the portal.
    """

    id = PrefixedIdField("mpr")
    person = models.OneToOneField("accounts.User", on_delete=models.CASCADE, related_name="message_preferences")
    channels = models.JSONField(default=dict)
    time_zone = models.CharField(max_length=64, blank=True)
    working_days = models.JSONField(default=_office_days)
    works_from = models.PositiveSmallIntegerField(default=8)
    works_until = models.PositiveSmallIntegerField(default=18)
    digest_hour = models.PositiveSmallIntegerField(default=8)
    digest_off = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"messages of {self.person}"


class UndeliverableAddress(models.Model):
    """An address that a mail server refused for good, with the server's code and the message that came back."""

    id = PrefixedIdField("uad")
    email = models.EmailField()
    reason = models.CharField(max_length=100)
    message = models.ForeignKey(OutboxMessage, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="undeliverable_address_once")]

    def __str__(self) -> str:
        return self.email


class MailboxMessage(models.Model):
    """A message that the embedded mode shows instead of sending. One that comes again, by its `message_id`, is kept once."""

    id = PrefixedIdField("box")
    message_id = models.CharField(max_length=200, null=True, unique=True)  # noqa: DJ001 - several have none
    recipient = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.subject} to {self.recipient}"
