"""The developer mailbox: what the embedded mode shows instead of sending. Elsewhere it does not exist."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.core.errors import NotFound
from portal.outbox.models import MailboxMessage
from portal.ui import paging


@login_not_required
@never_cache
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """List the messages, the newest first. Signed-out people see it too: invitations arrive here."""
    _require_embedded()
    rows = MailboxMessage.objects.only("id", "recipient", "subject", "created_at")
    return render(request, "mailbox/list.html", {"page": paging.by_key(rows, request.GET)})


@login_not_required
@never_cache
@require_safe
def message(request: HttpRequest, id: str) -> HttpResponse:
    _require_embedded()
    found = MailboxMessage.objects.filter(pk=id).first()
    if found is None:
        raise NotFound
    return render(request, "mailbox/message.html", {"mail": found})


def _require_embedded() -> None:
    if settings.MAIL_DELIVERY != "mailbox":
        raise NotFound
