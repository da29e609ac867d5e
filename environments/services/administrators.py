"""Administrators of the consoles, as provisioning sealed them for the hand-over."""

import json

from environments.models import Environment, EnvironmentSecret
from environments.provisioning.steps.administrators import SEALED
from portal.accounts.models import User
from portal.audit.services import record
from portal.vault import services as vault


def administrators(environment: Environment, *, by: User) -> dict[str, dict[str, str]]:
    """Return `user_name` and `password` of each product's administrator by the product's key; nothing where provisioning has
    not made any. That they were read is recorded. Raises `VaultError`."""
    row = EnvironmentSecret.objects.filter(environment=environment, name=SEALED).select_related("secret").first()
    if row is None:
        return {}
    found: dict[str, dict[str, str]] = json.loads(vault.unseal(row.secret))
    record("environment_secret.opened", environment, by=by, customer=environment.customer, after={"name": SEALED})
    return found
