"""Invitations: the only way in. Sent to one address, good once, for 72 hours."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.db import IntegrityError, transaction

from portal.accounts import rules
from portal.accounts.models import Customer, Invitation, Membership, User
from portal.accounts.services import one_time, passwords
from portal.accounts.signals import member_joined
from portal.accounts.states import CustomerRole, StaffRole
from portal.accounts.validators import check_password, clean_email, clean_name, refusal
from portal.audit import services as audit
from portal.core import clock
from portal.core.errors import Conflict, Forbidden, NotFound
from portal.outbox import services as outbox


@dataclass(frozen=True, slots=True)
class Errand:
    """What somebody is invited for: `what` completes “You are asked to …”, `asker` says who asks, `note` their own words, and
    `path` is the page where accepting leads."""

    what: str
    asker: User
    note: str
    path: str


def invite(
    *, email: str, role: str, by: User, customer: Customer | None = None, errand: Errand | None = None
) -> Invitation:
    """Invite this address to a customer, or to the provider's own people where `customer` is None.

    With an `errand` the mail says what the person is wanted for, and accepting leads there.
    An earlier open invitation of the same address to the same place is revoked. The link goes out by mail and is kept nowhere
    else. Raises `Forbidden`, `Invalid` for address or role, `Conflict` when the person belongs there already.
    """
    _require_manager(by, customer)
    email = clean_email(email)
    _check_role(role, customer)
    with transaction.atomic():
        _refuse_member(email, customer)
        invitation, token = _create(email=email, role=role, by=by, customer=customer)
        outbox.email(
            "invitation",
            email,
            key=f"invitation:{invitation.pk}",
            subject=f"{by} invites you to {customer or settings.PROVIDER_NAME}",
            customer=customer,
            context={
                "invitation": invitation,
                "link": link(token, errand.path if errand else ""),
                "inviter": by,
                "errand": errand,
                "role_label": role_label(invitation),
            },
            one_time_link=True,
        )
    return invitation


def bootstrap(*, email: str) -> str:
    """Return the one-time link by which a new installation gets its first administrator.

    Only somebody who runs commands on the machine calls this. Raises `Invalid` for the address, `Conflict` when an
    administrator is there already.
    """
    email = clean_email(email)
    with transaction.atomic():
        if User.objects.filter(staff_role=StaffRole.ADMINISTRATOR, is_active=True).exists():
            raise Conflict("This portal has an administrator already.", remedy="Ask them for an invitation.")
        _refuse_member(email, None)
        _, token = _create(email=email, role=StaffRole.ADMINISTRATOR, by=None, customer=None)
    return link(token)


def link(token: str, then: str = "") -> str:
    """Return the address that is the invitation; accepting it leads on to the path `then`."""
    query = f"?{urlencode({'next': then})}" if then else ""
    return f"{settings.PORTAL_URL}/invitations/{token}/{query}"


def role_label(invitation: Invitation) -> str:
    roles = CustomerRole if invitation.customer_id else StaffRole
    return str(roles(invitation.role).label)


def find(token: str) -> Invitation:
    """Return the invitation of this link. Raises `NotFound`, and `Conflict` when it was used, revoked or is too old."""
    found = Invitation.objects.select_related("customer", "invited_by").filter(token_digest=one_time.digest(token))
    invitation = found.first()
    if invitation is None:
        raise NotFound("This invitation does not exist. Copy the whole link from the e-mail.")
    _check_open(invitation)
    return invitation


def accept(token: str, *, full_name: str, password: str) -> User:
    """Turn the invitation into an account, or add its role to the account that its address has, whose password it then takes.

    The caller logs the returned person in. Raises what `find` raises, `Invalid` for name or password, `TooMany` for wrong
    passwords of an existing account.
    """
    invitation = find(token)
    user = User.objects.filter(email__iexact=invitation.email).first()
    if user is None:
        return _accept_as_new(invitation, full_name=full_name, password=password)
    passwords.confirm(user, password=password)
    with transaction.atomic():
        _use_up(invitation, user)
    return user


def join(token: str, *, by: User) -> User:
    """Add the invitation's role to the account of its address, whose person is signed in. Raises what `find` raises, and
    `Forbidden` for anybody else."""
    invitation = find(token)
    if by.email.lower() != invitation.email.lower():
        raise Forbidden(f"This invitation is for {invitation.email}. Log out to accept it.")
    with transaction.atomic():
        _use_up(invitation, by)
    return by


def revoke(invitation: Invitation, *, by: User) -> None:
    """Make the link useless. Raises `Forbidden`, `Conflict` when it was used or revoked already."""
    _require_manager(by, invitation.customer)
    with transaction.atomic():
        rows = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None)
        if not rows.update(revoked_at=clock.now()):
            raise Conflict("This invitation was accepted or revoked already.")
        before = {"email": invitation.email, "role": invitation.role}
        audit.record("invitation.revoked", invitation, by=by, customer=invitation.customer, before=before)
    invitation.refresh_from_db(fields=["revoked_at"])


def _create(*, email: str, role: str, by: User | None, customer: Customer | None) -> tuple[Invitation, str]:
    """Write the invitation and return it with its token; the caller hands the token over and forgets it."""
    now = clock.now()
    Invitation.objects.open().filter(email__iexact=email, customer=customer).update(revoked_at=now)
    token = one_time.make()
    invitation = Invitation.objects.create(
        email=email,
        role=role,
        customer=customer,
        invited_by=by,
        token_digest=one_time.digest(token),
        expires_at=now + settings.INVITATION_LIFETIME,
    )
    after = {"email": email, "role": role, "expires_at": invitation.expires_at}
    audit.record("invitation.sent", invitation, by=by, customer=customer, after=after)
    return invitation, token


def _accept_as_new(invitation: Invitation, *, full_name: str, password: str) -> User:
    full_name = clean_name(full_name, pointer="full_name", what="your full name")
    check_password(password, user=User(email=invitation.email, full_name=full_name))
    try:
        with transaction.atomic():
            user = User.objects.create_user(invitation.email, password, full_name=full_name)
            _use_up(invitation, user)
    except IntegrityError:
        # Two tabs at once: the other one made the account.
        raise Conflict("This invitation was accepted already.", remedy="Log in with the password you chose.") from None
    return user


def _use_up(invitation: Invitation, user: User) -> None:
    """Mark the invitation accepted and give its role; the conditional update lets one of two callers through."""
    rows = Invitation.objects.open().filter(pk=invitation.pk)
    if not rows.update(accepted_at=clock.now()):
        raise Conflict("This invitation was accepted or revoked already.", remedy="Log in, or ask for a new one.")
    _refuse_member(user.email, invitation.customer)
    if invitation.customer:
        Membership.objects.create(user=user, customer=invitation.customer, role=invitation.role)
    else:
        user.staff_role = invitation.role
        user.save(update_fields=["staff_role"])
    rules.forget_roles(user)
    after = {"user": user.email, "role": invitation.role}
    audit.record("invitation.accepted", invitation, by=user, customer=invitation.customer, after=after)
    if invitation.customer:
        member_joined.send(sender=Membership, user=user, customer=invitation.customer)


def _require_manager(by: User, customer: Customer | None) -> None:
    if customer is None and not rules.may_manage_staff(by):
        raise Forbidden("Only portal administrators manage the provider's people.")
    if customer is not None and not rules.may_manage_members(by, customer):
        raise Forbidden(f"Only administrators of {customer} and its account managers manage its people.")


def _check_role(role: str, customer: Customer | None) -> None:
    if role not in (CustomerRole.values if customer else StaffRole.values):
        raise refusal("role", "Select a role")


def _refuse_member(email: str, customer: Customer | None) -> None:
    """A person is the provider's or customers', never both: nobody may stand on both sides of a hand-over."""
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        return
    if not user.is_active:
        raise Conflict(f"The account of {email} is closed.")
    if user.is_provider:
        raise Conflict(f"{email} belongs to the people of {settings.PROVIDER_NAME} already.")
    if customer is None and user.memberships.exists():
        raise Conflict(f"{email} belongs to a customer.", remedy="Invite another address of this person.")
    if customer and user.memberships.filter(customer=customer).exists():
        raise Conflict(f"{email} is a member of {customer} already.", remedy="Change the role on the People page.")


def _check_open(invitation: Invitation) -> None:
    if invitation.accepted_at:
        raise Conflict("This invitation was accepted already.", remedy="Log in with the password you chose.")
    if invitation.revoked_at:
        raise Conflict("This invitation was withdrawn.", remedy="Ask who invited you for a new one.")
    if invitation.expires_at <= clock.now():
        raise Conflict("This invitation is older than it may be.", remedy="Ask who invited you for a new one.")
