"""Acts of the portfolio: handing onboardings over, and keeping views."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from onboarding import rules, selectors
from onboarding.models import Onboarding
from onboarding.portfolio import Filters
from onboarding.reports.forms import AssignmentForm, ViewForm
from onboarding.reports.services import views as saved
from onboarding.services import assignments
from portal.accounts import rules as roles
from portal.accounts.signed_in import person
from portal.core.errors import Forbidden, Invalid


@require_http_methods(["GET", "HEAD", "POST"])
def assign(request: HttpRequest) -> HttpResponse:
    """Ask who gets the selected onboardings; POST with a person hands them over."""
    user = person(request)
    if not rules.may_assign(user):
        raise Forbidden("Only an account manager hands an onboarding over.")
    sent = request.POST if request.method == "POST" else request.GET
    back = _back(sent.get("back", ""))
    selected = _selected(request, sent.getlist("onboarding"))
    form = AssignmentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            _say(request, assignments.assign(selected, **form.cleaned_data, by=user))
        except Invalid as error:
            form.refuse(error)
        else:
            return redirect(back)
    context = {"form": form, "selected": selected, "back": back, "query": sent.get("back", "")}
    return render(request, "onboarding/portfolio/assign.html", context, status=422 if form.errors else 200)


def _selected(request: HttpRequest, keys: list[str]) -> list[Onboarding]:
    asked = keys[: assignments.MOST_AT_ONCE + 1]
    return list(selectors.listed_onboardings(person(request)).filter(pk__in=asked))


def _back(query: str) -> str:
    """Return the address of the view that somebody came from: only the portfolio, whatever was sent."""
    address = Filters.of_address(query).address()
    return f"{reverse('onboarding_list')}?{address}" if address else reverse("onboarding_list")


def _say(request: HttpRequest, outcome: assignments.Outcome) -> None:
    number = len(outcome.assigned)
    if number:
        words = outcome.assigned[0].reference if number == 1 else f"{number} onboardings"
        messages.success(request, f"{words} handed over to {outcome.account_manager}.")
    for refused in outcome.refused:
        messages.warning(request, refused.message)
    if outcome.unchanged:
        names = ", ".join(row.reference for row in outcome.unchanged[:5])
        messages.info(
            request, f"Already with {outcome.account_manager}: {names}{' …' if outcome.unchanged[5:] else ''}"
        )


@require_POST
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the filters of the page under a name."""
    user = person(request)
    query = request.POST.get("query", "")
    form = ViewForm(request.POST)
    if form.is_valid():
        try:
            view = saved.save(**form.cleaned_data, query=query, by=user)
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, f"View {view.name} saved.")
            return redirect(_back(view.query))
    elif not roles.is_provider(user):
        raise Forbidden("Only the provider's people have a portfolio.")
    context = {"form": form, "query": query, "back": _back(query), "may_share": saved.may_share(user)}
    return render(request, "onboarding/portfolio/view.html", context, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
def view(request: HttpRequest, id: str) -> HttpResponse:
    """Rename a view, share it, or stop sharing it."""
    user = person(request)
    found = saved.one(user, id)
    if not saved.may_change(user, found):
        raise Forbidden(f"This view is {found.owner}'s.", remedy="Save one of your own with the same filters.")
    initial = {"name": found.name, "shared": found.shared}
    form = ViewForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            saved.change(found, **form.cleaned_data, by=user)
        except Invalid as error:
            form.refuse(error)
        else:
            messages.success(request, f"View {found.name} saved.")
            return redirect(_back(found.query))
    context = {"form": form, "view": found, "back": _back(found.query), "may_share": saved.may_share(user)}
    return render(request, "onboarding/portfolio/view.html", context, status=422 if form.errors else 200)


@require_POST
def delete_view(request: HttpRequest, id: str) -> HttpResponse:
    """A view is no longer kept."""
    user = person(request)
    found = saved.one(user, id)
    name = found.name
    saved.delete(found, by=user)
    messages.success(request, f"View {name} deleted.")
    return redirect("onboarding_list")
