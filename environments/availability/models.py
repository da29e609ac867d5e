"""How the health of production was over time, as its alarms have it."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from environments.availability.states import Health
from environments.models import Environment
from portal.accounts.models import TenantModel
from portal.core.ids import PrefixedIdField


class HealthWatch(TenantModel):
    """How far the alarms of one environment were read.

    `since`: when the first health alarm was seen. `read_until`: of the time after it nothing is known yet; None before the
    first reading. `due_at`: when they are read next. `claimed_until`: a worker reads them now. `failure`: why the latest
    reading failed (`message`, `remedy`, `at`), empty where it did not. `told_month`: the latest month, such as 2026-11, in
    which a missed target was told.
    """

    id = PrefixedIdField("hwt")
    environment = models.OneToOneField(Environment, on_delete=models.PROTECT, related_name="health_watch")
    since = models.DateTimeField()
    read_until = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(db_index=True)
    claimed_until = models.DateTimeField(null=True, blank=True)
    failure = models.JSONField(default=dict, blank=True)
    told_month = models.CharField(max_length=7, blank=True)

    def __str__(self) -> str:
        return f"health watch of {self.environment}"


class HealthSpan(TenantModel):
    """A time in which the environment was up, down, or nobody knows. Spans of one environment follow each other without a gap;
    the last one is open: it holds up to the watch's `read_until`."""

    id = PrefixedIdField("hsp")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="health_spans")
    state = models.CharField(max_length=8, choices=Health.choices)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["environment", "started_at"], name="health_span_starts_once"),
            models.UniqueConstraint(
                fields=["environment"], condition=Q(ended_at=None), name="one_open_health_span_per_environment"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(ended_at__gt=F("started_at")), name="health_span_has_a_length"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.environment} {self.state} since {self.started_at}"
