"""One service request: its thread, and what people do with it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from onboarding.conversation import selectors as conversation
from onboarding.conversation import subjects
from onboarding.conversation.views.comments import lines
from onboarding.conversation.views.posting import comment_form, post
from onboarding.requests import catalogue, rules, selectors
from onboarding.requests.forms import OwnerForm
from onboarding.requests.models import ServiceRequest
from onboarding.requests.services import asking, working
from onboarding.requests.states import REQUESTS
from portal.accounts.models import User
from portal.accounts.signed_in import person
from portal.core.errors import FieldProblem, Invalid
from portal.ui import paging


@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, id: str) -> HttpResponse:
    """Show one request with its thread; POST says something about it."""
    found = selectors.request(person(request), id)
    if request.method != "POST":
        return _shown(request, found)
    subject = subjects.of_request(found)
    form = comment_form(request, subject)
    made = post(request, subject, form)
    if made is None:
        return _shown(request, found, form=form)
    messages.success(request, "Your comment stands.")
    return redirect(f"{subject.path}#comment-{made.pk}")


@require_POST
def take(request: HttpRequest, id: str) -> HttpResponse:
    """Have somebody work on it: oneself, unless a colleague is named."""
    found = selectors.request(person(request), id)
    form = OwnerForm(request.POST, workers=selectors.workers()) if request.POST.get("owner") else None
    if form and not form.is_valid():
        return _shown(request, found, problems=[FieldProblem("owner", "Select one of these people")])
    owner = form.cleaned_data["owner"] if form else None
    return _act(
        request, found, lambda: working.take(found, by=person(request), owner=owner), "Somebody works on it now."
    )


@require_POST
def finish(request: HttpRequest, id: str) -> HttpResponse:
    """Say that it is done, and what was done."""
    found, said = selectors.request(person(request), id), request.POST.get("answer", "")
    return _act(request, found, lambda: working.finish(found, answer=said, by=person(request)), "Done.")


@require_POST
def decline(request: HttpRequest, id: str) -> HttpResponse:
    """Decline it, with the reason."""
    found, said = selectors.request(person(request), id), request.POST.get("reason", "")
    return _act(request, found, lambda: working.decline(found, reason=said, by=person(request)), "Declined.")


@require_POST
def route(request: HttpRequest, id: str) -> HttpResponse:
    """Route it to Support, with the reason."""
    found, said = selectors.request(person(request), id), request.POST.get("reason", "")
    return _act(request, found, lambda: working.route(found, reason=said, by=person(request)), "Support has it now.")


@require_POST
def withdraw(request: HttpRequest, id: str) -> HttpResponse:
    """Withdraw it."""
    found = selectors.request(person(request), id)
    return _act(request, found, lambda: asking.withdraw(found, by=person(request)), "Withdrawn.")


def _act(request: HttpRequest, found: ServiceRequest, act: Callable[[], ServiceRequest], done: str) -> HttpResponse:
    """Do it, or show beside the request what is missing."""
    try:
        act()
    except Invalid as error:
        return _shown(request, found, problems=error.problems)
    messages.success(request, done)
    return redirect("service_request", found.pk)


def _shown(
    request: HttpRequest, found: ServiceRequest, *, form: Any = None, problems: list[FieldProblem] | None = None
) -> HttpResponse:
    user, subject = person(request), subjects.of_request(found)
    page = paging.by_key(conversation.comments_about(user, subject), request.GET)
    context = {
        "found": found,
        "kind": catalogue.find(found.kind),
        "lines": lines(user, list(page.rows)),
        "page": page,
        "form": form or comment_form(request, subject, fresh=True),
        "problems": problems or [],
        "sent": request.POST,
        **_acts(user, found),
    }
    return render(request, "onboarding/requests/detail.html", context, status=422 if form or problems else 200)


def _acts(user: User, found: ServiceRequest) -> dict[str, Any]:
    works = rules.may_work(user)
    allows = {
        f"may_{act}": works and REQUESTS.allows(found.state, act) for act in ("take", "finish", "decline", "route")
    }
    return {
        **allows,
        "may_withdraw": REQUESTS.allows(found.state, "withdraw") and rules.may_withdraw(user, found),
        "owner_form": OwnerForm(workers=selectors.workers()) if allows["may_take"] else None,
    }
