"""One intake section: its questions, what was said about the answers, and saving them."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from onboarding import selectors, suggesting
from onboarding.models import Section
from onboarding.sections import definition, not_known
from onboarding.sections.questions import MISSING
from onboarding.services import sections as services
from onboarding.views import section_pages
from onboarding.views.submissions import Submission
from portal.accounts.signed_in import person
from portal.core.errors import FieldProblem, Invalid, Stale


@require_http_methods(["GET", "HEAD", "POST"])
def section(request: HttpRequest, id: str, key: str) -> HttpResponse:
    """Show a section and save what was entered; every problem is named, and every sound answer is kept."""
    definition(key)
    found = selectors.section(person(request), id, key)
    if request.method == "POST":
        return _save(request, found)
    return render(request, "onboarding/section.html", section_pages.page(person(request), found, add=_add(request)))


def _add(request: HttpRequest) -> str:
    return request.GET.get("add", "")


def _save(request: HttpRequest, section: Section) -> HttpResponse:
    """Save first, whatever the button: a draft holds answers that are not right yet."""
    entered = Submission(request.POST, section)
    if entered.undecided:
        return _conflict(request, section, entered, "Two people changed this section.", status=422)
    try:
        refused = _kept(section, entered, request)
    except Stale as stale:
        return _conflict(request, section, entered, stale.message, status=stale.status)
    if refused:
        return _problems(request, section, entered, [*refused, *services.problems(section)])
    if entered.act == "submit":
        return _submit(request, section, entered)
    return _go_on(request, section, entered)


def _kept(section: Section, entered: Submission, request: HttpRequest) -> list[FieldProblem]:
    """Save the answers; those that no draft can hold are left as they were and returned."""
    user = person(request)
    try:
        services.save(section, answers=entered.answers, revision=entered.revision, by=user)
    except Invalid as error:
        sound = entered.without([problem.pointer for problem in error.problems])
        services.save(section, answers=sound, revision=entered.revision, by=user)
        return error.problems
    return []


def _submit(request: HttpRequest, section: Section, entered: Submission) -> HttpResponse:
    try:
        services.submit(section, revision=section.revision, by=person(request))
    except Invalid as error:
        return _problems(request, section, entered, error.problems)
    messages.success(request, f"{definition(section.key).title} is submitted for review.")
    return redirect("onboarding", section.onboarding_id)


def _go_on(request: HttpRequest, section: Section, entered: Submission) -> HttpResponse:
    here = reverse("section", args=(section.onboarding_id, section.key))
    if entered.act == "add":
        return redirect(f"{here}?add={entered.target}#field-{entered.target}")
    if entered.act == "remove":
        return redirect(f"{here}#field-{entered.target}")
    if entered.act == "later":
        messages.success(request, f"{definition(section.key).title} is saved as a draft.")
        return redirect("onboarding", section.onboarding_id)
    # What is suggested is looked at on the check page, with all that is suggested elsewhere.
    suggested = suggesting.of_section(section).because
    problems = [one for one in services.problems(section) if one.code != MISSING or one.pointer not in suggested]
    owed = [problem for problem in problems if problem.code == not_known.TO_FIND_OUT]
    if len(owed) < len(problems):
        return _problems(request, section, entered, problems)
    still = f" To find out: {len(owed)}." if owed else ""
    still += f" Suggested: {len(suggested)}, to be looked at before you submit." if suggested else ""
    messages.success(request, f"{definition(section.key).title} is saved.{still}")
    return redirect(section_pages.next_url(person(request), section))


def _problems(
    request: HttpRequest, section: Section, entered: Submission, problems: list[FieldProblem]
) -> HttpResponse:
    context = section_pages.page(person(request), section, answers=entered.shown(), problems=problems, saved=True)
    return render(request, "onboarding/section.html", context, status=422)


def _conflict(
    request: HttpRequest, section: Section, entered: Submission, message: str, *, status: int
) -> HttpResponse:
    context = section_pages.conflict(section, entered, message=message)
    return render(request, "onboarding/section_conflict.html", context, status=status)


@require_POST
def withdraw(request: HttpRequest, id: str, key: str) -> HttpResponse:
    """Take a submitted section back to be changed."""
    found = selectors.section(person(request), id, key)
    services.withdraw(found, by=person(request))
    messages.success(request, f"{definition(key).title} is a draft again. Submit it when it is right.")
    return redirect("section", id, key)
