"""Plans: what provisioning would change, before it does."""

from collections import Counter
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from environments import rules, selectors
from environments.models import Plan
from environments.provisioning import plan as planning
from environments.services import plans as services
from environments.states import PlanState
from environments.views.environments import frame
from environments.views.steps import owner_name
from portal.accounts.models import User
from portal.accounts.signed_in import person
from portal.ui import paging

_POLL_SECONDS = 2
# How each action of a plan is told: its word, hue and shape, and the sign that stands for it beside the colour.
_ACTIONS: dict[str, dict[str, str]] = {
    planning.CREATE: {"word": "Create", "hue": "done", "shape": "plus"},
    planning.CHANGE: {"word": "Change", "hue": "you", "shape": "pencil"},
    planning.REMOVE: {"word": "Remove", "hue": "stop", "shape": "trash"},
    planning.KEEP: {"word": "Keep", "hue": "idle", "shape": "tick"},
    planning.WAIT: {"word": "Wait", "hue": "you", "shape": "clock"},
    planning.BLOCKED: {"word": "Blocked", "hue": "stop", "shape": "octagon"},
}


@require_http_methods(["GET", "HEAD", "POST"])
def plans(request: HttpRequest, id: str) -> HttpResponse:
    """List the environment's plans; POST has a new one made."""
    user = person(request)
    environment = selectors.environment(user, id)
    if request.method == "POST":
        return redirect("plan", services.request(environment, by=user).pk)
    page = paging.by_key(selectors.plans(user).filter(environment=environment), request.GET)
    context = {
        **frame(environment, "plans"),
        "page": page,
        "may_request": rules.may_request_plan(user) and environment.specifications.exists(),
    }
    return render(request, "environments/plans.html", context)


@require_safe
def plan(request: HttpRequest, id: str) -> HttpResponse:
    user = person(request)
    found = selectors.plan(user, id)
    return render(request, "environments/plan.html", {**frame(found.environment, "plans"), **_context(user, found)})


@require_POST
def approve(request: HttpRequest, id: str) -> HttpResponse:
    """Approve the plan that was shown, by its digest, and start the run."""
    user = person(request)
    run = services.approve(selectors.plan(user, id), digest=request.POST.get("digest", ""), by=user)
    messages.success(request, "The plan is approved and the run has started.")
    return redirect("run", run.pk)


def _context(user: User, plan: Plan) -> dict[str, Any]:
    is_current = selectors.is_current(plan)
    counts = Counter(finding["action"] for finding in plan.findings)
    return {
        "plan": plan,
        "rows": [_row(plan, finding) for finding in plan.findings],
        "counts": [(look, counts[action]) for action, look in _ACTIONS.items()],
        "is_current": is_current,
        "is_stale": not is_current and plan.state in (PlanState.REQUESTED, PlanState.READY, PlanState.BLOCKED),
        "run_id": getattr(getattr(plan, "run", None), "pk", ""),
        "may_approve": is_current and plan.state == PlanState.READY and rules.may_provision(user),
        "may_request": rules.may_request_plan(user),
        "poll_seconds": _POLL_SECONDS if plan.state == PlanState.REQUESTED else 0,
    }


def _row(plan: Plan, finding: dict[str, Any]) -> dict[str, Any]:
    waits_for = finding.get("waits_for") or ""
    name = owner_name(waits_for, plan.environment.customer.name) if waits_for else ""
    return {**finding, "look": _ACTIONS[finding["action"]], "waits_for": name}
