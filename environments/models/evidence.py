"""What must be true of an environment before hand-over, and what people and AWS gave for it."""

from __future__ import annotations

from django.db import models

from environments.models.environments import Environment
from environments.states import ItemKind, ItemState, Owner
from portal.accounts.models import TenantModel, User
from portal.core.ids import PrefixedIdField
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
    """Something that must be true of an environment before hand-over. What it says comes from `checklist.py`."""

    id = PrefixedIdField("itm")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="checklist_items")
    key = models.CharField(max_length=60)
    title = models.CharField(max_length=200)
    group = models.CharField(max_length=60)
    owner = models.CharField(max_length=16, choices=Owner.choices)
    kind = models.CharField(max_length=16, choices=ItemKind.choices)
    position = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=16, choices=ItemState.choices, default=ItemState.OPEN)
    evidence = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(null=True, blank=True)
    signed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    revision = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["environment", "key"], name="item_once_per_environment")]
        ordering = ["position"]

    def __str__(self) -> str:
        return self.title
