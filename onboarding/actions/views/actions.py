"""Actions: the few things only the customer can do, the most urgent first, and a page for each."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from onboarding import ask_selectors
from onboarding import selectors as onboardings
from onboarding.actions import selectors
from onboarding.actions.services import acts
from onboarding.actions.views import cards
from portal.accounts.signed_in import person

MOST = 100
"""How many open actions one page lists; the provider's people see those of all customers."""
_LATELY = 10


@require_safe
def actions(request: HttpRequest) -> HttpResponse:
    """List what is asked. The environment's mail knows the step that waits and not the action that follows it: it leads to the
    action by that."""
    user = person(request)
    named = selectors.of_step(user, request.GET.get("step", ""))
    if named:
        return redirect("action", named.pk)
    found = list(selectors.asked(user)[: MOST + 1])
    context = {
        "card": cards.card(user, found[0]) if found else None,
        "rest": found[1:MOST],
        "most": MOST if len(found) > MOST else 0,
        "ended": list(selectors.lately_ended(user)[:_LATELY]),
        "provider_turns": [] if found else cards.what_goes_on(user),
        "asked_sections": [(ask, onboardings.title_of(ask.section)) for ask in ask_selectors.open_for(user)],
    }
    return render(request, "onboarding/actions.html", context)


@require_safe
def action(request: HttpRequest, id: str) -> HttpResponse:
    """Show why and how, what is seen right now, and what has become of it so far."""
    user = person(request)
    found = selectors.action(user, id)
    context = {
        "card": cards.card(user, found),
        "action": found,
        "is_asked": selectors.is_asked(found),
        "is_held": selectors.is_held(found),
        "reminders": list(found.reminders.all()),
        "earlier": list(selectors.earlier(user, found)),
        "pause_seconds": acts.PAUSE_SECONDS,
    }
    return render(request, "onboarding/action.html", context)


@require_POST
def look(request: HttpRequest, id: str) -> HttpResponse:
    user = person(request)
    acts.look_now(selectors.action(user, id), by=user)
    messages.success(request, "We look now. Reload this page in a moment to see what we found.")
    return redirect("action", id)


@require_POST
def ask_again(request: HttpRequest, id: str) -> HttpResponse:
    """Two who choose it at the same moment, or one who chooses it twice, get the same new request."""
    user = person(request)
    found = acts.ask_again(selectors.action(user, id), by=user)
    mine = found.asked_again_by_id == user.pk
    who = "" if mine or not found.asked_again_by else f" {found.asked_again_by} had it sent."
    messages.success(request, f"A new request is on its way.{who} It appears under Actions in a moment.")
    return redirect("action", id)
