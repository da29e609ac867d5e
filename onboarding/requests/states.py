"""Choices and the state table of service requests."""

from django.db import models

from portal.core.states import StateTable


class Coverage(models.TextChoices):
    """Who does what is asked for, and under which agreement."""

    INCLUDED = "included", "Included"
    SUPPORT = "support", "Support"
    THIRD_PARTY = "third_party", "Third party"


class Party(models.TextChoices):
    """Who answers for something."""

    PROVIDER = "provider", "Provider"
    CUSTOMER = "customer", "Customer"
    AWS = "aws", "AWS"
    SUPPORT = "support", "Support"
    THIRD_PARTY = "third_party", "Third party"
    NOBODY = "nobody", "Nobody"


class RequestState(models.TextChoices):
    """`routed`: outside the managed service, and at Support now."""

    OPEN = "open", "Open"
    IN_PROGRESS = "in_progress", "In progress"
    DONE = "done", "Done"
    DECLINED = "declined", "Declined"
    ROUTED = "routed", "Routed to Support"
    WITHDRAWN = "withdrawn", "Withdrawn"


OPEN_REQUESTS = (RequestState.OPEN, RequestState.IN_PROGRESS)

REQUESTS = StateTable(
    "request",
    {
        (RequestState.OPEN, "take"): RequestState.IN_PROGRESS,
        (RequestState.IN_PROGRESS, "take"): RequestState.IN_PROGRESS,
        **{(state, "finish"): RequestState.DONE for state in (*OPEN_REQUESTS, RequestState.ROUTED)},
        **{(state, "decline"): RequestState.DECLINED for state in OPEN_REQUESTS},
        **{(state, "route"): RequestState.ROUTED for state in OPEN_REQUESTS},
        **{(state, "withdraw"): RequestState.WITHDRAWN for state in OPEN_REQUESTS},
    },
)
