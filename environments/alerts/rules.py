"""Who may do what with test alerts. What a role is worth is decided in `portal.accounts.rules`."""

from portal.accounts import rules as roles


def may_send(user: roles.Person) -> bool:
    """True for who provisions: they set up the topic, and answer for whether alerts arrive."""
    return roles.may_provision(user)
