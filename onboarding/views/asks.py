"""Handing a section to a colleague, and taking that back."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from onboarding import selectors
from onboarding.forms import AskForm
from onboarding.models import Section, SectionAsk
from onboarding.sections import definition
from onboarding.services import asks as services
from onboarding.views import section_pages
from portal.accounts.models import User
from portal.accounts.signed_in import person
from portal.core.errors import Conflict, Invalid


@require_POST
def ask(request: HttpRequest, id: str, key: str) -> HttpResponse:
    """Ask the colleague with this address to answer the section."""
    user = person(request)
    found = selectors.section(user, id, key)
    form = AskForm(request.POST)
    if not form.is_valid():
        return _refused(request, user, found, form)
    try:
        made = services.ask(found, **form.cleaned_data, by=user)
    except (Invalid, Conflict) as error:
        form.refuse(error)
        return _refused(request, user, found, form, status=422 if isinstance(error, Invalid) else error.status)
    messages.success(request, _said(made))
    return redirect("section", id, key)


def _said(made: SectionAsk) -> str:
    if made.person:
        return f"{made.person} is asked, and gets an e-mail."
    if made.invitation:
        return f"{made.email} is invited. The link in the e-mail is good for 3 days."
    return f"An administrator of {made.customer} is asked to invite {made.email}."


def _refused(request: HttpRequest, user: User, section: Section, form: AskForm, *, status: int = 422) -> HttpResponse:
    """Show the section again, with what was typed and what is wrong with it."""
    fresh = selectors.section(user, section.onboarding_id, section.key)
    context = {**section_pages.page(user, fresh), "problems": form, "ask_form": form}
    return render(request, "onboarding/section.html", context, status=status)


@require_POST
def take_back(request: HttpRequest, id: str, key: str) -> HttpResponse:
    """Nobody is asked any more; the colleague themselves hands the section back by it."""
    user = person(request)
    ended = services.take_back(selectors.section(user, id, key), by=user)
    if ended.ending == SectionAsk.Ending.HANDED_BACK:
        messages.success(request, f"{definition(key).title} is handed back. {ended.asked_by} gets an e-mail.")
    else:
        messages.success(request, f"{ended.whom} is not asked any more.")
    return redirect("section", id, key)
