"""The link to the data centre: the router's configuration and the tunnels, or the milestones of a line."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from environments import rules, selectors
from environments.forms import ConfigurationForm, MilestoneForm
from environments.models import Environment
from environments.provisioning.specification import Spec
from environments.provisioning.steps import direct_connect
from environments.services import milestones, stand_in, vpn_configurations
from environments.views.environments import frame
from portal.accounts.models import User
from portal.accounts.signed_in import person
from portal.core import clock
from portal.core.errors import Invalid


@require_safe
@never_cache
def detail(request: HttpRequest, id: str) -> HttpResponse:
    """Nothing secret is on it: whatever reads this address, no key is shown."""
    user = person(request)
    return render(request, "environments/data_centre.html", _context(user, selectors.environment(user, id)))


@require_POST
@never_cache
def configuration(request: HttpRequest, id: str) -> HttpResponse:
    """Answer with the file, which no cache keeps."""
    user = person(request)
    environment = selectors.environment(user, id)
    form = ConfigurationForm(request.POST)
    if form.is_valid():
        try:
            found = vpn_configurations.reveal(environment, password=form.cleaned_data["password"], by=user)
        except Invalid as error:
            _refuse(form, error)
        else:
            return _file(found)
    return _again(request, user, environment, configuration_form=form)


@require_POST
def reach(request: HttpRequest, id: str) -> HttpResponse:
    user = person(request)
    environment = selectors.environment(user, id)
    form = MilestoneForm(request.POST)
    if form.is_valid():
        try:
            milestones.record(environment, by=user, **form.cleaned_data)
        except Invalid as error:
            _refuse(form, error)
        else:
            messages.success(request, "The milestone is recorded.")
            return redirect("data_centre", id)
    return _again(request, user, environment, milestone_form=form)


@require_POST
def take_back(request: HttpRequest, id: str, key: str) -> HttpResponse:
    user = person(request)
    milestones.take_back(selectors.environment(user, id), key, by=user)
    messages.success(request, "The milestone is taken back.")
    return redirect("data_centre", id)


def _file(found: vpn_configurations.Configuration) -> HttpResponse:
    response = HttpResponse(found.text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{found.file_name}"'
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response


def _refuse(form: forms.Form, error: Invalid) -> None:
    for problem in error.problems:
        form.add_error(problem.pointer, problem.message)


def _again(request: HttpRequest, user: User, environment: Environment, **forms_: forms.Form) -> HttpResponse:
    context = {**_context(user, environment), **forms_}
    return render(request, "environments/data_centre.html", context, status=422)


def _context(user: User, environment: Environment) -> dict[str, Any]:
    answers = selectors.data_centre(environment)
    return {
        **frame(environment, "data_centre"),
        "answers": answers,
        "may_configure": rules.may_reveal_configuration(user, environment.customer),
        "may_record": rules.may_record_milestone(user, environment.customer),
        "stand_in_available": stand_in.available(),
        "may_stand_in": stand_in.available() and rules.may_act_as_customer(user, environment.customer),
        **(_vpn(environment) if answers.choice == "vpn" else {}),
        **(_line(environment) if answers.choice == "direct_connect" else {}),
    }


def _vpn(environment: Environment) -> dict[str, Any]:
    return {
        "sealed": vpn_configurations.sealed(environment),
        "router": vpn_configurations.router(environment),
        "tunnels": environment.resources.filter(step="vpn_tunnels").order_by("name"),
        "configuration_form": ConfigurationForm(),
    }


def _line(environment: Environment) -> dict[str, Any]:
    """Return the milestones in their order, each with what was recorded of it; and the form of the next one."""
    spec = Spec.of(environment.specifications.order_by("-version")[0].content)
    recorded = {row.key: row for row in environment.milestones.select_related("recorded_by")}
    rows = [(one, direct_connect.asks(one, spec), recorded.get(one.key)) for one in direct_connect.MILESTONES]
    following = next((one for one, _, done in rows if done is None), None)
    latest = [one.key for one, _, done in rows if done]
    form = MilestoneForm(initial={"key": following.key, "done_on": clock.now().date()}) if following else None
    if form and following:
        form.fields["evidence"].help_text = following.evidence
    return {
        "milestones": rows,
        "following": following,
        "latest_key": latest[-1] if latest else "",
        "milestone_form": form,
    }
