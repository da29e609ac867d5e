"""A person's messages: all that they were told in the portal."""

from django.contrib import messages as flashes
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.signed_in import person
from portal.outbox import reading, selectors
from portal.ui import paging


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    user = person(request)
    context = {
        "page": paging.by_number(selectors.unread_first(user), request.GET),
        "undeliverable_since": selectors.undeliverable_since(user),
    }
    return render(request, "messages/list.html", context)


@require_POST
def read(request: HttpRequest, id: str) -> HttpResponse:
    """Mark one read; with `then=open` go to the page that it is about, else back to the list."""
    notice = reading.read(selectors.notice(person(request), id))
    return redirect(notice.link if request.POST.get("then") == "open" else "messages")


@require_POST
def read_all(request: HttpRequest) -> HttpResponse:
    number = reading.read_all(person(request))
    flashes.success(request, f"{number} message{'s are' if number != 1 else ' is'} marked as read.")
    return redirect("messages")
