"""What was found in AWS, and what people decided about it."""

from __future__ import annotations

from django.db import models

from environments.models.environments import Environment
from portal.accounts.models import TenantModel, User
from portal.core.ids import PrefixedIdField


class Resource(TenantModel):
    """Something that exists in AWS because of a step."""

    id = PrefixedIdField("res")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="resources")
    step = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=255)
    aws_id = models.CharField(max_length=255)
    account_id = models.CharField(max_length=12)
    region = models.CharField(max_length=20)
    attributes = models.JSONField(default=dict)
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["environment", "step", "kind", "name"], name="resource_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


class Adoption(TenantModel):
    """A person's decision that something which was there before us, and is as specified, is used instead of a new one. It
    stays the customer's: a tear-down leaves it."""

    id = PrefixedIdField("adp")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="adoptions")
    step = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=255)
    aws_id = models.CharField(max_length=255)
    adopted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["environment", "aws_id"], name="adopted_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.name} ({self.aws_id})"


class DriftCheck(TenantModel):
    """How AWS compared with the approved answers from `found_at` until another state was found; last seen so at `checked_at`.

    `findings`: the steps that differ, as in a plan; empty where nothing does.
    """

    id = PrefixedIdField("dft")
    environment = models.ForeignKey(Environment, on_delete=models.CASCADE, related_name="drift_checks")
    findings = models.JSONField(default=list)
    found_at = models.DateTimeField()
    checked_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["environment", "-found_at"])]

    def __str__(self) -> str:
        return f"{self.environment}: {len(self.findings)} steps differ"
