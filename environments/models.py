"""What stands, or shall stand, in AWS."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from environments.states import (
    ACTIVE_RUNS,
    CallOutcome,
    EnvironmentKind,
    ItemKind,
    ItemState,
    Owner,
    PlanPurpose,
    PlanState,
    RunState,
    StepState,
)
from portal.accounts.models import TenantModel, User
from portal.core.ids import PrefixedIdField
from portal.vault.models import SealedSecret


class AwsAccount(TenantModel):
    """A customer's AWS account and how the portal enters it. The external ID is ours, random, one per account; it is
    shown to the customer, who puts it into the role's trust policy (docs: IAM, the confused deputy).

    `root_email`: the address of its root user, where the provider opens it; `account_id` is then empty until it is open."""

    id = PrefixedIdField("acc")
    account_id = models.CharField(max_length=12, blank=True)
    root_email = models.CharField(max_length=254, blank=True)
    external_id = models.CharField(max_length=64, unique=True)
    role_name = models.CharField(max_length=64)
    verified_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "account_id"], condition=~Q(account_id=""), name="aws_account_once_per_customer"
            ),
            models.UniqueConstraint(
                fields=["customer", "root_email"], condition=~Q(root_email=""), name="new_account_once_per_customer"
            ),
            models.UniqueConstraint(
                fields=["account_id"], condition=Q(verified_at__isnull=False), name="aws_account_proven_by_one_customer"
            ),
        ]

    def __str__(self) -> str:
        return self.account_id or f"new account of {self.root_email}"

    @property
    def role_arn(self) -> str:
        return f"arn:aws:iam::{self.account_id}:role/{self.role_name}"


class Environment(TenantModel):
    """Production or non-production, in one AWS account, region and VPC. `check_requested_at`: since when somebody wants AWS
    observed again; None once that is done. `vpc_id` is empty until a VPC that the provider makes stands. `torn_down_at`: since
    when nothing of ours is left in AWS."""

    id = PrefixedIdField("env")
    name = models.CharField(max_length=60)
    kind = models.CharField(max_length=16, choices=EnvironmentKind.choices)
    aws_account = models.ForeignKey(AwsAccount, on_delete=models.PROTECT, related_name="environments")
    region = models.CharField(max_length=20)
    vpc_id = models.CharField(max_length=25, blank=True, default="")
    cidr_blocks = models.JSONField(default=list)
    check_requested_at = models.DateTimeField(null=True, blank=True)
    torn_down_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "name"], name="environment_name_once"),
            models.UniqueConstraint(
                fields=["customer", "vpc_id"], condition=~models.Q(vpc_id=""), name="environment_vpc_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer.name} {self.name}"

    @property
    def is_production(self) -> bool:
        return self.kind == EnvironmentKind.PRODUCTION


class ProductDeployment(TenantModel):
    """One product, version and pattern in one environment. `hostname` is its name in the private zone."""

    id = PrefixedIdField("pdp")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="product_deployments")
    product = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    pattern = models.CharField(max_length=40)
    hostname = models.CharField(max_length=253)
    address = models.GenericIPAddressField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["environment", "product"], name="product_once_per_environment")]

    def __str__(self) -> str:
        return f"{self.product} {self.version}"


class Specification(TenantModel):
    """The approved answers of one environment, frozen. A changed answer makes a new version, never a changed row."""

    id = PrefixedIdField("spc")
    environment = models.ForeignKey(Environment, on_delete=models.PROTECT, related_name="specifications")
    version = models.PositiveIntegerField()
    content = models.JSONField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["environment", "version"], name="specification_version_once")]

    def __str__(self) -> str:
        return f"{self.environment} v{self.version}"


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
