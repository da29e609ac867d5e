"""From the first question to the hand-over."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from environments.models import Environment
from onboarding.states import OPEN_HAND_OVERS, HandOverState, SectionState, Stage
from portal.accounts.models import TenantModel, User
from portal.core.ids import PrefixedIdField
from portal.vault.models import SealedSecret


class Onboarding(TenantModel):
    """One project of bringing a customer live."""

    id = PrefixedIdField("onb")
    reference = models.CharField(max_length=20, unique=True)
    title = models.CharField(max_length=120)
    stage = models.CharField(max_length=16, choices=Stage.choices, default=Stage.INTAKE)
    stage_since = models.DateTimeField()
    account_manager = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    target_on = models.DateField(null=True, blank=True)
    environments = models.ManyToManyField(Environment, related_name="onboardings", blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"


class Section(TenantModel):
    """One page of questions with one decision to make. What it asks is in `onboarding/sections/<key>.py`.

    `revision` rises with every change and is the section's ETag. Secret answers hold a reference to the vault.
    """

    id = PrefixedIdField("sct")
    onboarding = models.ForeignKey(Onboarding, on_delete=models.CASCADE, related_name="sections")
    key = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=20, choices=SectionState.choices, default=SectionState.EMPTY)
    answers = models.JSONField(default=dict)
    revision = models.PositiveIntegerField(default=0)
    edited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    edited_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["onboarding", "key"], name="section_once_per_onboarding")]
        ordering = ["position"]

    def __str__(self) -> str:
        return self.key


class SectionReview(TenantModel):
    """One judgement of one revision of a section."""

    class Decision(models.TextChoices):
        APPROVED = "approved", "Approved"
        CHANGES_REQUESTED = "changes_requested", "Changes requested"

    id = PrefixedIdField("rev")
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="reviews")
    revision = models.PositiveIntegerField()
    answers = models.JSONField()
    decision = models.CharField(max_length=20, choices=Decision.choices)
    reason = models.TextField(blank=True)
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reviewer=F("submitted_by")), name="review_never_ones_own"),
        ]
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.decision} {self.section}"


class HandOver(TenantModel):
    """The release of product URLs and administrator credentials of one environment, by two people to a third.

    `frozen` is what the two released (checklist, recipient, URLs) and `digest` its hash. `claim_digest` is the hash of the
    key that the recipient's browser made: the same browser gets the same answer within two minutes, nobody else does.
    """

    id = PrefixedIdField("hov")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="hand_overs")
    state = models.CharField(max_length=16, choices=HandOverState.choices, default=HandOverState.REQUESTED)
    recipient = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    frozen = models.JSONField()
    digest = models.CharField(max_length=64)
    reason = models.TextField(blank=True)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    released_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    released_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    secret = models.ForeignKey(SealedSecret, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    revealed_at = models.DateTimeField(null=True, blank=True)
    claim_digest = models.CharField(max_length=64, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(released_by=F("requested_by")), name="hand_over_two_people_release"),
            models.CheckConstraint(condition=~Q(recipient=F("requested_by")), name="hand_over_requester_not_recipient"),
            models.CheckConstraint(
                condition=Q(released_by__isnull=True) | ~Q(recipient=F("released_by")),
                name="hand_over_approver_not_recipient",
            ),
            models.UniqueConstraint(
                fields=["environment"],
                condition=Q(state__in=OPEN_HAND_OVERS),
                name="one_open_hand_over_per_environment",
            ),
        ]

    def __str__(self) -> str:
        return f"hand-over of {self.environment}"
