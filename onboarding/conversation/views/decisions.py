"""Decisions that both sides make before work starts."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from environments.models import Environment
from onboarding import selectors as onboardings
from onboarding.conversation import rules, selectors
from onboarding.conversation.forms import DecisionForm, DeclineForm
from onboarding.conversation.models import Decision
from onboarding.conversation.services import decisions as services
from onboarding.conversation.states import DecisionState
from onboarding.models import Onboarding
from portal.accounts.signed_in import person
from portal.core.errors import DomainError, Forbidden, Invalid
from portal.ui import paging


@require_safe
def decision_list(request: HttpRequest, id: str) -> HttpResponse:
    """Show what is decided, and what waits for whose word."""
    user = person(request)
    onboarding = onboardings.onboarding(user, id)
    page = paging.by_key(selectors.decisions(user).filter(onboarding=onboarding), request.GET)
    may_propose = rules.may_propose(user, onboarding.customer) and bool(onboarding.environments.all())
    context = {"onboarding": onboarding, "page": page, "may_propose": may_propose}
    return render(request, "onboarding/conversation/decisions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, id: str) -> HttpResponse:
    """Propose a decision, perhaps in the place of an agreed one."""
    user = person(request)
    onboarding = onboardings.onboarding(user, id)
    if not rules.may_propose(user, onboarding.customer):
        raise Forbidden("Account managers propose decisions, and the customer's administrators and contributors.")
    old = _superseded(request, onboarding)
    form = DecisionForm(
        request.POST if request.method == "POST" else None,
        initial=_initial(old),
        environments=Environment.objects.visible_to(user).filter(onboardings=onboarding).order_by("name", "pk"),
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = services.propose(onboarding, **form.cleaned_data, supersedes=old, by=user)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, "Proposed. The other side is asked for its word.")
            return redirect("decision", made.pk)
    context = {"onboarding": onboarding, "form": form, "old": old}
    return render(request, "onboarding/conversation/decision_new.html", context, status=422 if form.errors else 200)


def _superseded(request: HttpRequest, onboarding: Onboarding) -> Decision | None:
    id = request.GET.get("supersedes", "")
    if not id:
        return None
    return selectors.decision_of(person(request), onboarding, id)


def _initial(old: Decision | None) -> dict[str, Any]:
    if old is None:
        return {}
    return {"environment": old.environment_id, "kind": old.kind, "title": old.title, "text": old.text}


@require_safe
def decision(request: HttpRequest, id: str) -> HttpResponse:
    """Show one decision, and the forms of who may answer it."""
    return _shown(request, selectors.decision(person(request), id))


@require_POST
def agree(request: HttpRequest, id: str) -> HttpResponse:
    """Agree to a proposal in one's own name."""
    found = services.agree(selectors.decision(person(request), id), by=person(request))
    messages.success(request, "Agreed. It stands on record with both names.")
    return redirect("decision", found.pk)


@require_POST
def decline(request: HttpRequest, id: str) -> HttpResponse:
    """Decline a proposal, with the reason."""
    found = selectors.decision(person(request), id)
    try:
        services.decline(found, reason=request.POST.get("reason", ""), by=person(request))
    except Invalid as error:
        form = DeclineForm(request.POST)
        form.is_valid()
        if not form.errors:
            form.refuse(error)
        return _shown(request, found, form)
    messages.success(request, "Declined. Who proposed it reads your reason.")
    return redirect("decision", found.pk)


@require_POST
def withdraw(request: HttpRequest, id: str) -> HttpResponse:
    """Withdraw a proposal of one's own side."""
    found = services.withdraw(selectors.decision(person(request), id), by=person(request))
    messages.success(request, "Withdrawn. Nobody has to answer it.")
    return redirect("decision", found.pk)


def _shown(request: HttpRequest, found: Decision, form: DeclineForm | None = None) -> HttpResponse:
    user = person(request)
    is_open = found.state == DecisionState.PROPOSED
    context = {
        "decision": found,
        "onboarding": found.onboarding,
        "successor": selectors.successor(user, found),
        "form": form or DeclineForm(),
        "may_answer": is_open and rules.may_answer(user, found),
        "may_withdraw": is_open and rules.may_withdraw(user, found),
        "may_supersede": found.state == DecisionState.AGREED and rules.may_propose(user, found.customer),
    }
    status = 422 if form is not None else 200
    return render(request, "onboarding/conversation/decision.html", context, status=status)
