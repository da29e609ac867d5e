"""Who may ask for what, and who works on it. What a role is worth is decided in `portal.accounts.rules`."""

from onboarding.requests.models import ServiceRequest
from portal.accounts import rules as roles
from portal.accounts.models import Customer, User


def may_ask(user: User, customer: Customer) -> bool:
    """True for the customer's editors, and for account managers and engineers on their behalf."""
    return roles.may_edit_intake(user, customer)


def may_work(user: User) -> bool:
    """True for who takes, finishes, declines and routes requests."""
    return roles.may_sign_for_provider(user)


def may_withdraw(user: User, request: ServiceRequest) -> bool:
    """True for whoever could have asked: nobody waits for a colleague who is away."""
    return may_ask(user, request.customer)
