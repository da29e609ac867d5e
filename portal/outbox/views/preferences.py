"""How messages reach a person: their choice, and the digest's own way out."""

from django.contrib import messages as flashes
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.signed_in import person
from portal.core.errors import Invalid
from portal.outbox import one_click, preferences, selectors
from portal.outbox.forms import PreferencesForm


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest) -> HttpResponse:
    user = person(request)
    form = PreferencesForm(user, selectors.preferences(user), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            preferences.change(user, form.wanted())
        except Invalid as error:
            form.refuse(error)
        else:
            flashes.success(request, "Your choice counts from the next message on.")
            return redirect("message_preferences")
    context = {"form": form, "undeliverable_since": selectors.undeliverable_since(user)}
    return render(request, "messages/preferences.html", context, status=422 if form.errors else 200)


@require_POST
def try_address_again(request: HttpRequest) -> HttpResponse:
    user = person(request)
    preferences.try_address_again(user)
    flashes.success(request, f"Mail is sent to {user.email} again.")
    return redirect("message_preferences")


@login_not_required
@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def digest_off(request: HttpRequest, token: str) -> HttpResponse:
    """Turn the digest of the link's person off. A GET only asks: scanners follow links. The POST needs no page before it, since
    mail programs send it by themselves (RFC 8058); the signed link is what allows it."""
    reader = one_click.person(token)
    if request.method == "POST":
        preferences.turn_digest_off(reader)
    return render(request, "messages/digest_off.html", {"done": request.method == "POST", "reader": reader})
