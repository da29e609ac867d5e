"""The review of an onboarding: which sections wait, who is at them, and what a review asks for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from onboarding import selectors
from onboarding.views import review_pages
from portal.accounts import rules as roles
from portal.accounts.signed_in import person
from portal.core.errors import Forbidden


@require_safe
def review(request: HttpRequest, id: str) -> HttpResponse:
    """List the sections with their reviews."""
    user = person(request)
    onboarding = selectors.onboarding(user, id)
    require_reader(request)
    return render(request, "onboarding/review.html", review_pages.page(user, onboarding))


def require_reader(request: HttpRequest) -> None:
    """The provider's people read a review, auditors included; the customer reads its outcome with the section."""
    if not roles.is_provider(person(request)):
        raise Forbidden("The review is done by the provider. Its outcome is shown with each section.")
