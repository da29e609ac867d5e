"""What a person may see of service requests, and whom and what a new one can name."""

from django.db.models import Q, QuerySet

from environments.models import Environment
from environments.states import EnvironmentKind
from onboarding.models import Onboarding
from onboarding.requests import rules
from onboarding.requests.catalogue import Kind
from onboarding.requests.models import ServiceRequest
from onboarding.states import Stage
from portal.accounts import rules as roles
from portal.accounts import selectors as accounts
from portal.accounts.models import Customer, User
from portal.accounts.states import StaffRole
from portal.core.errors import NotFound

_WITH = (
    "customer",
    "environment__customer",
    "onboarding__customer",
    "onboarding__account_manager",
    "owner",
    "asked_by",
)
_WORKERS = (StaffRole.ACCOUNT_MANAGER, StaffRole.OPERATIONS_ENGINEER, StaffRole.ADMINISTRATOR)


def requests(user: User) -> QuerySet[ServiceRequest]:
    """The requests this person may see, newest first."""
    return ServiceRequest.objects.visible_to(user).select_related(*_WITH).order_by("-pk")


def request(user: User, id: str) -> ServiceRequest:
    found = requests(user).filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


def customers_to_ask_for(user: User) -> list[Customer]:
    """The customers for whom this person may ask for something, by name."""
    if roles.is_provider(user):
        return list(accounts.customers(user)) if rules.may_work(user) else []
    return [customer for customer in accounts.customers(user) if rules.may_ask(user, customer)]


def environments_to_name(user: User, customer: Customer, kind: Kind) -> QuerySet[Environment]:
    """The customer's environments that a request of this kind can be about."""
    rows = Environment.objects.visible_to(user).filter(customer=customer, torn_down_at=None).order_by("name", "pk")
    production = Q(kind=EnvironmentKind.PRODUCTION)
    return rows.filter({"production": production, "non_production": ~production}.get(kind.environment, Q()))


def onboarding_of(customer: Customer, environment: Environment | None) -> Onboarding | None:
    """Return the onboarding that a request belongs to: the newest of its environment, else of the customer."""
    rows = Onboarding.objects.filter(customer=customer).exclude(stage=Stage.CANCELLED).select_related("account_manager")
    if environment:
        rows = rows.filter(environments=environment)
    return rows.order_by("-created_at", "-pk").first()


def workers() -> QuerySet[User]:
    """The provider's people who can own a request."""
    return User.objects.filter(staff_role__in=_WORKERS, is_active=True).order_by("full_name", "pk")
