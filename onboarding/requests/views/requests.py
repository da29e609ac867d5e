"""Service requests: what was asked for, and asking for something."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from onboarding.requests import catalogue, selectors
from onboarding.requests.catalogue import Kind
from onboarding.requests.forms import AskForm
from onboarding.requests.models import ServiceRequest
from onboarding.requests.services import asking
from onboarding.requests.states import RequestState
from portal.accounts.models import Customer
from portal.accounts.signed_in import person
from portal.core.errors import DomainError, FieldProblem, Forbidden, NotFound
from portal.ui import paging


@require_safe
def request_list(request: HttpRequest) -> HttpResponse:
    """Show what was asked for, the newest first, perhaps only in one state."""
    user = person(request)
    state = request.GET.get("state", "")
    rows = selectors.requests(user)
    page = paging.by_key(rows.filter(state=state) if state in RequestState.values else rows, request.GET)
    context = {
        "page": page,
        "state": state,
        "states": RequestState.choices,
        "may_ask": bool(selectors.customers_to_ask_for(user)),
        "most_used": catalogue.most_used(),
        "shows_customer": user.is_provider,
    }
    return render(request, "onboarding/requests/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """First the picker, which says of each kind who does it; then the form of the kind that was picked."""
    user = person(request)
    customers = selectors.customers_to_ask_for(user)
    if not customers:
        raise Forbidden("Administrators and contributors of a customer ask for things, and those who work for them.")
    given = request.POST if request.method == "POST" else request.GET
    customer = _customer(customers, given.get("customer", ""))
    kind = catalogue.find(given.get("kind", ""))
    context: dict[str, Any] = {"customers": customers, "customer": customer, "kind": kind}
    if kind is None or customer is None:
        problems = [] if request.method != "POST" else _unpicked(kind, customer)
        context |= {"areas": catalogue.by_area(), "problems": problems, "environment": given.get("environment", "")}
        return render(request, "onboarding/requests/pick.html", context, status=422 if problems else 200)
    form = AskForm(
        request.POST if request.method == "POST" else None,
        initial={"environment": request.GET.get("environment", "")},
        kind=kind,
        environments=selectors.environments_to_name(user, customer, kind),
    )
    if request.method == "POST" and form.is_valid():
        try:
            made = asking.ask(customer, kind=kind.key, by=user, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _said(made))
            return redirect("service_request", made.pk)
    return render(
        request, "onboarding/requests/ask.html", {**context, "form": form}, status=422 if form.errors else 200
    )


def _customer(customers: list[Customer], id: str) -> Customer | None:
    """Return the one that is named, or the only one there is."""
    if id:
        found = next((customer for customer in customers if customer.pk == id), None)
        if found is None:
            raise NotFound
        return found
    return customers[0] if len(customers) == 1 else None


def _unpicked(kind: Kind | None, customer: Customer | None) -> list[FieldProblem]:
    problems = [FieldProblem("customer", "Select the customer")] if customer is None else []
    return [*problems, FieldProblem("kind", "Select what you ask for")] if kind is None else problems


def _said(made: ServiceRequest) -> str:
    if made.state == RequestState.ROUTED:
        return "Sent. It is outside the managed service, so Support has it now."
    return "Sent. You hear as soon as somebody works on it."
