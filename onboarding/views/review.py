"""Review: every section's answers, what changed since the last judgement, and the decision. Never on one's own entry."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from onboarding import selectors
from onboarding.forms import JudgementForm
from onboarding.models import Section
from onboarding.sections import definition
from onboarding.services import reviews
from onboarding.states import SectionState
from onboarding.views import review_pages
from onboarding.views.review_pages import Refusal
from portal.accounts import rules as roles
from portal.accounts.signed_in import person
from portal.core.errors import Conflict, FieldProblem, Forbidden, Invalid, Stale


@require_safe
def review(request: HttpRequest, id: str) -> HttpResponse:
    return _page(request, id)


@require_POST
def judge(request: HttpRequest, id: str, key: str) -> HttpResponse:
    """Approve one section as it was read, or send it back with a reason."""
    section = selectors.section(person(request), id, key)
    _require_reader(request)
    form = JudgementForm(request.POST)
    reason = request.POST.get("reason", "")
    if not form.is_valid():
        return _refused(request, section, [FieldProblem("decision", "Select approve or request changes")], reason, 422)
    try:
        _decide(request, section, form)
    except Invalid as error:
        return _refused(request, section, error.problems, reason, 422)
    except (Stale, Conflict) as error:
        problem = FieldProblem("", f"{definition(key).title}: {error.message} {error.remedy}")
        return _refused(request, section, [problem], reason, error.status)
    return redirect(_next_url(request, id, key))


def _decide(request: HttpRequest, section: Section, form: JudgementForm) -> None:
    user, given = person(request), form.cleaned_data
    title = definition(section.key).title
    if given["decision"] == JudgementForm.APPROVE:
        reviews.approve(section, revision=given["revision"], by=user)
        messages.success(request, f"{title} is approved.")
    else:
        reviews.request_changes(section, revision=given["revision"], reason=given["reason"], by=user)
        messages.success(request, f"{title} is with {section.customer} again, with your reason.")


def _next_url(request: HttpRequest, id: str, key: str) -> str:
    """Return the place of the next section to judge, the same page's top when none is left."""
    onboarding = selectors.onboarding(person(request), id)
    page = reverse("review", args=(id,))
    rows = [row for row in onboarding.sections.all() if row.state == SectionState.SUBMITTED]
    return f"{page}#section-{rows[0].key}" if rows else page


def _refused(
    request: HttpRequest, section: Section, problems: list[FieldProblem], reason: str, status: int
) -> HttpResponse:
    refusal = Refusal(section.key, [review_pages.beside(section.key, problem) for problem in problems], reason)
    return _page(request, section.onboarding_id, refusal, status=status)


def _page(request: HttpRequest, id: str, refusal: Refusal | None = None, *, status: int = 200) -> HttpResponse:
    user = person(request)
    onboarding = selectors.onboarding(user, id)
    _require_reader(request)
    return render(request, "onboarding/review.html", review_pages.page(user, onboarding, refusal), status=status)


def _require_reader(request: HttpRequest) -> None:
    """The provider's people read a review, auditors included; the customer reads its outcome with the section."""
    if not roles.is_provider(person(request)):
        raise Forbidden("The review is done by the provider. Its outcome is shown with each section.")
