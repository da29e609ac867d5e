"""What every act on a request does: hold its row, move its state by the table, write the record."""

from typing import Any

from onboarding.requests.models import ServiceRequest
from onboarding.requests.states import OPEN_REQUESTS, REQUESTS
from portal.accounts.models import User
from portal.audit.services import record
from portal.core import clock

_PAST = {"take": "taken", "finish": "finished", "decline": "declined", "route": "routed", "withdraw": "withdrawn"}


def hold(request: ServiceRequest) -> None:
    """Hold the request's row until the transaction ends, and read its state afresh."""
    held = ServiceRequest.objects.select_for_update().get(pk=request.pk)
    request.state, request.owner_id = held.state, held.owner_id


def move(request: ServiceRequest, act: str, *, by: User, **said: Any) -> None:
    """Move the state; `said` are the fields that the act sets. Raises `Conflict` where the act does not fit."""
    before = request.state
    request.state = REQUESTS.after(before, act)
    request.changed_at = clock.now()
    if request.ended_at is None and request.state not in OPEN_REQUESTS:
        request.ended_at = request.changed_at
    for name, value in said.items():
        setattr(request, name, value)
    request.save(update_fields=["state", "changed_at", "ended_at", *said])
    after = {name: str(value) for name, value in said.items()} | {"state": request.state}
    record(
        f"service_request.{_PAST[act]}",
        request,
        by=by,
        customer=request.customer,
        before={"state": before},
        after=after,
    )
