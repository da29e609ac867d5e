"""Accepting an invitation: the one public page whose address itself is the proof."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portal.accounts.forms import ConfirmingForm, JoiningForm
from portal.accounts.models import Invitation, User
from portal.accounts.services import invitations as services
from portal.core.errors import Conflict, DomainError, Invalid, NotFound, TooMany
from portal.ui.forms import ServiceForm


@login_not_required
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the invitation offers; POST takes it, with a new account, an old one, or the one that is signed in."""
    try:
        invitation = services.find(token)
        return _answer(request, token, invitation)
    except (NotFound, Conflict) as error:
        return _refused(request, error)


def _answer(request: HttpRequest, token: str, invitation: Invitation) -> HttpResponse:
    signed_in = request.user if isinstance(request.user, User) else None
    form = None if signed_in else _form(request, invitation)
    if request.method == "POST":
        user = _joined(signed_in, token) if signed_in else _accepted(request, token, form)
        if user:
            messages.success(request, f"Welcome, {user}.")
            return redirect(_landing(request))
    return _page(request, invitation, signed_in, form)


def _landing(request: HttpRequest) -> str:
    """Return the page that the person is wanted on; only one of this portal's."""
    then = request.GET.get("next", "")
    is_ours = then.startswith("/") and url_has_allowed_host_and_scheme(then, allowed_hosts=None)
    return then if is_ours else reverse("home")


def _form(request: HttpRequest, invitation: Invitation) -> ServiceForm:
    known = User.objects.filter(email__iexact=invitation.email).exists()
    given = request.POST if request.method == "POST" else None
    return ConfirmingForm(given) if known else JoiningForm(given)


def _joined(signed_in: User, token: str) -> User:
    return services.join(token, by=signed_in)


def _accepted(request: HttpRequest, token: str, form: ServiceForm | None) -> User | None:
    """Take the invitation and sign its person in; None where the form says why not."""
    if form is None or not form.is_valid():
        return None
    try:
        user = services.accept(token, **{"full_name": "", **form.cleaned_data})
    except (Invalid, TooMany) as error:
        form.refuse(error)
        return None
    login(request, user)
    return user


def _page(
    request: HttpRequest, invitation: Invitation, signed_in: User | None, form: ServiceForm | None
) -> HttpResponse:
    context: dict[str, Any] = {
        "invitation": invitation,
        "role_label": services.role_label(invitation),
        "form": form,
        "is_known": isinstance(form, ConfirmingForm),
        "is_mine": signed_in is not None and signed_in.email.lower() == invitation.email.lower(),
        "signed_in": signed_in,
    }
    return render(request, "people/accept.html", context, status=422 if form and form.errors else 200)


def _refused(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Used, withdrawn, too old, or never there: each says what to do instead."""
    return render(request, "people/accept_refused.html", {"error": error}, status=error.status)
