"""People: a customer's members and open invitations; for the provider's people their colleagues too."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.accounts import rules, selectors
from portal.accounts.forms import InvitationForm
from portal.accounts.models import Customer, Invitation, User
from portal.accounts.services.invitations import role_label
from portal.accounts.signed_in import person
from portal.accounts.states import CustomerRole, StaffRole
from portal.core.errors import NotFound
from portal.outbox.selectors import undeliverable
from portal.ui import paging


@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """Show the people of the customer that the address names (`?customer=`), else one's own, else the provider's."""
    user = person(request)
    return page(request, chosen(user, request.GET.get("customer", "")))


def chosen(user: User, id: str) -> Customer | None:
    """Return whose people are meant; None means the provider's. Raises `NotFound`."""
    if id:
        return selectors.customer(user, id)
    if rules.is_provider(user):
        return None
    own = selectors.customers(user).first()
    if own is None:
        raise NotFound("You belong to no customer. The administrator of your organisation can invite you.")
    return own


def page(
    request: HttpRequest, customer: Customer | None, form: InvitationForm | None = None, *, status: int = 200
) -> HttpResponse:
    """Render the page; `form` holds an invitation that was refused."""
    user = person(request)
    may_manage = rules.may_manage_members(user, customer) if customer else rules.may_manage_staff(user)
    context = {
        "customer": customer,
        "customers": selectors.customers(user),
        "may_manage": may_manage,
        "form": form or InvitationForm(for_staff=customer is None),
        "invitations": _invitations(user, customer),
        **_rows(request, user, customer),
    }
    return render(request, "people/people.html", context, status=status)


def _rows(request: HttpRequest, user: User, customer: Customer | None) -> dict[str, Any]:
    if customer is None:
        staff = paging.by_number(selectors.staff(user), request.GET)
        emails = [person.email for person in staff.rows]
        return {"page": staff, "roles": StaffRole.choices, "undeliverable": undeliverable(emails)}
    members = paging.by_number(selectors.members(user, customer), request.GET)
    emails = [member.user.email for member in members.rows]
    return {"page": members, "roles": CustomerRole.choices, "undeliverable": undeliverable(emails)}


def _invitations(user: User, customer: Customer | None) -> list[tuple[Invitation, str]]:
    rows = selectors.invitations(user).filter(customer=customer)[: paging.ROWS]
    return [(invitation, role_label(invitation)) for invitation in rows]
