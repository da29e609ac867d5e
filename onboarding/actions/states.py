"""The states of a customer action, and what moves it."""

from django.db import models

from portal.core.states import StateTable


class ActionState(models.TextChoices):
    """`expired`: its time ran out. `rejected`: the customer said no. What is asked for after either is a row of its own.
    `withdrawn`: nobody wants it any more."""

    OPEN = "open", "Open"
    DONE = "done", "Done"
    EXPIRED = "expired", "Expired"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"


ACTIONS = StateTable(
    "action",
    {
        (ActionState.OPEN, "finish"): ActionState.DONE,
        (ActionState.OPEN, "expire"): ActionState.EXPIRED,
        (ActionState.OPEN, "reject"): ActionState.REJECTED,
        (ActionState.OPEN, "withdraw"): ActionState.WITHDRAWN,
    },
)
"""Every end is final."""
UNDONE = (ActionState.EXPIRED, ActionState.REJECTED)
"""It ended without being done, and is still wanted."""
