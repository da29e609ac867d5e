"""Clocks, the parts that they consist of, and the hours that count."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from environments.models import Environment
from environments.states import Owner
from onboarding.models import Onboarding
from portal.accounts.models import TenantModel, User
from portal.core.ids import PrefixedIdField


class WorkingCalendar(models.Model):
    """Which hours count. `hours` has, by day of the week (`mon` to `sun`), pairs of local times `["09:00", "17:00"]`; a day
    that is not named counts nothing. `holidays` are local dates, ISO 8601, that count nothing either."""

    id = PrefixedIdField("wcl")
    key = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    time_zone = models.CharField(max_length=64, default="UTC")
    hours = models.JSONField(default=dict)
    holidays = models.JSONField(default=list)
    for_finish = models.BooleanField(default=False)
    revision = models.PositiveIntegerField(default=0)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["for_finish"], condition=Q(for_finish=True), name="one_calendar_of_finish_clocks"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Clock(TenantModel):
    """A stretch of time of which every moment belongs to customer, provider or AWS: its parts, which meet without gap or
    overlap.

    `onboarding`: from opening to live or cancelled. `finish`: from an environment's active peering to the end of
    provisioning, of which the provider has `allowed` for its own parts (row S3), counted by `calendar`. `due_at` is when that
    runs out; None while it does not run. `warned_at` and `breached_at` are the moments in which it was used up so far, and
    whoever must know was told. `used` is what the provider had used when it stopped.

    `look_at`: when the passage of time alone changes something next. `settled_at`: when the facts were last looked at.
    Whoever changes a clock or its parts holds the clock's row.
    """

    class Kind(models.TextChoices):
        ONBOARDING = "onboarding", "Whole onboarding"
        FINISH = "finish", "Finish within one day"

    class End(models.TextChoices):
        """Why a clock stopped."""

        LIVE = "live", "Live"
        FINISHED = "finished", "Provisioned"
        TORN_DOWN = "torn_down", "Torn down"
        CANCELLED = "cancelled", "Cancelled"

    id = PrefixedIdField("clk")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    onboarding = models.ForeignKey(Onboarding, on_delete=models.CASCADE, related_name="clocks")
    environment = models.ForeignKey(Environment, on_delete=models.CASCADE, null=True, blank=True, related_name="clocks")
    started_at = models.DateTimeField()
    stopped_at = models.DateTimeField(null=True, blank=True)
    allowed = models.DurationField(null=True, blank=True)
    calendar = models.ForeignKey(WorkingCalendar, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    due_at = models.DateTimeField(null=True, blank=True)
    warned_at = models.DateTimeField(null=True, blank=True)
    breached_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.CharField(max_length=16, choices=End.choices, blank=True)
    used = models.DurationField(null=True, blank=True)
    look_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["onboarding"], condition=Q(kind="onboarding"), name="one_whole_clock_per_onboarding"
            ),
            models.UniqueConstraint(
                fields=["environment"],
                condition=Q(kind="finish", stopped_at__isnull=True),
                name="one_running_finish_clock_per_environment",
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "stopped_at", "due_at"]),
            models.Index(fields=["look_at"], condition=Q(look_at__isnull=False), name="clock_to_look_at"),
            models.Index(
                fields=["settled_at"], condition=Q(kind="onboarding", stopped_at__isnull=True), name="clock_to_settle"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} of {self.environment or self.onboarding}"


class ClockPart(TenantModel):
    """One interval of a clock: whose turn it was, and the sentence that said why. The last one is open while the clock goes.

    `cause` names the state that the sentence is of (`causes.py`), `subject` the step, plan or hand-over that is in it;
    `next_event` says what happens next by itself, and `next_at` when.
    """

    id = PrefixedIdField("ckp")
    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="parts")
    owner = models.CharField(max_length=16, choices=Owner.choices)
    cause = models.CharField(max_length=60)
    subject = models.CharField(max_length=32, blank=True)
    sentence = models.TextField()
    next_event = models.TextField(blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["clock"], condition=Q(ended_at__isnull=True), name="one_open_part_per_clock"
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gte=F("started_at")), name="part_ends_after_its_start"
            ),
        ]
        indexes = [models.Index(fields=["owner", "ended_at"]), models.Index(fields=["clock", "started_at"])]
        ordering = ["started_at", "pk"]

    def __str__(self) -> str:
        return f"{self.get_owner_display()} of {self.clock}"


class ClockCorrection(TenantModel):
    """A stretch of a clock that was given to another party afterwards: by whom, why, and what it had been."""

    id = PrefixedIdField("ckc")
    clock = models.ForeignKey(Clock, on_delete=models.CASCADE, related_name="corrections")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    owner = models.CharField(max_length=16, choices=Owner.choices)
    before = models.JSONField(default=list)
    note = models.TextField()
    corrected_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    corrected_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ended_at__gt=F("started_at")), name="correction_has_a_length"),
        ]
        ordering = ["corrected_at", "pk"]

    def __str__(self) -> str:
        return f"correction of {self.clock}"
