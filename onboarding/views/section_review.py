"""Reviewing one section answer by answer. The customer sees nothing until the review is finished. Never on one's own entry."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from onboarding import selectors
from onboarding.models import Section, SectionReview
from onboarding.sections import definition
from onboarding.services import review_drafts, reviews
from onboarding.states import SectionState
from onboarding.views import section_review_pages as pages
from onboarding.views.review import require_reader
from onboarding.views.submissions import number
from portal.accounts.signed_in import person
from portal.core.errors import Conflict, DomainError, FieldProblem, Invalid, Stale

SAVE, FINISH, APPROVE_REST = "save", "finish", "approve_rest"


@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, id: str, key: str) -> HttpResponse:
    """Show the answers; POST keeps the judgements as a draft, or finishes the review."""
    found = selectors.section(person(request), id, key)
    require_reader(request)
    if request.method == "POST":
        return _judge(request, found)
    return render(request, "onboarding/review/section.html", pages.page(person(request), found))


def _judge(request: HttpRequest, section: Section) -> HttpResponse:
    quiet = bool(request.headers.get("X-Autosave"))
    try:
        done = _take(request, section)
    except (Invalid, Stale, Conflict) as error:
        return HttpResponse(error.message, status=error.status) if quiet else _refused(request, section, error)
    if quiet:
        return HttpResponse(status=204)
    if done is None:
        messages.success(request, "Your judgements are kept. Nobody sees them until you finish the review.")
        return redirect(pages.address(section))
    messages.success(request, _said(section, done))
    following = pages.next_to_judge(section.onboarding, section.key)
    return redirect(pages.address(following) if following else reverse("review", args=(section.onboarding_id,)))


def _take(request: HttpRequest, section: Section) -> SectionReview | None:
    """Keep or finish, as the button says; None where the review goes on."""
    user, data = person(request), request.POST
    judgements, revision = pages.entered(data), number(data.get("revision", ""))
    act = data.get("act", SAVE)
    if act not in (FINISH, APPROVE_REST):
        review_drafts.save(section, judgements, revision=revision, by=user)
        return None
    rest = act == APPROVE_REST
    return reviews.finish(section, revision=revision, by=user, judgements=judgements, approve_rest=rest)


def _said(section: Section, review: SectionReview) -> str:
    title = definition(section.key).title
    if review.decision == SectionReview.Decision.CHANGES_REQUESTED:
        return f"{title} is with {section.customer} again, with your reasons."
    if section.state == SectionState.SUBMITTED:
        return f"You approved {title}. A second reviewer has to approve the same answers."
    return f"{title} is approved."


def _refused(request: HttpRequest, section: Section, error: DomainError) -> HttpResponse:
    """Show the page again with everything as it was entered, and what is stored now."""
    given = pages.entered(request.POST)
    if isinstance(error, Invalid):
        problems = [FieldProblem(f"judge-{one.pointer}", one.message, one.code) for one in error.problems]
    else:
        problems = [FieldProblem("", f"{error.message} {error.remedy}".strip())]
    fresh = selectors.section(person(request), section.onboarding_id, section.key)
    context = pages.page(person(request), fresh, given=given, problems=problems)
    status = 422 if isinstance(error, Invalid) else error.status
    return render(request, "onboarding/review/section.html", context, status=status)


@require_POST
def reopen(request: HttpRequest, id: str, key: str) -> HttpResponse:
    """Give the section back with one reason: the answers that are ticked, or all of it."""
    found = selectors.section(person(request), id, key)
    require_reader(request)
    reason, answers = request.POST.get("reason", ""), request.POST.getlist("answers")
    revision = number(request.POST.get("revision", ""))
    try:
        reviews.request_changes(found, revision=revision, reason=reason, by=person(request), answers=answers)
    except (Invalid, Stale, Conflict) as error:
        listed = error.problems if isinstance(error, Invalid) else [FieldProblem("", error.message)]
        fresh = selectors.section(person(request), id, key)
        given = {"reason": reason, "answers": answers, "open": True}
        context = pages.page(person(request), fresh, problems=listed, reopening=given)
        status = 422 if isinstance(error, Invalid) else error.status
        return render(request, "onboarding/review/section.html", context, status=status)
    messages.success(request, f"{definition(key).title} is with {found.customer} again, with your reason.")
    return redirect(pages.address(found))
