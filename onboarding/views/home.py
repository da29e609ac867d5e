"""Where a person arrives, and the list of onboardings: a customer's own, or the provider's portfolio."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from onboarding import portfolio, rules
from onboarding.reports import home as outlooks
from onboarding.reports.services import views as saved_views
from portal.accounts.signed_in import person


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Send a customer with one onboarding straight to it, everyone else to the list."""
    user = person(request)
    only = None if user.is_provider else portfolio.only_one(user)
    return redirect("onboarding", only) if only else redirect("onboarding_list")


@require_safe
def onboarding_list(request: HttpRequest) -> HttpResponse:
    user = person(request)
    if not user.is_provider:
        return render(request, "onboarding/list.html", {"rows": outlooks.needs(user)})
    page = portfolio.page(user, portfolio.Filters.of(request.GET))
    context = {
        "page": page,
        "managers": portfolio.managers(),
        "stages": portfolio.STAGES,
        "turns": portfolio.TURNS,
        "dues": portfolio.DUE,
        "views": saved_views.of_page(user, page.filters),
        "may_open": rules.may_open(user),
        "may_assign": rules.may_assign(user),
        "may_share": saved_views.may_share(user),
    }
    return render(request, "onboarding/portfolio.html", context)
