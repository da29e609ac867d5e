"""Of which environments an item must be true: by name, for the rows of a template. All conditions of an item have to hold; an
item without any is asked of every environment. Non-production is neither monitored nor backed up (S41).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from environments.catalogue.products import PRODUCTS
from environments.models import Environment
from environments.provisioning.specification import Spec
from environments.states import EnvironmentKind

Holds = Callable[[Environment, Spec], bool]


@dataclass(frozen=True, slots=True)
class Condition:
    """`name` is what a template keeps; `words` complete "Asked where ..."."""

    name: str
    words: str
    holds: Holds


def _kind(kind: str) -> Holds:
    return lambda environment, spec: environment.kind == kind


def _product(key: str) -> Holds:
    return lambda environment, spec: any(product.key == key for product in spec.products)


def _several_nodes(environment: Environment, spec: Spec) -> bool:
    return any(product.pattern != "single" for product in spec.products)


CONDITIONS: tuple[Condition, ...] = (
    Condition("production", "the environment is production", lambda environment, spec: environment.is_production),
    *(
        Condition(f"kind:{value}", f"its kind is {label.lower()}", _kind(value))
        for value, label in EnvironmentKind.choices
    ),
    *(Condition(f"product:{one.key}", f"{one.name} is deployed", _product(one.key)) for one in PRODUCTS),
    Condition("several_nodes", "a product runs on several nodes", _several_nodes),
    Condition(
        "public_domain",
        "products on several nodes answer under a public domain",
        lambda environment, spec: bool(spec.domain) and _several_nodes(environment, spec),
    ),
    Condition("route53", "Amazon Route 53 keeps the names", lambda environment, spec: bool(spec.zone)),
    Condition("own_dns", "the customer's DNS server keeps the names", lambda environment, spec: not spec.zone),
    Condition(
        "own_dns_forwarded",
        "the VPC asks the customer's DNS servers",
        lambda environment, spec: not spec.zone and bool(spec.dns.servers),
    ),
    Condition("ses", "mail goes out through Amazon SES", lambda environment, spec: spec.mail.choice == "ses"),
    Condition("own_mail_server", "the customer has a mail server", lambda environment, spec: spec.mail.choice == "own"),
    Condition(
        "forwarding",
        "logs are forwarded to the customer",
        lambda environment, spec: spec.logs.forward and bool(spec.logs.host),
    ),
    Condition("disaster_recovery", "disaster recovery is chosen", lambda environment, spec: spec.recovers_elsewhere),
    Condition("vpn", "a VPN leads to the data centre", lambda environment, spec: spec.data_centre.choice == "vpn"),
    Condition(
        "direct_connect",
        "Direct Connect leads to the data centre",
        lambda environment, spec: spec.data_centre.choice == "direct_connect",
    ),
)
BY_NAME = {condition.name: condition for condition in CONDITIONS}


def hold(names: Iterable[str], environment: Environment, spec: Spec) -> bool:
    """Return whether all of these conditions hold. One that is not known any more never does: an item that nobody can decide on
    is not dropped in silence, it cannot come into a published version (`problems.of`)."""
    return all(name in BY_NAME and BY_NAME[name].holds(environment, spec) for name in names)
