"""Taking an environment away, or resetting it: what goes, what stays, and its name to be typed. The result is a plan."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from environments import selectors
from environments.forms import TypedNameForm
from environments.models import Environment, Resource
from environments.provisioning.graph import ACCESS
from environments.provisioning.steps import STEPS
from environments.services import known, tear_downs
from environments.states import ACTIVE_RUNS, PlanPurpose
from environments.views.environments import frame
from environments.views.words import kind_words
from portal.accounts.signed_in import person
from portal.core.errors import Invalid


@require_http_methods(["GET", "HEAD", "POST"])
def tear_down(request: HttpRequest, id: str) -> HttpResponse:
    return _page(request, id, PlanPurpose.TEAR_DOWN)


@require_http_methods(["GET", "HEAD", "POST"])
def reset(request: HttpRequest, id: str) -> HttpResponse:
    return _page(request, id, PlanPurpose.RESET)


def _page(request: HttpRequest, id: str, purpose: PlanPurpose) -> HttpResponse:
    user = person(request)
    environment = selectors.environment(user, id)
    tear_downs.require_possible(environment, purpose, by=user)
    form = TypedNameForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            plan = tear_downs.request(environment, purpose, name=form.cleaned_data["name"], by=user)
        except Invalid as error:
            form.add_error("name", [problem.message for problem in error.problems])
        else:
            return redirect("plan", plan.pk)
    context = {
        **frame(environment, "overview"),
        **_goes_and_stays(environment),
        "form": form,
        "resets": purpose == PlanPurpose.RESET,
        "is_under_way": environment.runs.filter(state__in=ACTIVE_RUNS).exists(),
    }
    return render(request, "environments/tear_down.html", context, status=422 if form.errors else 200)


def _goes_and_stays(environment: Environment) -> dict[str, Any]:
    """Return the steps whose resources go, with these; those whose resources stay, with why; and what was adopted."""
    adopted = list(environment.adoptions.order_by("pk"))
    kept = {one.aws_id for one in adopted}
    standing = known.standing(environment)
    seen: dict[str, list[tuple[str, Resource]]] = {}
    for row in environment.resources.exclude(aws_id__in=kept).order_by("pk"):
        seen.setdefault(row.step, []).append((kind_words(row.kind), row))
    steps = [step for step in STEPS if step.key in standing and step.key not in ACCESS]
    going = [(step.title, seen.get(step.key, [])) for step in reversed(steps) if not step.remains]
    return {
        "going": going,
        "going_resources": sum(len(rows) for _, rows in going),
        "staying": [(step.title, step.remains) for step in steps if step.remains],
        "adopted": [(kind_words(one.kind), one) for one in adopted],
    }
