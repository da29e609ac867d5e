"""A section that is handed to a colleague."""

from django.db import models
from django.db.models import Q

from onboarding.models.sections import Section
from portal.accounts.models import Invitation, TenantModel, User
from portal.core import clock
from portal.core.ids import PrefixedIdField


class SectionAsk(TenantModel):
    """One person asks another at the same customer to answer one section.

    `person` is empty until the address belongs to a member; `invitation` is the one that was sent for it, empty while an
    administrator has to agree first. `note` is the asker's words to the colleague.
    """

    class Ending(models.TextChoices):
        ANSWERED = "answered", "Answered"
        SUBMITTED = "submitted", "Submitted"
        TAKEN_BACK = "taken_back", "Taken back"
        HANDED_BACK = "handed_back", "Handed back"

    id = PrefixedIdField("ask")
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="asks")
    email = models.EmailField("e-mail address")
    person = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    invitation = models.ForeignKey(Invitation, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    note = models.TextField(blank=True)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=16, choices=Ending.choices, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["section"], condition=Q(ended_at__isnull=True), name="one_open_ask_per_section"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True, ending="") | Q(ended_at__isnull=False) & ~Q(ending=""),
                name="section_ask_says_how_it_ended",
            ),
        ]
        indexes = [models.Index(fields=["person", "ended_at"])]

    def __str__(self) -> str:
        return f"{self.section} asked of {self.email}"

    @property
    def whom(self) -> str:
        """Who is asked, in words: their name, or the address of somebody who has not joined yet."""
        return str(self.person) if self.person else self.email

    @property
    def is_invited(self) -> bool:
        """True while the invitation that was sent for it can be accepted."""
        sent = self.invitation
        return bool(sent and not sent.accepted_at and not sent.revoked_at and sent.expires_at > clock.now())
