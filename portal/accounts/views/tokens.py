"""Settings: who one is here, and one's API tokens."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.accounts import rules, selectors
from portal.accounts.forms import TokenForm
from portal.accounts.models import User
from portal.accounts.services import tokens as services
from portal.accounts.signed_in import person
from portal.core import clock
from portal.core.errors import Invalid
from portal.ui import paging


@require_safe
def settings_page(request: HttpRequest) -> HttpResponse:
    user = person(request)
    context = {
        "memberships": user.memberships.select_related("customer").order_by("customer__name"),
        "page": paging.by_key(selectors.tokens(user), request.GET),
        "now": clock.now(),
        "curl": curl("YOUR_TOKEN"),
        "may_read_audit": rules.may_read_audit(user),
    }
    return render(request, "accounts/settings.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    """Make a token. Its text is in this one answer, which no cache keeps, and nowhere else."""
    user = person(request)
    form = TokenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            return _shown_once(request, user, form.cleaned_data)
        except Invalid as error:
            form.refuse(error)
    return render(request, "accounts/token_new.html", {"form": form}, status=422 if form.errors else 200)


@require_POST
def revoke(request: HttpRequest, id: str) -> HttpResponse:
    user = person(request)
    token = selectors.token(user, id)
    services.revoke(token, by=user)
    messages.success(request, f"{token.name} is revoked. Its next call is refused.")
    return redirect("settings")


def curl(token: str) -> str:
    """Return a line to paste into a shell."""
    return f'curl -H "Authorization: Bearer {token}" {settings.PORTAL_URL}/api/v1/me'


def _shown_once(request: HttpRequest, user: User, wanted: dict[str, Any]) -> HttpResponse:
    token, plaintext = services.issue(**wanted, by=user)
    context = {"token": token, "plaintext": plaintext, "curl": curl(plaintext)}
    return render(request, "accounts/token_shown.html", context)
