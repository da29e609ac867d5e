"""Actions: the few things only the customer can do, the most urgent first."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from environments.services import stand_in
from onboarding import customer_actions
from onboarding.views import action_cards
from portal.accounts.signed_in import person


@require_safe
def actions(request: HttpRequest) -> HttpResponse:
    user = person(request)
    found = customer_actions.of(user)
    context = {
        "cards": [action_cards.card(user, action) for action in found],
        "items": action_cards.unsigned_items(user),
        "provider_turns": [] if found else action_cards.what_goes_on(user),
        "stand_in_available": stand_in.available(),
    }
    return render(request, "onboarding/actions.html", context)
