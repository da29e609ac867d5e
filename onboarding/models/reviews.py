"""A review that is not finished, and what the provider asks of reviews."""

from django.db import models
from django.db.models import Q

from onboarding.models.sections import Section
from portal.accounts.models import TenantModel, User
from portal.core.ids import PrefixedIdField


class ReviewDraft(TenantModel):
    """One reviewer's judgements of a section's answers before the review is finished. The customer never sees it.

    `judgements` has, by the pointer of the answer, its `digest`, the `verdict` and the `reason`. A judgement counts as long
    as the answer has that digest.
    """

    id = PrefixedIdField("rvd")
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="review_drafts")
    reviewer = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    judgements = models.JSONField(default=dict)
    touched_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["section", "reviewer"], name="review_draft_once")]
        ordering = ["touched_at", "pk"]

    def __str__(self) -> str:
        return f"review of {self.section}"


class ReviewPolicy(models.Model):
    """What the provider asks before a kind of section is approved. A section without one needs one approver.

    `condition` is the sentence under which the portal approves by itself, with `changed_by` as its author; empty: never.
    """

    id = PrefixedIdField("rvp")
    key = models.CharField(max_length=40, unique=True)
    approvers = models.PositiveSmallIntegerField(default=1)
    condition = models.TextField(blank=True)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(approvers__gte=1), name="review_policy_asks_for_one")]
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key
