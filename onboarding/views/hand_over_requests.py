"""Requesting a hand-over: the gates, the recipient and the reason."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from environments import rules as environment_rules
from environments import selectors as environments
from environments.checklist import age
from environments.models import Environment
from onboarding import selectors
from onboarding.forms import HandOverForm
from onboarding.services import hand_overs
from onboarding.states import OPEN_HAND_OVERS
from portal.accounts import rules as roles
from portal.accounts.signed_in import person
from portal.core.errors import Conflict, Forbidden, Invalid


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, id: str) -> HttpResponse:
    """Ask a second person to release the credentials of an environment. An open hand-over is shown instead."""
    user = person(request)
    environment = environments.environment(user, id)
    if not roles.may_release_first(user):
        raise Forbidden("Only account managers and engineers request a hand-over.")
    open_now = selectors.hand_overs(user).filter(environment=environment, state__in=OPEN_HAND_OVERS).first()
    if open_now and request.method != "POST":
        return redirect("hand_over", open_now.pk)
    form = HandOverForm(request.POST if request.method == "POST" else None, customer=environment.customer)
    if request.method == "POST" and form.is_valid():
        try:
            hand_over = hand_overs.request(environment, **form.cleaned_data, by=user)
        except (Invalid, Conflict) as error:
            form.refuse(error)
        else:
            messages.success(request, "The hand-over is requested. A release approver releases it.")
            return redirect("hand_over", hand_over.pk)
    return render(request, "onboarding/hand_over_new.html", _context(request, environment, form), status=_status(form))


def _status(form: HandOverForm) -> int:
    return 422 if form.errors else 200


def _context(request: HttpRequest, environment: Environment, form: HandOverForm) -> dict[str, object]:
    user = person(request)
    items = list(environments.checklist(user, environment))
    return {
        "environment": environment,
        "items": items,
        "green": sum(item.state == "green" for item in items),
        "is_ready": environments.hand_over_ready(environment),
        "too_old": age.too_old(environment),
        "may_verify": environment_rules.may_verify(user, environment.customer),
        "form": form,
    }
