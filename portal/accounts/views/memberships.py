"""Roles of a customer's people, and their end."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from portal.accounts import selectors
from portal.accounts.services import memberships as services
from portal.accounts.signed_in import person
from portal.accounts.views.invitations import people_of


@require_POST
def role(request: HttpRequest, id: str) -> HttpResponse:
    user = person(request)
    membership = selectors.membership(user, id)
    changed = services.change_role(membership, role=request.POST.get("role", ""), by=user)
    messages.success(request, f"{changed.user} is {changed.get_role_display().lower()} now.")
    return redirect(people_of(changed.customer))


@require_POST
def remove(request: HttpRequest, id: str) -> HttpResponse:
    user = person(request)
    membership = selectors.membership(user, id)
    services.remove(membership, by=user)
    messages.success(request, f"{membership.user} sees nothing of {membership.customer} any more.")
    return redirect("home" if membership.user_id == user.pk else people_of(membership.customer))
