"""The environments, and the one page about one environment."""

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from environments import rules, selectors
from environments.catalogue import products as catalogue
from environments.models import Environment, Plan, ProductDeployment, Run
from environments.services import stand_in
from environments.states import EnvironmentKind, PlanState, RunState
from environments.views import next_act, steps
from environments.views.words import kind_words
from portal.accounts.signed_in import person
from portal.ui import paging

_LONGEST_SEARCH = 80
# How often the page asks, in seconds: what works changes soon, what waits for a person seldom.
_POLL_SECONDS = {
    RunState.QUEUED: 2,
    RunState.RUNNING: 2,
    RunState.WAITING: 15,
    RunState.FAILED: 15,
    RunState.PAUSED: 15,
}
_PLAN_POLL_SECONDS = 2


@require_safe
def environment_list(request: HttpRequest) -> HttpResponse:
    user = person(request)
    words = request.GET.get("q", "").replace("\x00", "").strip()[:_LONGEST_SEARCH]
    kind = request.GET.get("kind", "")
    kind = kind if kind in EnvironmentKind.values else ""
    rows = selectors.environments_at_work(user, words=words, kind=kind)
    context = {
        "page": paging.by_key(rows, request.GET),
        "words": words,
        "kind": kind,
        "kinds": EnvironmentKind.choices,
        "is_filtered": bool(words or kind),
    }
    return render(request, "environments/list.html", context)


@require_safe
def detail(request: HttpRequest, id: str) -> HttpResponse:
    user = person(request)
    environment = selectors.environment(user, id)
    plan, run = selectors.latest_plan(environment), selectors.latest_run(environment)
    seen = _seen(environment, plan, run)
    if request.headers.get("HX-Request") and request.GET.get("seen") == seen:
        return HttpResponse(status=204)
    context = {
        **frame(environment, "overview"),
        "plan": plan,
        "plan_is_current": plan is not None and selectors.is_current(plan),
        "run": run,
        "ready_steps": steps.ready_count(run) if run else 0,
        "waiting": next_act.waiting_on_customer(run) if run else None,
        "next": next_act.of(user, environment, plan, run),
        "drawing": drawing(environment),
        "link": selectors.data_centre(environment).choice,
        "products": [(product_name(row), row) for row in environment.product_deployments.order_by("hostname")],
        "stand_in_available": stand_in.available(),
        "seen": seen,
        "milestone": steps.milestone(run) if run else "",
        "may_take_away": rules.may_provision(user) and plan is not None,
        "poll_seconds": _poll_seconds(plan, run),
    }
    return render(request, "environments/detail.html", context)


def _seen(environment: Environment, plan: Plan | None, run: Run | None) -> str:
    """Return what the page shows, in short. As long as it is the same, a page that asks again keeps what it has."""
    facts: list[Any] = [plan and f"{plan.pk}.{plan.state}", run and f"{run.pk}.{run.state}.{steps.milestone(run)}"]
    facts += [environment.green, environment.has_drifted, environment.torn_down_at]  # type: ignore[attr-defined]
    digest = hashlib.sha256(f"{facts}".encode())
    return digest.hexdigest()[:16]


def _poll_seconds(plan: Plan | None, run: Run | None) -> int:
    if plan and plan.state == PlanState.REQUESTED:
        return _PLAN_POLL_SECONDS
    return _POLL_SECONDS.get(RunState(run.state), 0) if run else 0


@require_safe
def resources(request: HttpRequest, id: str) -> HttpResponse:
    """What stands in AWS for this environment."""
    user = person(request)
    environment = selectors.environment(user, id)
    page = paging.by_key(selectors.resources(user, environment), request.GET)
    rows = [(row, kind_words(row.kind)) for row in page.rows]
    adopted = [(row, kind_words(row.kind)) for row in selectors.adoptions(user, environment)]
    context = {**frame(environment, "resources"), "page": page, "rows": rows, "adopted": adopted}
    return render(request, "environments/resources.html", context)


def frame(environment: Environment, tab: str) -> dict[str, Any]:
    """Return what the head and the tabs of every page about an environment need."""
    return {"environment": environment, "tab": tab}


def drawing(environment: Environment) -> dict[str, Any]:
    """Return the network, with each connection leading to the checklist item that proves it."""
    data = selectors.topology(environment)
    page = reverse("environment_checklist", args=[environment.pk])
    edges = [{**edge, "url": f"{page}#item-{edge['item']}" if edge.get("item") else ""} for edge in data["edges"]]
    return {**data, "edges": edges}


def product_name(row: ProductDeployment) -> str:
    known = catalogue.BY_KEY.get(row.product)
    return known.name if known else row.product
