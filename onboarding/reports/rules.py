"""Who may see what is counted over all customers."""

from portal.accounts import rules as roles
from portal.accounts.models import User


def may_read(user: User) -> bool:
    """True for the provider's people: a customer would learn of others."""
    return roles.is_provider(user)
