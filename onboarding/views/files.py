"""The intake as one file: download it, and bring it in again after a look at what would change."""

import json
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from onboarding import rules, selectors
from onboarding.files import JSON, YAML
from onboarding.files.reading import LARGEST_BYTES
from onboarding.models import Onboarding
from onboarding.services import intake_files
from onboarding.services.intake_files import Report
from onboarding.states import SectionState, Stage
from portal.accounts.signed_in import person
from portal.core.errors import FieldProblem, Invalid, NotFound, Stale

_TYPES = {YAML: "application/yaml", JSON: "application/json"}


@require_safe
def download(request: HttpRequest, id: str, format: str) -> HttpResponse:
    """Give the answers as a file, secrets left out. Raises `NotFound` for another format."""
    if format not in _TYPES:
        raise NotFound
    onboarding = selectors.onboarding(person(request), id)
    text = intake_files.write(onboarding, format)
    response = HttpResponse(text, content_type=f"{_TYPES[format]}; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="answers-{onboarding.reference}.{format}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
def file(request: HttpRequest, id: str) -> HttpResponse:
    """Show how to take the answers out and in. POST looks at a file; POST of what was looked at saves it."""
    onboarding = selectors.onboarding(person(request), id)
    if request.method != "POST":
        return render(request, "onboarding/file.html", _page(request, onboarding))
    try:
        text = _text(request)
    except Invalid as error:
        return render(request, "onboarding/file.html", _page(request, onboarding, problems=error.problems), status=422)
    return _bring_in(request, onboarding, text)


def _text(request: HttpRequest) -> str:
    """Return what was uploaded, else what was pasted. A larger file is not read to its end."""
    uploaded = request.FILES.get("upload")
    if uploaded is None:
        return request.POST.get("text", "")
    try:
        return uploaded.read(LARGEST_BYTES + 1).decode("utf-8-sig")
    except UnicodeDecodeError:
        message = "The file is no text in UTF-8. Save it as UTF-8, or paste its text."
        raise Invalid([FieldProblem("upload", message)]) from None


def _bring_in(request: HttpRequest, onboarding: Onboarding, text: str) -> HttpResponse:
    """Only the very text that was looked at is saved; another one is looked at first."""
    options: dict[str, Any] = {"by": person(request), "withdraw": request.POST.get("withdraw") == "true"}
    problems: list[FieldProblem] = []
    if request.POST.get("act") == "save" and request.POST.get("seen") == _seen(text, options["withdraw"]):
        try:
            report = intake_files.apply(onboarding, text, revisions=_revisions(request), **options)
        except (Stale, Invalid) as error:
            problems = [FieldProblem("text", f"{error.message} This is what would change now.")]
        else:
            titles = ", ".join(section.title for section in report.changed)
            messages.success(request, f"Saved as drafts: {titles}.")
            return redirect("onboarding", onboarding.pk)
    report = intake_files.preview(onboarding, text, **options)
    problems += [FieldProblem("text", remark.words, remark.code) for remark in report.refused]
    context = _page(request, onboarding, report, text=text, problems=problems)
    context["seen"] = _seen(text, options["withdraw"])
    return render(request, "onboarding/file.html", context, status=422 if problems else 200)


def _seen(text: str, withdraw: bool) -> str:
    """A form changes the ends of lines on its way to the browser and back."""
    return sha256(f"{withdraw}\n{_lines(text)}".encode("utf-8", "surrogatepass")).hexdigest()


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")


def _revisions(request: HttpRequest) -> dict[str, int]:
    try:
        found = json.loads(request.POST.get("revisions", ""))
    except ValueError:
        return {}
    return {key: value for key, value in found.items() if isinstance(value, int)} if isinstance(found, dict) else {}


def _page(
    request: HttpRequest,
    onboarding: Onboarding,
    report: Report | None = None,
    *,
    text: str = "",
    problems: list[FieldProblem] | None = None,
) -> dict[str, Any]:
    """A text that holds a password is not sent back."""
    submitted = any(section.state == SectionState.SUBMITTED for section in onboarding.sections.all())
    return {
        "onboarding": onboarding,
        "report": report,
        "text": "" if report and report.holds_secret else text,
        "problems": problems or [],
        "revisions": json.dumps(report.revisions) if report else "",
        "largest_kib": LARGEST_BYTES // 1024,
        "may_bring_in": onboarding.stage != Stage.CANCELLED and rules.may_submit(person(request), onboarding),
        "may_withdraw": submitted,
        "withdraw": request.POST.get("withdraw") == "true",
    }
