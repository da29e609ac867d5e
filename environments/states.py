"""Choices and state tables of environments, plans, runs, steps and checklist items."""

from django.db import models

from portal.core.states import StateTable


class EnvironmentKind(models.TextChoices):
    PRODUCTION = "production", "Production"
    PRE_PRODUCTION = "pre_production", "Pre-production"
    STAGING = "staging", "Staging"
    TEST = "test", "Test"
    DEVELOPMENT = "development", "Development"


class PlanPurpose(models.TextChoices):
    """`reset`: taken away, and built anew from the approved answers as soon as nothing is left."""

    PROVISION = "provision", "Provision"
    TEAR_DOWN = "tear_down", "Tear down"
    RESET = "reset", "Reset"


REMOVING = (PlanPurpose.TEAR_DOWN, PlanPurpose.RESET)


class PlanState(models.TextChoices):
    REQUESTED = "requested", "Being computed"
    READY = "ready", "Ready for approval"
    BLOCKED = "blocked", "Blocked"
    APPROVED = "approved", "Approved"
    SUPERSEDED = "superseded", "Out of date"


PLANS = StateTable(
    "plan",
    {
        (PlanState.REQUESTED, "finish"): PlanState.READY,
        (PlanState.REQUESTED, "block"): PlanState.BLOCKED,
        (PlanState.READY, "approve"): PlanState.APPROVED,
        (PlanState.REQUESTED, "supersede"): PlanState.SUPERSEDED,
        (PlanState.READY, "supersede"): PlanState.SUPERSEDED,
        (PlanState.BLOCKED, "supersede"): PlanState.SUPERSEDED,
    },
)


class RunState(models.TextChoices):
    QUEUED = "queued", "Queued"
    RUNNING = "running", "Running"
    WAITING = "waiting", "Waiting"
    PAUSED = "paused", "Paused"
    FAILED = "failed", "Stopped at a step"
    CANCELLED = "cancelled", "Cancelled"
    FINISHED = "finished", "Finished"


ACTIVE_RUNS = (RunState.QUEUED, RunState.RUNNING, RunState.WAITING, RunState.PAUSED, RunState.FAILED)
WORKABLE_RUNS = (RunState.QUEUED, RunState.RUNNING, RunState.WAITING)

RUNS = StateTable(
    "run",
    {
        **{(state, "cancel"): RunState.CANCELLED for state in ACTIVE_RUNS},
        **{(state, "pause"): RunState.PAUSED for state in WORKABLE_RUNS},
        (RunState.PAUSED, "resume"): RunState.QUEUED,
        (RunState.FAILED, "retry"): RunState.QUEUED,
        (RunState.WAITING, "retry"): RunState.QUEUED,
        (RunState.WAITING, "look_again"): RunState.QUEUED,
    },
)


class StepState(models.TextChoices):
    PENDING = "pending", "Not started"
    RUNNING = "running", "Running"
    WAITING = "waiting", "Waiting"
    FAILED = "failed", "Stopped"
    READY = "ready", "Done"


class Owner(models.TextChoices):
    """Whose turn it is."""

    PROVIDER = "provider", "Provider"
    CUSTOMER = "customer", "Customer"
    AWS = "aws", "AWS"


class CallOutcome(models.TextChoices):
    """`intent`: committed before the call that changes something; still `intent` after a crash means unknown."""

    INTENT = "intent", "Outcome unknown"
    OK = "ok", "OK"
    ERROR = "error", "Refused"


class ItemKind(models.TextChoices):
    AUTOMATIC = "automatic", "Automatic"
    MANUAL = "manual", "Signed by a person"


class ItemOwner(models.TextChoices):
    """Who has to make an item true. A third party's items (a penetration test) are signed by the provider's people."""

    PROVIDER = "provider", "Provider"
    CUSTOMER = "customer", "Customer"
    AWS = "aws", "AWS"
    THIRD_PARTY = "third_party", "Third party"


class ItemState(models.TextChoices):
    """`signed`: by one person where two have to; it counts as open."""

    OPEN = "open", "Open"
    SIGNED = "signed", "Signed, waits for a second person"
    GREEN = "green", "True"
    RED = "red", "No longer true"


class TemplateState(models.TextChoices):
    DRAFT = "draft", "Draft"
    PUBLISHED = "published", "Published"
