"""Runs: watched, mended, resumed."""

import re
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from environments import rules, selectors
from environments.forms import PauseForm
from environments.models import AwsCall, Run
from environments.provisioning.steps import BY_KEY
from environments.services import stand_in, steering
from environments.states import ACTIVE_RUNS, REMOVING, RUNS, PlanPurpose, RunState, StepState
from environments.views import next_act, steps
from environments.views.environments import frame
from portal.accounts.signed_in import person
from portal.core import clock
from portal.core.errors import Invalid
from portal.ui import paging

# How often the page asks, in seconds; a run that ended, or that a person must mend, is not asked for.
_POLL_SECONDS = {RunState.QUEUED: 2, RunState.RUNNING: 2, RunState.WAITING: 5}
_CALLS = 25
_TITLES = {PlanPurpose.PROVISION: "Run", PlanPurpose.TEAR_DOWN: "Tear-down", PlanPurpose.RESET: "Reset"}
_LONGEST_SEARCH = 80


@require_safe
def run_list(request: HttpRequest, id: str) -> HttpResponse:
    user = person(request)
    environment = selectors.environment(user, id)
    page = paging.by_key(selectors.runs(user).filter(environment=environment), request.GET)
    rows = [(run, steps.ready_count(run), len(run.steps.all())) for run in page.rows]
    return render(request, "environments/runs.html", {**frame(environment, "runs"), "page": page, "rows": rows})


@require_safe
def run(request: HttpRequest, id: str) -> HttpResponse:
    return render(request, "environments/run.html", _context(request, id))


@require_safe
@never_cache
def live(request: HttpRequest, id: str) -> HttpResponse:
    """The part of the run's page that refreshes itself."""
    return render(request, "environments/run/live.html", _context(request, id))


@require_POST
def retry(request: HttpRequest, id: str) -> HttpResponse:
    """Start a stopped step again, or all of them where none is named."""
    user = person(request)
    steering.retry(selectors.run(user, id), by=user, step_key=request.POST.get("step") or None)
    messages.success(request, "The run goes on from the step that stopped. What is done stays done.")
    return redirect("run", id)


@require_POST
def look_again(request: HttpRequest, id: str) -> HttpResponse:
    user = person(request)
    steering.look_again(selectors.run(user, id), by=user)
    messages.success(request, "The run looks at AWS again now.")
    return redirect("run", id)


@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: HttpRequest, id: str) -> HttpResponse:
    """Say what a pause means and ask why, before the run is held."""
    user = person(request)
    found = selectors.run(user, id)
    steering.require_operator(user)
    form = PauseForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            steering.pause(found, note=form.cleaned_data["note"], by=user)
        except Invalid as error:
            form.add_error("note", [problem.message for problem in error.problems])
        else:
            messages.success(request, "The run is paused. Nothing more is changed until somebody resumes it.")
            return redirect("run", id)
    context = {**frame(found.environment, "runs"), "run": found, "form": form}
    return render(request, "environments/run_pause.html", context, status=422 if form.errors else 200)


@require_POST
def resume(request: HttpRequest, id: str) -> HttpResponse:
    user = person(request)
    steering.resume(selectors.run(user, id), by=user)
    messages.success(request, "The run goes on where it stood.")
    return redirect("run", id)


@require_POST
def cancel(request: HttpRequest, id: str) -> HttpResponse:
    user = person(request)
    steering.cancel(selectors.run(user, id), by=user)
    messages.success(request, "The run is cancelled. What it made stays, and is under Resources.")
    return redirect("run", id)


def _context(request: HttpRequest, id: str) -> dict[str, Any]:
    user = person(request)
    found = selectors.run(user, id)
    waiting = next_act.waiting_on_customer(found)
    return {
        **frame(found.environment, "runs"),
        "run": found,
        "groups": steps.groups(steps.lines(found, clock.now())),
        "bars": steps.bars(found),
        "ready_steps": steps.ready_count(found),
        "total_steps": len(found.steps.all()),
        "title": _TITLES[PlanPurpose(found.plan.purpose)],
        "takes_away": found.plan.purpose in REMOVING,
        "milestone": steps.milestone(found),
        "is_active": found.state in ACTIVE_RUNS,
        "may_pause": RUNS.allows(found.state, "pause"),
        "now": clock.now(),
        "waiting": waiting,
        "may_steer": rules.may_provision(user),
        "may_look": rules.may_verify(user, found.environment.customer),
        "may_stand_in": stand_in.available() and rules.may_act_as_customer(user, found.environment.customer),
        "poll_seconds": _poll_seconds(found),
        **_journal(request, found),
    }


def _poll_seconds(run: Run) -> int:
    """A run that stopped at one step is asked for as long as others of its steps are at work."""
    works = any(step.state == StepState.RUNNING for step in run.steps.all())
    state = RunState.RUNNING if run.state == RunState.FAILED and works else RunState(run.state)
    return _POLL_SECONDS.get(state, 0)


def _journal(request: HttpRequest, run: Run) -> dict[str, Any]:
    """Return the AWS calls, the newest first; `?changes=1` leaves out those that only looked, `?q=` finds some of them."""
    only_changes = request.GET.get("changes") == "1"
    words = request.GET.get("q", "").replace("\x00", "").strip()[:_LONGEST_SEARCH]
    calls = selectors.aws_calls(person(request), run)
    calls = calls.filter(changes=True) if only_changes else calls
    page = paging.by_key(calls.filter(_with(words)) if words else calls, request.GET, _CALLS)
    rows = [(call, _step_title(call)) for call in page.rows]
    return {
        "calls": rows,
        "page": page,
        "only_changes": only_changes,
        "words": words,
        "query": request.GET.urlencode(),
    }


def _with(words: str) -> Q:
    """Return the calls that have these words in their service, operation (as written in Python or by AWS) or step."""
    steps_named = [key for key, step in BY_KEY.items() if words.lower() in step.title.lower()]
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", words).lower()
    found = Q(service__icontains=words) | Q(operation__icontains=words) | Q(operation__icontains=snake)
    return found | Q(step__icontains=words) | Q(step__in=steps_named)


def _step_title(call: AwsCall) -> str:
    known = BY_KEY.get(call.step)
    return known.title if known else call.step
