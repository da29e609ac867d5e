"""Who may do what with clocks. What a role is worth is decided in `portal.accounts.rules`."""

from portal.accounts import rules as roles
from portal.accounts.models import User


def may_correct(user: User) -> bool:
    """True for the account managers and administrators, who answer for the dates: not the engineers, whose time is counted, nor
    the customer."""
    return roles.may_open_onboarding(user)


def may_read_calendars(user: User) -> bool:
    return roles.is_provider(user)


def may_change_calendars(user: User) -> bool:
    return roles.is_administrator(user)
