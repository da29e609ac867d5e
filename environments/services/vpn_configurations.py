"""The configuration of the customer's router, handed out for a password: it holds the keys of both tunnels."""

import logging
from dataclasses import dataclass

from django.db import transaction
from django.utils.text import slugify

from environments import rules
from environments.models import Environment, EnvironmentSecret, RunStep
from environments.provisioning.steps.vpn_configuration import SECRET, VpnConfiguration
from environments.services import stand_in
from environments.states import StepState
from portal.accounts.models import User
from portal.accounts.services import passwords
from portal.audit.services import record
from portal.core.errors import Conflict, DomainError, Forbidden
from portal.vault import services as vault
from portal.vault.errors import VaultError

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the customer gets. `router`: the family of routers it is for. `is_sample`: made by a stand-in."""

    router: str
    file_name: str
    text: str
    is_sample: bool


def sealed(environment: Environment) -> EnvironmentSecret | None:
    """Return what is sealed, for its age; None where no configuration was written yet."""
    found: EnvironmentSecret | None = EnvironmentSecret.objects.filter(environment=environment, name=SECRET).first()
    return found


def router(environment: Environment) -> str:
    """Return the family of routers that the sealed configuration is for."""
    written = RunStep.objects.filter(
        run__environment=environment, key=VpnConfiguration.key, state=StepState.READY, removes=False
    )
    outputs = written.order_by("-finished_at").values_list("outputs", flat=True).first() or {}
    return str(outputs.get("router", ""))


def reveal(environment: Environment, *, password: str, by: User) -> Configuration:
    """Open the configuration for somebody who may configure the router and gives their password. Every reveal is on record.

    Raises `Forbidden`, `Invalid` (pointer `password`), `TooMany` after five wrong passwords in ten minutes, `Conflict` where
    nothing is sealed.
    """
    if not rules.may_reveal_configuration(by, environment.customer):
        _record("vpn_configuration.reveal_refused", environment, by)
        raise Forbidden("The router's configuration is for the customer's contributors and the provider's engineers.")
    try:
        passwords.confirm(by, password=password)
    except DomainError as error:
        _record("vpn_configuration.password_refused", environment, by, why=error.code)
        raise
    text = _open(environment)
    _record("vpn_configuration.revealed", environment, by)
    return _labelled(environment, text)


def _open(environment: Environment) -> str:
    found = sealed(environment)
    if found is None:
        raise Conflict("No configuration is written yet.", remedy="It is there as soon as the VPN connection is built.")
    try:
        return vault.unseal(found.secret)
    except VaultError as error:
        log.error("sealed router configuration does not open", extra={"error": type(error).__name__})
        raise Conflict(
            "The configuration could not be opened.", remedy="Try again in some minutes, or ask the provider."
        ) from error


def _labelled(environment: Environment, text: str) -> Configuration:
    """Return it with a file name, and where a stand-in made it, with a comment that says so."""
    name = slugify(f"vpn {environment.customer.slug} {environment.name}")
    if not stand_in.available():
        return Configuration(router(environment), f"{name}.txt", text, is_sample=False)
    mark = text[0]
    label = f"{mark} SAMPLE, written by the stand-in for AWS: nothing answers at these addresses.\n"
    return Configuration(router(environment), f"sample-{name}.txt", label + text, is_sample=True)


def _record(action: str, environment: Environment, by: User, **after: str) -> None:
    with transaction.atomic():
        record(action, environment, by=by, customer=environment.customer, after=after or None)
