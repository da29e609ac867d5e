"""The intake: its sections, and what reviewers said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from onboarding.models.onboarding import Onboarding
from onboarding.states import SectionState
from portal.accounts.models import TenantModel, User
from portal.core.ids import PrefixedIdField

if TYPE_CHECKING:
    from onboarding.models.section_ask import SectionAsk


class Section(TenantModel):
    """One page of questions with one decision to make. What it asks is in `onboarding/sections/<key>.py`.

    `revision` rises with every change and is the section's ETag. Secret answers hold a reference to the vault. `approved` has
    the digests of the answers that a reviewer approved, by pointer: the customer does not change these without opening them.
    `open_ask` is read by the selectors only.
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
    approved = models.JSONField(default=dict)
    reminded_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)

    open_ask: SectionAsk | None = None

    class Meta:
        constraints = [models.UniqueConstraint(fields=["onboarding", "key"], name="section_once_per_onboarding")]
        ordering = ["position"]

    def __str__(self) -> str:
        return self.key


class SectionReview(TenantModel):
    """One finished review of one revision of a section.

    `digest` binds it to the answers as they were; `judgements` has the pointer, label, digest, verdict and reason of each.
    A review without a reviewer was done by the portal, under the written `condition`.
    """

    class Decision(models.TextChoices):
        APPROVED = "approved", "Approved"
        CHANGES_REQUESTED = "changes_requested", "Changes requested"

    id = PrefixedIdField("rev")
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="reviews")
    revision = models.PositiveIntegerField()
    answers = models.JSONField()
    digest = models.CharField(max_length=64)
    judgements = models.JSONField(default=list)
    decision = models.CharField(max_length=20, choices=Decision.choices)
    reason = models.TextField(blank=True)
    condition = models.TextField(blank=True)
    reviewer = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    submitted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(reviewer=F("submitted_by")), name="review_never_ones_own"),
            models.CheckConstraint(
                condition=Q(reviewer__isnull=False) | ~Q(condition=""), name="review_by_a_person_or_a_condition"
            ),
        ]
        indexes = [models.Index(fields=["decision", "created_at"], name="review_by_decision")]
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.decision} {self.section}"

    @property
    def judge(self) -> str:
        """Who judged, in words."""
        return str(self.reviewer) if self.reviewer else "The portal, by a written condition"
