"""Who answers for what."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from onboarding.requests import responsibilities as matrix
from onboarding.requests import selectors
from portal.accounts.signed_in import person


@require_safe
def responsibilities(request: HttpRequest) -> HttpResponse:
    """Show the whole matrix: production beside non-production, area by area."""
    may_ask = bool(selectors.customers_to_ask_for(person(request)))
    context = {"areas": matrix.by_area(), "may_ask": may_ask}
    return render(request, "onboarding/requests/responsibilities.html", context)
