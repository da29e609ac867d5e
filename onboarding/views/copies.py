"""Beginning an onboarding with the answers of an earlier one."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from onboarding import rules, selectors
from onboarding.models import Onboarding
from onboarding.services import answer_copies
from portal.accounts.models import User
from portal.accounts.signed_in import person
from portal.core.errors import Forbidden, NotFound


@require_http_methods(["GET", "HEAD", "POST"])
def copy(request: HttpRequest, id: str) -> HttpResponse:
    """Offer the customer's earlier onboardings, show what one of them would bring, and copy it."""
    user = person(request)
    onboarding = selectors.onboarding(user, id)
    if not rules.may_submit(user, onboarding):
        raise Forbidden("You can read these answers, but not change them.")
    given = request.POST if request.method == "POST" else request.GET
    source, environments = _source(user, onboarding, given), given.get("environments") == "true"
    if request.method == "POST" and source:
        answer_copies.copy(onboarding, source, by=user, environments=environments)
        messages.success(request, f"Copied from {source.reference}, as drafts. Look through them before you submit.")
        return redirect("onboarding", onboarding.pk)
    context = {
        "onboarding": onboarding,
        "sources": selectors.earlier_onboardings(user, onboarding),
        "source": source,
        "environments": environments,
        "changes": answer_copies.preview(onboarding, source, by=user, environments=environments) if source else [],
    }
    return render(request, "onboarding/copy.html", context)


def _source(user: User, onboarding: Onboarding, given: QueryDict) -> Onboarding | None:
    """Return the onboarding that was chosen, None where none was yet. Raises `NotFound` for one that is not offered."""
    if not given.get("from"):
        return None
    found = selectors.earlier_onboardings(user, onboarding).filter(pk=given["from"]).first()
    if found is None:
        raise NotFound
    return found
