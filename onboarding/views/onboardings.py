"""Opening an onboarding, its home, and cancelling it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from environments import selectors as environments
from onboarding import rules, selectors, turns
from onboarding.forms import OpeningForm
from onboarding.models import Onboarding
from onboarding.reports import home
from onboarding.sections import definition
from onboarding.services import onboardings, openings
from onboarding.states import SectionState, Stage
from portal.accounts import rules as roles
from portal.accounts.models import User
from portal.accounts.signed_in import person
from portal.core.errors import Conflict, Forbidden, Invalid


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Open an onboarding, with a new customer if need be, and invite its first contact."""
    user = person(request)
    if not rules.may_open(user):
        raise Forbidden("Only an account manager opens an onboarding.")
    form = OpeningForm(request.POST if request.method == "POST" else None, by=user, initial={"account_manager": user})
    if request.method == "POST" and form.is_valid():
        try:
            onboarding = openings.begin(**form.cleaned_data, by=user)
        except (Invalid, Conflict) as error:
            form.refuse(error)
        else:
            messages.success(request, f"{onboarding.reference} is open.")
            return redirect("onboarding", onboarding.pk)
    return render(request, "onboarding/new.html", {"form": form}, status=422 if form.errors else 200)


@require_safe
def detail(request: HttpRequest, id: str) -> HttpResponse:
    """Show where an onboarding stands, whose turn it is and what this person does next."""
    user = person(request)
    onboarding = selectors.onboarding(user, id)
    following = selectors.next_for(user, onboarding)
    rows = [(row, definition(row.key)) for row in onboarding.sections.all()]
    context = {
        "onboarding": onboarding,
        "rows": rows,
        "approved": sum(row.state == SectionState.APPROVED for row, _ in rows),
        "untouched": all(row.state == SectionState.EMPTY for row, _ in rows),
        "minutes": sum(what.minutes for _, what in rows),
        "next": following,
        "next_url": reverse(following.url_name, args=following.args) if following else "",
        "turns": turns.of(onboarding),
        "dates": turns.stage_dates(onboarding),
        "outlook": home.outlook(onboarding),
        "drawings": [
            (environment, environments.topology(environment)) for environment in onboarding.environments.all()
        ],
        "may_answer": roles.may_edit_intake(user, onboarding.customer),
        "may_copy": _may_copy(user, onboarding),
        "may_assign": rules.may_assign(user) and onboarding.stage != Stage.CANCELLED,
        "may_cancel": _may_cancel(request, onboarding),
        "is_over": onboarding.stage in (Stage.LIVE, Stage.CANCELLED),
    }
    return render(request, "onboarding/detail.html", context)


def _may_copy(user: User, onboarding: Onboarding) -> bool:
    """While a section is untouched, the answers of an earlier onboarding can begin it."""
    if onboarding.stage == Stage.CANCELLED or not rules.may_submit(user, onboarding):
        return False
    earlier = selectors.earlier_onboardings(user, onboarding).exists()
    return earlier and any(row.state == SectionState.EMPTY for row in onboarding.sections.all())


def _may_cancel(request: HttpRequest, onboarding: Onboarding) -> bool:
    return onboarding.stage not in (Stage.LIVE, Stage.CANCELLED) and rules.may_cancel(person(request), onboarding)


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, id: str) -> HttpResponse:
    """Ask before an onboarding ends; what stands in AWS stays."""
    user = person(request)
    onboarding = selectors.onboarding(user, id)
    if not rules.may_cancel(user, onboarding):
        raise Forbidden("Only an account manager cancels an onboarding.")
    if request.method == "POST":
        onboardings.cancel(onboarding, by=user)
        messages.success(request, f"{onboarding.reference} is cancelled.")
        return redirect("onboarding", onboarding.pk)
    return render(request, "onboarding/cancel.html", {"onboarding": onboarding})
