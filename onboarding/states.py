"""Choices and state tables of onboardings, intake sections and hand-overs."""

from django.db import models

from portal.core.states import StateTable


class Stage(models.TextChoices):
    INTAKE = "intake", "Intake"
    REVIEW = "review", "Review"
    PROVISIONING = "provisioning", "Provisioning"
    VERIFICATION = "verification", "Verification"
    HANDOVER = "handover", "Hand-over"
    LIVE = "live", "Live"
    CANCELLED = "cancelled", "Cancelled"


class SectionState(models.TextChoices):
    EMPTY = "empty", "Not started"
    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"
    APPROVED = "approved", "Approved"


SECTIONS = StateTable(
    "section",
    {
        (SectionState.EMPTY, "save"): SectionState.DRAFT,
        (SectionState.DRAFT, "save"): SectionState.DRAFT,
        (SectionState.CHANGES_REQUESTED, "save"): SectionState.CHANGES_REQUESTED,
        (SectionState.DRAFT, "submit"): SectionState.SUBMITTED,
        (SectionState.CHANGES_REQUESTED, "submit"): SectionState.SUBMITTED,
        (SectionState.SUBMITTED, "withdraw"): SectionState.DRAFT,
        (SectionState.SUBMITTED, "approve"): SectionState.APPROVED,
        (SectionState.SUBMITTED, "request_changes"): SectionState.CHANGES_REQUESTED,
        (SectionState.APPROVED, "request_changes"): SectionState.CHANGES_REQUESTED,
        (SectionState.DRAFT, "reopen"): SectionState.DRAFT,
        (SectionState.CHANGES_REQUESTED, "reopen"): SectionState.CHANGES_REQUESTED,
        (SectionState.APPROVED, "reopen"): SectionState.DRAFT,
    },
)


class Verdict(models.TextChoices):
    """What a reviewer says of one answer."""

    APPROVED = "approved", "Approved"
    CHANGE_REQUESTED = "change_requested", "Change requested"


class HandOverState(models.TextChoices):
    """`requested` waits for the second person; `released` waits for the recipient; `revealed` for their word."""

    REQUESTED = "requested", "Waiting for the second approval"
    RELEASED = "released", "Released"
    REVEALED = "revealed", "Revealed"
    ACKNOWLEDGED = "acknowledged", "Acknowledged"
    WITHDRAWN = "withdrawn", "Withdrawn"
    EXPIRED = "expired", "Expired"


HAND_OVERS = StateTable(
    "hand-over",
    {
        (HandOverState.REQUESTED, "release"): HandOverState.RELEASED,
        (HandOverState.REQUESTED, "withdraw"): HandOverState.WITHDRAWN,
        (HandOverState.RELEASED, "withdraw"): HandOverState.WITHDRAWN,
        (HandOverState.REVEALED, "withdraw"): HandOverState.WITHDRAWN,
        (HandOverState.RELEASED, "expire"): HandOverState.EXPIRED,
        (HandOverState.RELEASED, "reveal"): HandOverState.REVEALED,
        (HandOverState.REVEALED, "acknowledge"): HandOverState.ACKNOWLEDGED,
    },
)
OPEN_HAND_OVERS = (
    HandOverState.REQUESTED,
    HandOverState.RELEASED,
    HandOverState.REVEALED,
    HandOverState.ACKNOWLEDGED,
)


class CheckState(models.TextChoices):
    QUEUED = "queued", "Checking soon"
    RUNNING = "running", "Checking"
    DONE = "done", "Done"


CHECKS_UNDER_WAY = (CheckState.QUEUED, CheckState.RUNNING)


class CheckVerdict(models.TextChoices):
    """`private`: the portal never asks private addresses, so a person must look. `waiting`: the customer's role is not there
    yet. `unknown`: the look itself did not come about, which says nothing of the answer."""

    OK = "ok", "Checked"
    WARNING = "warning", "Look at this"
    FAILED = "failed", "Does not work"
    PRIVATE = "private", "You check this"
    WAITING = "waiting", "Waits for your role"
    UNKNOWN = "unknown", "Could not be checked"
