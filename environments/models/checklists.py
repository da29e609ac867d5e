"""What is asked of environments before their hand-over, in versions that staff write."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Q

from environments.states import ItemKind, ItemOwner, TemplateState
from portal.accounts.models import User
from portal.core.ids import PrefixedIdField

if TYPE_CHECKING:
    from environments.models.environments import Environment


class ChecklistTemplate(models.Model):
    """One version of the checklist, the same for every customer. A published one never changes; there is one draft at most.

    `revision` counts the changes of a draft, so that two editors do not undo each other's."""

    id = PrefixedIdField("ckt")
    number = models.PositiveIntegerField(unique=True)
    state = models.CharField(max_length=16, choices=TemplateState.choices, default=TemplateState.DRAFT)
    note = models.TextField(blank=True)
    revision = models.PositiveIntegerField(default=0)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    published_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="draft"), name="one_checklist_draft")
        ]

    def __str__(self) -> str:
        return f"Version {self.number}"

    @property
    def is_draft(self) -> bool:
        return self.state == TemplateState.DRAFT


class TemplateItem(models.Model):
    """One thing that a version asks for. An automatic item is true while the named provisioning steps are as specified and the
    named messages are proven to arrive; a manual one when a person of the owner's side signs it.

    `messages`: names of `environments.checklist.messages`. `conditions`: names of `environments.checklist.conditions`, all of
    which have to hold where it is asked for. `requires`: keys of the items that have to be true before this one is signed.
    `needs_second_person`: in production a second person of the same side confirms it. `turns_red`: in words, what ends it.
    `recheck_minutes`: how often an automatic item is looked at again, None for the portal's default (`DRIFT_INTERVAL`).
    `rows`: the statements of the provider's process that it comes from (docs/glossary.md)."""

    id = PrefixedIdField("cti")
    template = models.ForeignKey(ChecklistTemplate, on_delete=models.PROTECT, related_name="items")
    key = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    group = models.CharField(max_length=60)
    owner = models.CharField(max_length=16, choices=ItemOwner.choices)
    kind = models.CharField(max_length=16, choices=ItemKind.choices)
    steps = models.JSONField(default=list, blank=True)
    messages = models.JSONField(default=list, blank=True)
    conditions = models.JSONField(default=list, blank=True)
    requires = models.JSONField(default=list, blank=True)
    needs_second_person = models.BooleanField(default=False)
    help = models.TextField(blank=True)
    turns_red = models.TextField(blank=True)
    recheck_minutes = models.PositiveIntegerField(null=True, blank=True)
    rows = models.JSONField(default=list, blank=True)
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["template", "key"], name="template_item_key_once")]
        ordering = ["position"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_automatic(self) -> bool:
        return self.kind == ItemKind.AUTOMATIC

    def needs_second(self, environment: Environment) -> bool:
        """Return whether one signature is not enough in this environment: the gates of production have four eyes."""
        return self.needs_second_person and environment.is_production
