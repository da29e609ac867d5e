"""Accounts of people: what administrators do with them."""

from django.db import transaction

from portal.accounts import rules
from portal.accounts.models import ApiToken, User
from portal.accounts.states import StaffRole
from portal.accounts.validators import refusal
from portal.audit import services as audit
from portal.core import clock
from portal.core.errors import Conflict, Forbidden


def deactivate(user: User, *, by: User) -> User:
    """Close the account: its sessions and tokens end with their next request; what the person did stays on record.

    Raises `Forbidden`, `Conflict` for oneself (which keeps at least one administrator) or an account that is closed already.
    """
    if not rules.may_manage_staff(by):
        raise Forbidden("Only portal administrators close accounts.")
    if user.pk == by.pk:
        raise Conflict("You cannot close your own account.", remedy="Ask another portal administrator.")
    with transaction.atomic():
        if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
            raise Conflict("This account is closed already.")
        ApiToken.objects.filter(user=user, revoked_at=None).update(revoked_at=clock.now())
        audit.record("user.deactivated", user, by=by, customer=None, before={"active": True}, after={"active": False})
    user.refresh_from_db(fields=["is_active"])
    return user


def change_staff_role(user: User, *, role: str, by: User) -> User:
    """Give one of the provider's people another role, from their next request on.

    Raises `Forbidden`, `Invalid` for a role that does not exist, `Conflict` for oneself or for a customer's person.
    """
    if not rules.may_manage_staff(by):
        raise Forbidden("Only portal administrators manage the provider's people.")
    if role not in StaffRole.values:
        raise refusal("role", "Select a role")
    if user.pk == by.pk:
        raise Conflict("You cannot change your own role.", remedy="Ask another portal administrator.")
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        if not user.is_provider:
            raise Conflict(
                f"{user} is not one of the provider's people.", remedy="Invite another address of this person."
            )
        before, user.staff_role = user.staff_role, role
        user.save(update_fields=["staff_role"])
        audit.record("user.role_changed", user, by=by, customer=None, before={"role": before}, after={"role": role})
    return user
