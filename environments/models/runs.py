"""What is to be changed in AWS, who approved it, and how far it has got."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from environments.models.environments import Environment, Specification
from environments.states import ACTIVE_RUNS, CallOutcome, Owner, PlanPurpose, PlanState, RunState, StepState
from portal.accounts.models import TenantModel, User
from portal.core.ids import PrefixedIdField


class Plan(TenantModel):
    """What a run would change, computed before anything changes. `digest` covers purpose, specification and findings.

    `estimate`: seconds to the end, US dollars a month, and where both come from.
    """

    id = PrefixedIdField("pln")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="plans")
    specification = models.ForeignKey(Specification, on_delete=models.PROTECT, related_name="plans")
    purpose = models.CharField(max_length=16, choices=PlanPurpose.choices, default=PlanPurpose.PROVISION)
    state = models.CharField(max_length=16, choices=PlanState.choices, default=PlanState.REQUESTED)
    findings = models.JSONField(default=list)
    estimate = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    requested_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    computed_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"plan {self.id} of {self.environment}"


class Run(TenantModel):
    """One execution of a plan. Claimed by one conditional UPDATE; every later write carries the epoch.

    `paused_at`, `paused_by` and `pause_note` are set while it is paused. `error` says why it stopped as a whole, at no step: as
    a step's error, with code, message and remedy.
    """

    id = PrefixedIdField("run")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="runs")
    plan = models.OneToOneField(Plan, on_delete=models.PROTECT, related_name="run")
    state = models.CharField(max_length=16, choices=RunState.choices, default=RunState.QUEUED)
    next_at = models.DateTimeField()
    lease_owner = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    epoch = models.PositiveIntegerField(default=0)
    started_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    pause_note = models.TextField(blank=True)
    error = models.JSONField(default=dict)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["environment"], condition=Q(state__in=ACTIVE_RUNS), name="one_active_run_per_environment"
            )
        ]
        indexes = [models.Index(fields=["state", "next_at"])]

    def __str__(self) -> str:
        return f"run {self.id} of {self.environment}"


class RunStep(TenantModel):
    """One capability of a run. While it waits: whose turn it is, why, until when, and when we look again. `removes`: it takes
    away what the step made."""

    id = PrefixedIdField("stp")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="steps")
    key = models.CharField(max_length=40)
    position = models.PositiveSmallIntegerField()
    removes = models.BooleanField(default=False)
    state = models.CharField(max_length=16, choices=StepState.choices, default=StepState.PENDING)
    attempt = models.PositiveIntegerField(default=0)
    waits_on = models.CharField(max_length=16, choices=Owner.choices, blank=True)
    reason = models.TextField(blank=True)
    waiting_since = models.DateTimeField(null=True, blank=True)
    give_up_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True)
    outputs = models.JSONField(default=dict)
    error = models.JSONField(default=dict)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "key"], name="step_once_per_run")]
        ordering = ["position"]

    def __str__(self) -> str:
        return self.key


class AwsCall(TenantModel):
    """One journalled API call. Never a request or response body: some hold secrets."""

    id = PrefixedIdField("cal")
    run = models.ForeignKey(Run, on_delete=models.CASCADE, related_name="aws_calls")
    step = models.CharField(max_length=40)
    epoch = models.PositiveIntegerField()
    service = models.CharField(max_length=32)
    operation = models.CharField(max_length=64)
    account_id = models.CharField(max_length=12)
    region = models.CharField(max_length=20)
    changes = models.BooleanField()
    outcome = models.CharField(max_length=16, choices=CallOutcome.choices)
    error_code = models.CharField(max_length=80, blank=True)
    request_id = models.CharField(max_length=80, blank=True)
    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["run", "started_at"])]

    def __str__(self) -> str:
        return f"{self.service}.{self.operation}"
