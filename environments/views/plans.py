"""Plans: what provisioning would change, before it does."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from environments import rules, selectors
from environments.forms import TypedNameForm
from environments.models import Plan
from environments.provisioning.step import KEEP
from environments.services import adoptions, known
from environments.services import plans as services
from environments.states import REMOVING, PlanPurpose, PlanState
from environments.views import plan_page
from environments.views.environments import frame
from portal.accounts.models import User
from portal.accounts.signed_in import person
from portal.core.errors import Invalid
from portal.ui import paging

_POLL_SECONDS = 2


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
    """`?only=changes` leaves out what stays as it is."""
    user = person(request)
    return _page(request, user, selectors.plan(user, id))


@require_POST
def approve(request: HttpRequest, id: str) -> HttpResponse:
    """Approve the plan that was shown, by its digest, and start the run. A tear-down needs the environment's name, typed."""
    user = person(request)
    found = selectors.plan(user, id)
    form = TypedNameForm(request.POST)
    given = {"digest": request.POST.get("digest", ""), "name": request.POST.get("name", "")}
    try:
        run = services.approve(found, **given, by=user)
    except Invalid as error:
        form.add_error("name", [problem.message for problem in error.problems])
        return _page(request, user, found, form)
    messages.success(request, "The plan is approved and the run has started.")
    return redirect("run", run.pk)


@require_POST
def adopt(request: HttpRequest, id: str) -> HttpResponse:
    """Use a resource that is as specified instead of making one, and have a new plan made."""
    user = person(request)
    made = adoptions.adopt(selectors.plan(user, id), request.POST.get("aws_id", ""), by=user)
    messages.success(request, "It is used as it is, and stays the customer's. The plan is computed anew.")
    return redirect("plan", made.pk)


def _page(request: HttpRequest, user: User, plan: Plan, form: TypedNameForm | None = None) -> HttpResponse:
    context = {**frame(plan.environment, "plans"), **_context(user, plan), "name_form": form or TypedNameForm()}
    context["only_changes"] = request.GET.get("only") == "changes"
    return render(request, "environments/plan.html", context, status=422 if form else 200)


def _context(user: User, plan: Plan) -> dict[str, Any]:
    is_current, takes_away = selectors.is_current(plan), plan.purpose in REMOVING
    rows = plan_page.rows(plan, known.adopted(plan.environment))
    is_open = plan.state in (PlanState.REQUESTED, PlanState.READY, PlanState.BLOCKED)
    may_approve = is_current and plan.state == PlanState.READY and rules.may_provision(user)
    needs_other = takes_away and plan.environment.is_production and plan.requested_by_id == user.pk
    return {
        "plan": plan,
        "title": plan_page.TITLES[PlanPurpose(plan.purpose)],
        "takes_away": takes_away,
        "changing": [row for row in rows if row.action != KEEP],
        "kept": [row for row in rows if row.action == KEEP],
        "resources": plan_page.resource_counts(plan, rows),
        "steps": plan_page.step_counts(rows),
        "awaited": plan_page.awaited(rows),
        "estimate": plan_page.estimate(plan),
        "is_current": is_current,
        "is_stale": not is_current and is_open,
        "run_id": getattr(getattr(plan, "run", None), "pk", ""),
        "may_approve": may_approve and not needs_other,
        "needs_other": may_approve and needs_other,
        "may_adopt": rules.may_provision(user),
        "may_request": rules.may_request_plan(user),
        "poll_seconds": _POLL_SECONDS if plan.state == PlanState.REQUESTED else 0,
    }
