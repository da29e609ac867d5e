"""Drift: what differs in AWS from the approved answers, and who decides what to do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from environments import rules, selectors
from environments.models import DriftCheck, Environment
from environments.provisioning.step import CUSTOMER, KEEP
from environments.services import checklist
from environments.views import plan_page
from environments.views.environments import frame
from portal.accounts.signed_in import person
from portal.core import clock
from portal.ui import paging

_POLL_SECONDS = 2
_EARLIER = 10
_CUSTOMERS_TO_SETTLE = ("peering_rejected", "peering_expired")
"""The codes of what the customer did, or left undone: no repair of ours mends it before they agree."""


@dataclass(frozen=True, slots=True)
class Side:
    """Who decides about these differences, and what that means."""

    name: str
    why: str
    hue: str
    shape: str
    rows: Sequence[plan_page.Row]


@require_http_methods(["GET", "HEAD", "POST"])
def drift(request: HttpRequest, id: str) -> HttpResponse:
    """Show the latest comparison and those before it; POST has a new one made."""
    user = person(request)
    environment = selectors.environment(user, id)
    if request.method == "POST":
        checklist.request_verification(environment, by=user)
        return redirect("environment_drift", id)
    page = paging.by_key(selectors.drift_checks(user, environment), request.GET, _EARLIER)
    latest = selectors.drift_checks(user, environment).first()
    is_watched = selectors.is_watched(environment)
    context = {
        **frame(environment, "drift"),
        "latest": latest,
        "now": clock.now(),
        "sides": _sides(environment, latest) if latest else [],
        "next_at": latest.checked_at + settings.DRIFT_INTERVAL if latest and is_watched else None,
        "page": page,
        "history": [(check, _steps(check)) for check in page.rows],
        "is_watched": is_watched,
        "is_checking": environment.check_requested_at is not None,
        "may_check": rules.may_verify(user, environment.customer) and is_watched,
        "may_request": rules.may_request_plan(user) and is_watched,
        "poll_seconds": _POLL_SECONDS if environment.check_requested_at else 0,
    }
    return render(request, "environments/drift.html", context)


def _sides(environment: Environment, check: DriftCheck) -> list[Side]:
    rows = plan_page.rows_of(check.findings, environment.customer.name)
    theirs = {found["step"] for found in check.findings if _is_the_customers(found)}
    customer = [row for row in rows if row.key in theirs]
    ours = [row for row in rows if row.key not in theirs]
    provider = settings.PROVIDER_NAME
    told = [
        Side(
            environment.customer.name,
            "No repair helps before they have acted, or agreed to what comes next.",
            "you",
            "diamond",
            customer,
        ),
        Side(
            f"{provider} operations",
            "They decide whether AWS is repaired, by a plan, or the answers change.",
            "work",
            "half",
            ours,
        ),
    ]
    return [side for side in told if side.rows]


def _is_the_customers(found: dict[str, Any]) -> bool:
    return found.get("waits_for") == CUSTOMER or found.get("code") in _CUSTOMERS_TO_SETTLE


def _steps(check: DriftCheck) -> list[str]:
    return [found["title"] for found in check.findings if found["action"] != KEEP]
