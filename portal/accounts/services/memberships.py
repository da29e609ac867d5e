"""Who belongs to a customer, as what. A customer never loses its last administrator."""

from django.db import transaction

from portal.accounts import rules
from portal.accounts.models import Customer, Membership, User
from portal.accounts.states import CustomerRole
from portal.accounts.validators import refusal
from portal.audit import services as audit
from portal.core.errors import Conflict, Forbidden


def change_role(membership: Membership, *, role: str, by: User) -> Membership:
    """Give the member another role. It counts from their next request on.

    Raises `Forbidden`, `Invalid` for a role that does not exist, `Conflict` for the last administrator.
    """
    _require_manager(by, membership.customer)
    if role not in CustomerRole.values:
        raise refusal("role", "Select a role")
    with transaction.atomic():
        membership = _locked(membership)
        before = membership.role
        if before == role:
            return membership
        _keep_an_administrator(membership)
        membership.role = role
        membership.save(update_fields=["role"])
        audit.record(
            "membership.role_changed",
            membership,
            by=by,
            customer=membership.customer,
            before={"role": before},
            after={"role": role},
        )
    rules.forget_roles(membership.user)
    return membership


def remove(membership: Membership, *, by: User) -> None:
    """End the membership: the person sees nothing of this customer from their next request on.

    Raises `Forbidden`, `Conflict` for the last administrator.
    """
    _require_manager(by, membership.customer)
    with transaction.atomic():
        membership = _locked(membership)
        _keep_an_administrator(membership)
        before = {"user": membership.user.email, "role": membership.role}
        audit.record("membership.removed", membership, by=by, customer=membership.customer, before=before)
        membership.delete()
    rules.forget_roles(membership.user)


def _require_manager(by: User, customer: Customer) -> None:
    if not rules.may_manage_members(by, customer):
        raise Forbidden(f"Only administrators of {customer} and its account managers manage its people.")


def _locked(membership: Membership) -> Membership:
    """Lock the customer, so that two administrators who remove each other come one after the other."""
    Customer.objects.select_for_update().get(pk=membership.customer_id)
    found = Membership.objects.select_related("user", "customer").filter(pk=membership.pk).first()
    if found is None:
        raise Conflict("This person was removed in the meantime.")
    return found


def _keep_an_administrator(membership: Membership) -> None:
    if membership.role != CustomerRole.ADMINISTRATOR:
        return
    others = Membership.objects.filter(
        customer=membership.customer, role=CustomerRole.ADMINISTRATOR, user__is_active=True
    ).exclude(pk=membership.pk)
    if not others.exists():
        raise Conflict(
            f"{membership.user} is the last administrator of {membership.customer}.",
            remedy="Make somebody else an administrator first.",
        )
