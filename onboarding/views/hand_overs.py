"""One hand-over: its gates for the provider, its one reveal for the recipient, its state for everybody else."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from environments import rules as environment_rules
from environments import selectors as environments
from environments.checklist import age
from onboarding import selectors
from onboarding.models import HandOver
from onboarding.requests import catalogue
from onboarding.requests import selectors as requests
from onboarding.services import hand_overs
from onboarding.states import HAND_OVERS
from portal.accounts import rules as roles
from portal.accounts.models import User
from portal.accounts.signed_in import person
from portal.core.errors import DomainError, Forbidden, Invalid, TooMany

_LONGEST_BODY = 4096


@require_safe
@never_cache
def detail(request: HttpRequest, id: str) -> HttpResponse:
    """Metadata only: whatever reads this address, nothing is revealed and nothing changes."""
    user = person(request)
    hand_over = selectors.hand_over(user, id)
    context = {
        "hand_over": hand_over,
        "environment": hand_over.environment,
        "urls": hand_over.frozen.get("urls", []),
        "items": list(environments.checklist(user, hand_over.environment)),
        "is_ready": environments.hand_over_ready(hand_over.environment),
        "too_old": age.too_old(hand_over.environment),
        "may_verify": environment_rules.may_verify(user, hand_over.customer),
        "is_recipient": user.pk == hand_over.recipient_id,
        "offers": catalogue.for_hand_over(is_production=hand_over.environment.is_production),
        "may_ask": hand_over.customer in requests.customers_to_ask_for(user),
        **_permissions(user, hand_over),
    }
    return render(request, "onboarding/hand_over.html", context)


def _permissions(user: User, hand_over: HandOver) -> dict[str, Any]:
    is_requester = user.pk == hand_over.requested_by_id
    waits = HAND_OVERS.allows(hand_over.state, "release")
    approver = roles.may_release_second(user)
    return {
        "is_requester": is_requester,
        "may_release": waits and approver and not is_requester and user.pk != hand_over.recipient_id,
        "is_approver": approver,
        "may_withdraw": HAND_OVERS.allows(hand_over.state, "withdraw")
        and roles.may_withdraw_hand_over(user, hand_over.customer),
    }


@require_POST
def release(request: HttpRequest, id: str) -> HttpResponse:
    hand_over = selectors.hand_over(person(request), id)
    hand_overs.release(hand_over, by=person(request))
    messages.success(request, f"The credentials are released to {hand_over.recipient}, who was told by e-mail.")
    return redirect("hand_over", id)


@require_POST
def withdraw(request: HttpRequest, id: str) -> HttpResponse:
    hand_overs.withdraw(selectors.hand_over(person(request), id), by=person(request))
    messages.success(request, "The hand-over is withdrawn. Nothing can be revealed any more.")
    return redirect("hand_over", id)


@require_POST
def acknowledge(request: HttpRequest, id: str) -> HttpResponse:
    hand_over = selectors.hand_over(person(request), id)
    hand_overs.acknowledge(hand_over, by=person(request))
    messages.success(request, f"{hand_over.environment.name} is live.")
    return redirect("hand_over", id)


@require_POST
def reveal(request: HttpRequest, id: str) -> HttpResponse:
    """Answer the recipient's browser with the credentials, once. The answer is kept in no cache and names no referrer."""
    try:
        _refuse_other_sites(request)
        hand_over = selectors.hand_over(person(request), id)
        credentials = hand_overs.reveal(hand_over, **_claim(request), by=person(request))
    except DomainError as error:
        return _private(_refusal(error))
    return _private(JsonResponse({"credentials": credentials}))


def _refuse_other_sites(request: HttpRequest) -> None:
    """A browser says where a request comes from. Source: W3C Fetch Metadata; old browsers say nothing and have CSRF."""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        raise Forbidden("Credentials are revealed from their own page only.")


def _claim(request: HttpRequest) -> dict[str, str]:
    try:
        body = json.loads(request.body[:_LONGEST_BODY])
    except ValueError:
        body = None
    given = body if isinstance(body, dict) else {}
    return {name: given[name] if isinstance(given.get(name), str) else "" for name in ("password", "claim_key")}


def _refusal(error: DomainError) -> JsonResponse:
    sentences = [problem.message for problem in error.problems] if isinstance(error, Invalid) else [error.message]
    detail = " ".join(part for part in (*sentences, error.remedy) if part)
    response = JsonResponse({"detail": detail}, status=error.status)
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.retry_after_seconds)
    return response


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    return response
