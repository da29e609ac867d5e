"""What the provider's people do with a request."""

from django.conf import settings
from django.db import transaction

from onboarding.conversation import selectors as conversation
from onboarding.requests import catalogue, rules, selectors
from onboarding.requests.models import ServiceRequest
from onboarding.requests.services import messages
from onboarding.requests.services.holding import hold, move
from onboarding.requests.states import Coverage
from portal.accounts.models import User
from portal.core.errors import FieldProblem, Forbidden, Invalid

_LONGEST = 5000


def take(request: ServiceRequest, *, by: User, owner: User | None = None) -> ServiceRequest:
    """Somebody works on it: whoever takes it, or the colleague that they name. It can change hands.

    Where the catalogue asks for a decision first, the work starts once one is on record (S40). Raises `Forbidden`, `Conflict`,
    `Invalid` naming `owner`.
    """
    _require_worker(by)
    chosen = owner or by
    if not selectors.workers().filter(pk=chosen.pk).exists():
        raise Invalid([FieldProblem("owner", "Select one of the provider's account managers or engineers")])
    kind = catalogue.find(request.kind)
    with transaction.atomic():
        hold(request)
        if kind and kind.decision and request.environment_id:
            conversation.require_on_record(request.environment_id, kind.decision)
        move(request, "take", by=by, owner=chosen)
        messages.taken(request, by=by)
    return request


def finish(request: ServiceRequest, *, answer: str, by: User) -> ServiceRequest:
    """It is done, and `answer` says what came of it. Raises `Forbidden`, `Conflict`, `Invalid` naming `answer`."""
    _require_worker(by)
    answer = _words(answer, "answer", "Enter what was done, so that who asked knows")
    with transaction.atomic():
        hold(request)
        move(request, "finish", by=by, answer=answer)
        messages.changed(request, by=by)
    return request


def decline(request: ServiceRequest, *, reason: str, by: User) -> ServiceRequest:
    """It is not done, and who asked is told why. Raises `Forbidden`, `Conflict`, `Invalid` naming `reason`."""
    _require_worker(by)
    reason = _words(reason, "reason", "Enter why it is not done, and what would help instead")
    with transaction.atomic():
        hold(request)
        move(request, "decline", by=by, reason=reason)
        messages.changed(request, by=by)
    return request


def route(request: ServiceRequest, *, reason: str, by: User) -> ServiceRequest:
    """It turns out to be outside the managed service: Support gets it, with the reason that who asked sees too.

    Raises `Forbidden`, `Conflict`, `Invalid` naming `reason`.
    """
    _require_worker(by)
    reason = _words(reason, "reason", "Enter why this is outside the managed service")
    with transaction.atomic():
        hold(request)
        move(request, "route", by=by, reason=reason, coverage=Coverage.SUPPORT)
        messages.routed(request)
        messages.changed(request, by=by)
    return request


def _require_worker(by: User) -> None:
    if not rules.may_work(by):
        raise Forbidden(f"Account managers and engineers of {settings.PROVIDER_NAME} work on requests.")


def _words(text: str, pointer: str, missing: str) -> str:
    text = text.replace("\r\n", "\n").strip()
    if not text:
        raise Invalid([FieldProblem(pointer, missing, "missing")])
    if len(text) > _LONGEST:
        raise Invalid([FieldProblem(pointer, f"At most {_LONGEST} characters; this has {len(text)}")])
    return text
