"""Changing another answer: the customer opens what is approved, with a reason."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from onboarding import selectors
from onboarding.services import reopenings
from onboarding.views import section_pages
from onboarding.views.submissions import number
from portal.accounts.signed_in import person
from portal.core.errors import Conflict, FieldProblem, Invalid, Stale


@require_POST
def reopen(request: HttpRequest, id: str, key: str) -> HttpResponse:
    """Open the answers that are ticked; they can be changed, and are reviewed again."""
    user = person(request)
    found = selectors.section(user, id, key)
    answers, reason = request.POST.getlist("answers"), request.POST.get("reason", "")
    revision = number(request.POST.get("revision", ""))
    try:
        reopenings.reopen(found, answers=answers, reason=reason, revision=revision, by=user)
    except (Invalid, Stale, Conflict) as error:
        problems = (
            error.problems if isinstance(error, Invalid) else [FieldProblem("", f"{error.message} {error.remedy}")]
        )
        fresh = selectors.section(user, id, key)
        context = section_pages.page(user, fresh, problems=problems)
        context["reopening"] = {"answers": answers, "reason": reason, "open": True}
        status = 422 if isinstance(error, Invalid) else error.status
        return render(request, "onboarding/section.html", context, status=status)
    messages.success(request, "Opened again. Change it, and submit the section for review.")
    return redirect("section", id, key)
