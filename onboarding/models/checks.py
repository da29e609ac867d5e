"""The live checks of answers: what was tried, when, and what was found."""

from django.db import models
from django.db.models import Q

from onboarding.models.sections import Section
from onboarding.states import CHECKS_UNDER_WAY, CheckState, CheckVerdict
from portal.accounts.models import TenantModel, User
from portal.core.ids import PrefixedIdField


class Check(TenantModel):
    """One try of proving one answer against the real world, or a person's word where the portal cannot look.

    `key` names the kind of check and `pointer` the answer it stands beside. `inputs_digest` is of all answers it depended on
    when it was tried: where these have changed since, it is out of date. Rows that are done are the history and stay as they
    are, but for one that waits for the customer's role: it is tried again in place. `recipient` is where a test message goes,
    empty where none is sent. `attempt` counts the workers that began it. `message`, `remedy` and `facts` hold no secret.
    """

    class How(models.TextChoices):
        PORTAL = "portal", "Looked up by the portal"
        AWS = "aws", "Read in the AWS account"
        PERSON = "person", "Confirmed by a person"

    id = PrefixedIdField("chk")
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="checks")
    key = models.CharField(max_length=40)
    pointer = models.CharField(max_length=120)
    inputs_digest = models.CharField(max_length=64)
    state = models.CharField(max_length=16, choices=CheckState.choices, default=CheckState.QUEUED)
    verdict = models.CharField(max_length=16, choices=CheckVerdict.choices, blank=True)
    message = models.TextField(blank=True)
    remedy = models.TextField(blank=True)
    facts = models.JSONField(default=dict)
    how = models.CharField(max_length=16, choices=How.choices)
    recipient = models.CharField(max_length=254, blank=True)
    attempt = models.PositiveSmallIntegerField(default=0)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    queued_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["section", "key", "pointer"],
                condition=Q(state__in=CHECKS_UNDER_WAY),
                name="one_check_under_way_per_answer",
            ),
            models.CheckConstraint(
                condition=Q(state=CheckState.DONE, finished_at__isnull=False) & ~Q(verdict="")
                | Q(state__in=CHECKS_UNDER_WAY, finished_at__isnull=True, verdict=""),
                name="check_has_a_verdict_when_done",
            ),
        ]
        indexes = [
            models.Index(fields=["section", "key", "pointer", "-queued_at"]),
            models.Index(fields=["customer", "how", "queued_at"]),
            models.Index(fields=["state", "started_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.key} of {self.pointer}"
