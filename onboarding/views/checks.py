"""Having a section's answers checked, following that, and confirming what only a person can look at."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from onboarding import check_results, selectors
from onboarding.models import Section
from onboarding.services import checks as services
from onboarding.views import check_rows
from portal.accounts.signed_in import person
from portal.core.errors import Conflict, DomainError, Invalid, TooMany


@require_http_methods(["GET", "HEAD", "POST"])
def section_checks(request: HttpRequest, id: str, key: str) -> HttpResponse:
    """The results as they are now, for a page that polls; POST has one check made again, or all of them."""
    section = selectors.section(person(request), id, key)
    if request.method != "POST":
        return _live(request, section) if request.htmx else redirect("section", id, key)  # type: ignore[attr-defined]
    told = ""
    try:
        _request(request, section)
    except (Conflict, Invalid, TooMany) as refusal:
        told = _words(refusal)
    if request.htmx:  # type: ignore[attr-defined]
        return _live(request, section, told)
    if told:
        messages.error(request, told)
    return redirect(_place(request, section))


def _request(request: HttpRequest, section: Section) -> None:
    key, _, pointer = request.POST.get("check", "").partition(":")
    if not key:
        services.request(section, by=person(request))
        return
    recipient = request.POST.get("recipient", "") if request.POST.get("act") == "send" else ""
    services.request_one(section, key=key, pointer=pointer, by=person(request), recipient=recipient)


def _live(request: HttpRequest, section: Section, told: str = "") -> HttpResponse:
    again = request.GET.get("rows", "").split(",")
    context = {"live": check_rows.live(person(request), section, again=again), "told": told}
    return render(request, "onboarding/checks/polled.html", context)


@require_POST
def confirm(request: HttpRequest, id: str) -> HttpResponse:
    """Take a person's word for what the portal may not reach."""
    check = check_results.check(person(request), id)
    try:
        services.confirm(check, note=request.POST.get("note", ""), by=person(request))
    except (Conflict, Invalid) as refusal:
        messages.error(request, _words(refusal))
    else:
        messages.success(request, "Your confirmation stands beside the answer, with your name.")
    page = reverse("section", args=(check.section.onboarding_id, check.section.key))
    return redirect(f"{page}#checks")


def _words(refusal: DomainError) -> str:
    problems = refusal.problems if isinstance(refusal, Invalid) else []
    return " ".join([problem.message for problem in problems] or [refusal.message, refusal.remedy]).strip()


def _place(request: HttpRequest, section: Section) -> str:
    """Return the section's page at the row that was asked for."""
    page = reverse("section", args=(section.onboarding_id, section.key))
    wanted = request.POST.get("check", "")
    rows = check_rows.live(person(request), section).rows
    return f"{page}#{next((row.result.anchor for row in rows if row.value == wanted), 'checks')}"
