"""The provider's own people: their roles, and closing an account."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from portal.accounts import selectors
from portal.accounts.services import users as services
from portal.accounts.signed_in import person


@require_POST
def role(request: HttpRequest, id: str) -> HttpResponse:
    user = person(request)
    changed = services.change_staff_role(selectors.person(user, id), role=request.POST.get("role", ""), by=user)
    messages.success(request, f"{changed} is {changed.get_staff_role_display().lower()} now.")
    return redirect("people")


@require_POST
def close(request: HttpRequest, id: str) -> HttpResponse:
    user = person(request)
    closed = services.deactivate(selectors.person(user, id), by=user)
    messages.success(request, f"The account of {closed} is closed. What they did stays on record.")
    return redirect("people")
