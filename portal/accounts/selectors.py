"""What of people and customers may this person see."""

from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet

from portal.accounts import rules
from portal.accounts.models import ApiToken, Customer, Invitation, Membership, User
from portal.accounts.states import CustomerRole
from portal.core.errors import NotFound

Row = TypeVar("Row", bound=Model)


def customers(user: rules.Person) -> QuerySet[Customer]:
    return Customer.objects.visible_to(user or AnonymousUser()).order_by("name")


def customer(user: rules.Person, id: str) -> Customer:
    return _one(customers(user), id)


def members(user: rules.Person, customer: Customer) -> QuerySet[Membership]:
    """The people of a customer this person may see, with their accounts, by name."""
    return memberships(user).filter(customer=customer)


def memberships(user: rules.Person) -> QuerySet[Membership]:
    rows = Membership.objects.select_related("user", "customer").order_by("user__full_name", "id")
    return rows.filter(customer__in=customers(user).order_by().values("pk"))


def membership(user: rules.Person, id: str) -> Membership:
    return _one(memberships(user), id)


def staff(user: rules.Person) -> QuerySet[User]:
    """The provider's people; only they see each other as a list."""
    rows = User.objects.exclude(staff_role="").order_by("full_name", "id")
    return rows if rules.is_provider(user) else rows.none()


def person(user: rules.Person, id: str) -> User:
    """One person this person may see: a colleague, or for the provider's people anybody."""
    rows = User.objects.all()
    if not rules.is_provider(user):
        rows = rows.filter(pk__in=memberships(user).order_by().values("user"))
    return _one(rows, id)


def invitations(user: rules.Person) -> QuerySet[Invitation]:
    """Invitations that wait for their answer: of the customers whose members this person manages or, for the provider's
    people, of all; those of the provider's own people only for its administrators and auditors."""
    rows = Invitation.objects.open().select_related("customer", "invited_by").order_by("-created_at", "id")
    if rules.is_administrator(user) or rules.is_auditor(user):
        return rows
    if rules.is_provider(user):
        return rows.filter(customer__isnull=False)
    if not isinstance(user, User):
        return rows.none()
    managed = Membership.objects.filter(user=user, user__is_active=True, role=CustomerRole.ADMINISTRATOR)
    return rows.filter(customer__in=managed.values("customer"))


def invitation(user: rules.Person, id: str) -> Invitation:
    return _one(invitations(user), id)


def tokens(user: rules.Person) -> QuerySet[ApiToken]:
    """The person's own API tokens that are not revoked; nobody sees another's."""
    rows = ApiToken.objects.filter(revoked_at__isnull=True).order_by("-created_at", "id")
    return rows.filter(user=user) if isinstance(user, User) else rows.none()


def token(user: rules.Person, id: str) -> ApiToken:
    return _one(tokens(user), id)


def second_contact(of: Customer, *, besides: User) -> User | None:
    """Return who else at the customer hears of what concerns credentials: an administrator before a contributor."""
    editors = Q(memberships__role=CustomerRole.ADMINISTRATOR) | Q(memberships__role=CustomerRole.CONTRIBUTOR)
    rows = User.objects.filter(editors, memberships__customer=of, is_active=True).exclude(pk=besides.pk)
    return rows.order_by("memberships__role", "id").first()


def _one(rows: QuerySet[Row], id: str) -> Row:
    found = rows.filter(pk=id).first()
    if found is None:
        raise NotFound
    return found
