"""Inviting people, and taking an invitation back."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from portal.accounts import selectors
from portal.accounts.forms import InvitationForm
from portal.accounts.models import Customer
from portal.accounts.services import invitations as services
from portal.accounts.signed_in import person
from portal.accounts.views import people
from portal.core.errors import Conflict, Invalid


@require_POST
def new(request: HttpRequest) -> HttpResponse:
    user = person(request)
    customer = people.chosen(user, request.POST.get("customer", ""))
    form = InvitationForm(request.POST, for_staff=customer is None)
    if form.is_valid():
        try:
            invitation = services.invite(**form.cleaned_data, by=user, customer=customer)
        except (Invalid, Conflict) as error:
            form.refuse(error)
        else:
            messages.success(request, f"{invitation.email} is invited. The link in the e-mail is good for 3 days.")
            return redirect(people_of(customer))
    return people.page(request, customer, form, status=422)


@require_POST
def revoke(request: HttpRequest, id: str) -> HttpResponse:
    user = person(request)
    invitation = selectors.invitation(user, id)
    services.revoke(invitation, by=user)
    messages.success(request, f"The invitation of {invitation.email} is withdrawn. Its link opens nothing any more.")
    return redirect(people_of(invitation.customer))


def people_of(customer: Customer | None) -> str:
    """Return the address of the page with these people."""
    query = f"?{urlencode({'customer': customer.pk})}" if customer else ""
    return f"{reverse('people')}{query}"
