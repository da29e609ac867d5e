"""Choices of comments, and the state table of decisions."""

from django.db import models

from portal.core.states import StateTable


class Side(models.TextChoices):
    CUSTOMER = "customer", "Customer"
    PROVIDER = "provider", "Provider"


class Visibility(models.TextChoices):
    """Who reads a comment. It never changes: what both sides read cannot be made unread."""

    BOTH = "both", "Both sides"
    INTERNAL = "internal", "Internal"


class DecisionKind(models.TextChoices):
    """What is decided before work starts: how data and custom code move (S40), or the terms of aligned monitoring (S25)."""

    MIGRATION = "migration", "Migration"
    UPGRADE = "upgrade", "Upgrade"
    MONITORING = "monitoring", "Monitoring"


class DecisionState(models.TextChoices):
    PROPOSED = "proposed", "Proposed"
    AGREED = "agreed", "Agreed"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Withdrawn"
    SUPERSEDED = "superseded", "Superseded"


DECISIONS = StateTable(
    "decision",
    {
        (DecisionState.PROPOSED, "agree_to"): DecisionState.AGREED,
        (DecisionState.PROPOSED, "decline"): DecisionState.DECLINED,
        (DecisionState.PROPOSED, "withdraw"): DecisionState.WITHDRAWN,
        (DecisionState.AGREED, "supersede"): DecisionState.SUPERSEDED,
    },
)
