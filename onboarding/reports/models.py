"""What reports are counted from, and the views of the portfolio that people keep."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from environments.models import Environment
from onboarding.models import Onboarding
from onboarding.states import Stage
from portal.accounts.models import TenantModel, User
from portal.core.ids import PrefixedIdField


class SavedView(models.Model):
    """A view of the portfolio under a name: its filters, as the query string of the page. `shared`: all of the provider's
    people have it, not its owner only."""

    id = PrefixedIdField("svw")
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=300, blank=True)
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_view_name_once")]
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name


class StageStay(TenantModel):
    """One stay of an onboarding in one stage; they meet without a gap, and the last is open. Written when the stage changes.

    All lengths are whole seconds and stand once it has ended. The three parties' sum to `seconds` where the onboarding's clock
    covers the stay; a moment before there was a clock is nobody's.
    """

    id = PrefixedIdField("sst")
    onboarding = models.ForeignKey(Onboarding, on_delete=models.CASCADE, related_name="stays")
    stage = models.CharField(max_length=16, choices=Stage.choices)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    seconds = models.PositiveBigIntegerField(default=0)
    customer_seconds = models.PositiveBigIntegerField(default=0)
    provider_seconds = models.PositiveBigIntegerField(default=0)
    aws_seconds = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["onboarding"], condition=Q(ended_at__isnull=True), name="one_open_stay_per_onboarding"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")), name="stay_ends_after_its_start"
            ),
        ]
        indexes = [
            models.Index(fields=["onboarding", "started_at"]),
            models.Index(fields=["stage", "started_at"]),
            models.Index(fields=["customer", "stage", "started_at"]),
        ]
        ordering = ["started_at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_stage_display()} of {self.onboarding}"


class Failure(TenantModel):
    """A step of a run that stopped: which, when, and the code of its error. It stays when the step is tried again."""

    id = PrefixedIdField("flr")
    environment = models.ForeignKey(Environment, on_delete=models.CASCADE, related_name="+")
    step = models.CharField(max_length=40)
    code = models.CharField(max_length=80, blank=True)
    failed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["environment", "step", "failed_at"], name="failure_once")]
        indexes = [models.Index(fields=["failed_at"]), models.Index(fields=["customer", "failed_at"])]

    def __str__(self) -> str:
        return f"{self.step} of {self.environment}"
