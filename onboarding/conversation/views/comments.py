"""The conversation of an onboarding: read it, say something, say it better, take it back."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from onboarding import selectors as onboardings
from onboarding.conversation import rules, selectors, subjects
from onboarding.conversation.forms import CommentEditForm
from onboarding.conversation.models import Comment
from onboarding.conversation.services import comments as services
from onboarding.conversation.subjects import Subject
from onboarding.conversation.views.posting import comment_form, post
from onboarding.models import Onboarding
from onboarding.sections import definition
from portal.accounts.models import User
from portal.accounts.signed_in import person
from portal.core.errors import DomainError, Forbidden, Invalid, NotFound
from portal.files import responses
from portal.ui import paging


@dataclass(frozen=True, slots=True)
class Line:
    """One comment as the page shows it."""

    comment: Comment
    subject: Subject
    may_edit: bool
    may_take_back: bool


def lines(user: User, rows: list[Comment]) -> list[Line]:
    """Return the rows with what this person may do to each; asks the database at most once."""
    return [Line(row, subjects.of(row), rules.may_edit(user, row), rules.may_take_back(user, row)) for row in rows]


@require_http_methods(["GET", "HEAD", "POST"])
def conversation(request: HttpRequest, id: str) -> HttpResponse:
    """Show what is said, newest first; perhaps only of one thing, or with some words. POST says something."""
    user = person(request)
    onboarding = onboardings.onboarding(user, id)
    subject = _subject(user, onboarding, request.POST if request.method == "POST" else request.GET)
    form = comment_form(request, subject)
    if request.method == "POST":
        made = post(request, subject, form)
        if made:
            messages.success(request, "Your comment stands.")
            return redirect(f"{subject.conversation_path}#comment-{made.pk}")
    words = request.GET.get("words", "").strip()[:100]
    page = paging.by_key(selectors.comments_about(user, subject, words=words), request.GET)
    context = {
        "onboarding": onboarding,
        "subject": subject,
        "subjects": _choices(onboarding, subject),
        "lines": lines(user, list(page.rows)),
        "page": page,
        "words": words,
        "form": form,
    }
    status = 422 if form is not None and form.errors else 200
    return render(request, "onboarding/conversation/conversation.html", context, status=status)


def _subject(user: User, onboarding: Onboarding, query: Any) -> Subject:
    """An address that names nothing is answered as any other unknown address."""
    try:
        return subjects.find(user, onboarding, query.get("about", ""))
    except Invalid:
        raise NotFound from None


def _choices(onboarding: Onboarding, subject: Subject) -> list[tuple[str, str]]:
    """What one can speak about: the whole, each section and environment, and what the address names."""
    sections = [(row.pk, definition(row.key).title) for row in onboarding.sections.all()]
    environments = [(row.pk, row.name) for row in onboarding.environments.all()]
    choices = [("", "The onboarding as a whole"), *environments, *sections]
    if subject.about not in dict(choices):
        choices.insert(1, (subject.about, subject.label))
    return choices


@require_http_methods(["GET", "HEAD", "POST"])
def comment(request: HttpRequest, id: str) -> HttpResponse:
    """Change one's own comment."""
    user = person(request)
    found = selectors.comment(user, id)
    if not rules.may_edit(user, found):
        raise Forbidden("Only its author changes a comment, and not after it was taken back.")
    subject = subjects.of(found)
    form = CommentEditForm(request.POST if request.method == "POST" else None, initial={"text": found.text})
    if request.method == "POST" and form.is_valid():
        try:
            services.edit(found, text=form.cleaned_data["text"], by=user)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, "Your comment is changed.")
            return redirect(f"{subject.conversation_path}#comment-{found.pk}")
    context = {"comment": found, "subject": subject, "form": form}
    return render(request, "onboarding/conversation/edit.html", context, status=422 if form.errors else 200)


@require_POST
def take_back(request: HttpRequest, id: str) -> HttpResponse:
    """Take a comment back."""
    found = selectors.comment(person(request), id)
    services.take_back(found, by=person(request))
    messages.success(request, "The comment is taken back.")
    return redirect(subjects.of(found).conversation_path)


@require_safe
def file(request: HttpRequest, id: str, file_id: str) -> HttpResponse:
    """Download an attachment."""
    return responses.download(selectors.file(person(request), id, file_id))
