"""What must be true of an environment before hand-over, and what people and AWS gave for it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from environments.models.checklists import TemplateItem
from environments.models.environments import Environment
from environments.states import ItemKind, ItemOwner, ItemState
from portal.accounts.models import TenantModel, User
from portal.core.ids import PrefixedIdField
from portal.files.models import StoredFile
from portal.vault.models import SealedSecret


class EnvironmentSecret(TenantModel):
    """A secret that AWS gave for an environment, sealed under a name. A new one replaces it and the old one is destroyed."""

    id = PrefixedIdField("ens")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="secrets")
    name = models.CharField(max_length=40)
    secret = models.OneToOneField(SealedSecret, on_delete=models.PROTECT, related_name="+")
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["environment", "name"], name="secret_once_per_environment")]

    def __str__(self) -> str:
        return f"{self.name} of {self.environment}"


class Milestone(TenantModel):
    """Something that people did outside AWS, on which a step waits: when, what proves it, and who recorded it."""

    id = PrefixedIdField("mls")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="milestones")
    key = models.CharField(max_length=40)
    done_on = models.DateField()
    evidence = models.TextField()
    note = models.TextField(blank=True)
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["environment", "key"], name="milestone_once_per_environment")]

    def __str__(self) -> str:
        return f"{self.key} of {self.environment}"


class ChecklistItem(TenantModel):
    """Something that must be true of an environment before hand-over: an item of its version of the template, and how it
    stands.

    `template_item` is what the version says of it; title, group, owner, kind and position are copied from there. A manual item
    is `signed_by` one person and, where its version asks for a second one, `confirmed_by` another; `evidence_file` may show
    what they saw. `due_at`: when an automatic item is looked at again, None while nothing stands."""

    id = PrefixedIdField("itm")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="checklist_items")
    template_item = models.ForeignKey(TemplateItem, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    key = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    group = models.CharField(max_length=60)
    owner = models.CharField(max_length=16, choices=ItemOwner.choices)
    kind = models.CharField(max_length=16, choices=ItemKind.choices)
    position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=16, choices=ItemState.choices, default=ItemState.OPEN)
    evidence = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    evidence_file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    signed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["environment", "key"], name="item_once_per_environment"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("signed_by")), name="second_person_is_another"
            ),
        ]
        ordering = ["position"]

    def __str__(self) -> str:
        return self.title

    @property
    def needs_second_person(self) -> bool:
        """True where one signature is not enough."""
        return self.template_item is not None and self.template_item.needs_second(self.environment)
