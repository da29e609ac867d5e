"""Asking for something, and taking it back."""

from django.db import transaction

from environments.models import Environment
from onboarding.requests import catalogue, rules, selectors
from onboarding.requests.catalogue import Kind
from onboarding.requests.models import ServiceRequest
from onboarding.requests.services import messages
from onboarding.requests.services.holding import hold, move
from onboarding.requests.states import Coverage, RequestState
from portal.accounts.models import Customer, User
from portal.audit.services import record
from portal.core import clock
from portal.core.errors import FieldProblem, Forbidden, Invalid

LONGEST_DETAILS = 5000
"""Characters of what is asked for."""


def ask(
    customer: Customer, *, kind: str, details: str, by: User, environment: Environment | None = None
) -> ServiceRequest:
    """A request stands. What is outside the managed service is routed to Support at once, with the reason that was shown.

    Raises `Forbidden`; `Invalid` naming `kind`, `environment` or `details`.
    """
    if not rules.may_ask(by, customer):
        raise Forbidden(
            "Administrators and contributors of the customer ask for things; you can read what they asked for."
        )
    what, details = catalogue.find(kind), details.replace("\r\n", "\n").strip()
    if what is None:
        raise Invalid([FieldProblem("kind", "Select what you ask for", "missing" if not kind else "unknown_kind")])
    problems = _problems(what, customer, environment, details)
    if problems:
        raise Invalid(problems)
    now, goes_to_support = clock.now(), what.coverage == Coverage.SUPPORT
    with transaction.atomic():
        request = ServiceRequest.objects.create(
            customer=customer,
            onboarding=selectors.onboarding_of(customer, environment),
            environment=environment,
            kind=what.key,
            details=details,
            coverage=what.coverage,
            reason=what.why if what.coverage != Coverage.INCLUDED else "",
            state=RequestState.ROUTED if goes_to_support else RequestState.OPEN,
            asked_by=by,
            asked_at=now,
            changed_at=now,
            ended_at=now if goes_to_support else None,
        )
        after = {"kind": what.key, "coverage": what.coverage, "state": request.state, "details": details}
        record("service_request.opened", request, by=by, customer=customer, after=after)
        if goes_to_support:
            messages.routed(request)
        messages.opened(request)
    return request


def _problems(what: Kind, customer: Customer, environment: Environment | None, details: str) -> list[FieldProblem]:
    problems = []
    if environment and environment.customer_id != customer.pk:
        problems.append(FieldProblem("environment", "Select an environment of this customer", "unknown_id"))
    elif what.environment == "none" and environment:
        problems.append(FieldProblem("environment", f"“{what.title}” is about no environment. Leave this empty"))
    elif what.environment != "none" and environment is None:
        problems.append(FieldProblem("environment", "Select the environment", "missing"))
    elif environment and not what.suits(is_production=environment.is_production):
        wanted = what.environment.replace("_", "-")
        problems.append(FieldProblem("environment", f"“{what.title}” is for {wanted}: select such an environment"))
    if not details:
        problems.append(FieldProblem("details", f"Enter what we need to know: {what.ask.lower()}", "missing"))
    elif len(details) > LONGEST_DETAILS:
        message = f"At most {LONGEST_DETAILS} characters; this has {len(details)}. Add the rest as a file to a comment"
        problems.append(FieldProblem("details", message))
    return problems


def withdraw(request: ServiceRequest, *, by: User) -> ServiceRequest:
    """Nobody works on it any more. Raises `Forbidden`, `Conflict` where it has ended."""
    if not rules.may_withdraw(by, request):
        raise Forbidden("Administrators and contributors of the customer withdraw a request.")
    with transaction.atomic():
        hold(request)
        move(request, "withdraw", by=by)
        messages.withdrawn(request, by=by)
    return request
