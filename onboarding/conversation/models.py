"""What both sides say to each other about an onboarding, and what they decide."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q

from environments.models import ChecklistItem, Environment
from onboarding.conversation.states import DecisionKind, DecisionState, Side, Visibility
from onboarding.models import Onboarding, Section
from onboarding.requests.models import ServiceRequest
from portal.accounts.models import TenantModel, TenantQuerySet, User
from portal.core.ids import PrefixedIdField
from portal.files.models import StoredFile


class CommentQuerySet(TenantQuerySet["Comment"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The comments of the customers this person may see; internal ones only for the provider's people."""
        rows = super().visible_to(user)
        if user.is_authenticated and user.is_provider:
            return rows
        return rows.filter(visibility=Visibility.BOTH)

    def standing(self) -> Self:
        """Without those that were taken back."""
        return self.filter(taken_back_at=None)


class Comment(TenantModel):
    """Something that somebody said, about the onboarding as a whole or about one thing of it.

    One of `section` (with `pointer` into its answers, or without for all of it), `environment` and `request` may be set. One
    about a checklist item has the item's environment too, where it stays when the item leaves the checklist. A request may be
    of no onboarding. A comment that was taken back keeps its place, not its words: these, and the words before each change,
    are in the audit record.
    """

    id = PrefixedIdField("cmt")
    onboarding = models.ForeignKey(Onboarding, on_delete=models.PROTECT, null=True, blank=True, related_name="comments")
    section = models.ForeignKey(Section, on_delete=models.PROTECT, null=True, blank=True, related_name="comments")
    pointer = models.CharField(max_length=200, blank=True)
    environment = models.ForeignKey(
        Environment, on_delete=models.PROTECT, null=True, blank=True, related_name="comments"
    )
    item = models.ForeignKey(ChecklistItem, on_delete=models.SET_NULL, null=True, blank=True, related_name="comments")
    request = models.ForeignKey(
        ServiceRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="comments"
    )
    visibility = models.CharField(max_length=16, choices=Visibility.choices, default=Visibility.BOTH)
    text = models.TextField(blank=True)
    mentions = models.ManyToManyField(User, related_name="+", blank=True)
    files = models.ManyToManyField(StoredFile, related_name="comments", blank=True)
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    taken_back_at = models.DateTimeField(null=True, blank=True)
    taken_back_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects: ClassVar[Any] = CommentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(onboarding__isnull=False) | Q(request__isnull=False), name="comment_belongs_somewhere"
            ),
            models.CheckConstraint(condition=Q(section__isnull=False) | Q(pointer=""), name="pointer_into_a_section"),
            models.CheckConstraint(
                condition=Q(taken_back_at__isnull=True) & ~Q(text="") | Q(taken_back_at__isnull=False, text=""),
                name="comment_taken_back_has_no_words",
            ),
        ]
        indexes = [
            models.Index(fields=["onboarding", "-id"], name="comment_of_onboarding"),
            models.Index(fields=["request", "-id"], name="comment_of_request"),
        ]

    def __str__(self) -> str:
        return f"comment of {self.author}"

    @property
    def is_internal(self) -> bool:
        return self.visibility == Visibility.INTERNAL


class Decision(TenantModel):
    """What both sides decided before some work on an environment starts, with a named person of each.

    One side proposes; a person of the other agrees or declines. After that nothing of it changes: a newer one `supersedes` it,
    and takes its place when it is agreed.
    """

    id = PrefixedIdField("dec")
    onboarding = models.ForeignKey(Onboarding, on_delete=models.PROTECT, related_name="decisions")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=16, choices=DecisionKind.choices)
    title = models.CharField(max_length=120)
    text = models.TextField()
    state = models.CharField(max_length=16, choices=DecisionState.choices, default=DecisionState.PROPOSED)
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_side = models.CharField(max_length=16, choices=Side.choices)
    proposed_at = models.DateTimeField()
    answered_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)
    supersedes = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="successors")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(answered_by=F("proposed_by")), name="decision_of_two_people"),
            models.CheckConstraint(
                condition=Q(state=DecisionState.PROPOSED, answered_by__isnull=True)
                | Q(state=DecisionState.WITHDRAWN)
                | Q(answered_by__isnull=False, answered_at__isnull=False),
                name="decision_names_who_answered",
            ),
            models.CheckConstraint(
                condition=~Q(state=DecisionState.DECLINED) | ~Q(reason=""), name="decision_declined_with_a_reason"
            ),
            models.UniqueConstraint(
                fields=["supersedes"],
                condition=Q(supersedes__isnull=False, state__in=(DecisionState.PROPOSED, DecisionState.AGREED)),
                name="one_successor_of_a_decision",
            ),
        ]
        indexes = [models.Index(fields=["environment", "kind", "state"], name="decision_on_record")]

    def __str__(self) -> str:
        return self.title

    @property
    def other_side(self) -> Side:
        """Whose word is missing."""
        return Side.CUSTOMER if self.proposed_side == Side.PROVIDER else Side.PROVIDER
