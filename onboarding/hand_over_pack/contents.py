"""What a hand-over pack says, read from the rows of one environment.

Only what is named here gets in. Answers that hold a secret's reference are never copied whole, and no secret is opened.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings

from environments import selectors as environments
from environments.catalogue.products import BY_KEY, PATTERNS_BY_KEY
from environments.models import Environment, Run
from environments.states import RunState
from onboarding import port_files
from onboarding.hand_over_pack import words
from onboarding.models import Onboarding
from onboarding.requests import catalogue, responsibilities
from onboarding.services import ports
from onboarding.services.hand_over_contents import console_url
from onboarding.states import Stage
from portal.accounts.models import Membership
from portal.core.errors import Conflict


@dataclass(frozen=True, slots=True)
class Product:
    """One product that is handed over, and its name in the private zone."""

    name: str
    version: str
    pattern: str
    url: str
    hostname: str
    address: str


@dataclass(frozen=True, slots=True)
class Contact:
    side: str
    role: str
    name: str
    reach: str


@dataclass(frozen=True, slots=True)
class Responsibility:
    area: str
    what: str
    who: str
    note: str


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that can be asked for with the hand-over (row S50)."""

    key: str
    title: str
    what: str
    coverage: str


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything the pack says. `as_of` is when the newest of what it rests on was approved, built or opened; it is the only
    time in the files, so that the same content gives the same bytes."""

    reference: str
    provider: str
    customer: str
    environment: str
    kind: str
    facts: list[tuple[str, str]]
    specification: int
    as_of: datetime
    products: list[Product]
    zone: str
    ports: list[dict[str, Any]]
    contacts: list[Contact]
    responsibilities: list[Responsibility]
    backups: list[str]
    next: list[str]
    offers: list[Offer]
    topology: dict[str, Any]

    def as_data(self) -> dict[str, Any]:
        return {**asdict(self), "facts": dict(self.facts), "as_of": self.as_of.isoformat(timespec="seconds")}

    @property
    def version(self) -> str:
        """The specification's version, and a digest that changes with anything that the pack says."""
        said = json.dumps(self.as_data(), sort_keys=True, ensure_ascii=False).encode()
        return f"{self.specification}-{sha256(said).hexdigest()[:8]}"

    @property
    def title(self) -> str:
        return f"{self.customer} {self.environment}"


def of(environment: Environment) -> Pack:
    """Return the pack of an environment. Raises `Conflict` while nothing of it is approved."""
    specification = environment.specifications.order_by("-version").first()
    onboarding = _onboarding(environment)
    if specification is None or onboarding is None:
        raise Conflict("There is no hand-over pack yet: nothing of this environment is approved.")
    content = specification.content
    rows = [found for found in ports.matrix(onboarding) if found.row.environment == environment.name]
    opened = [found.opening.opened_at for found in rows if found.opening]
    built = Run.objects.filter(environment=environment, state=RunState.FINISHED)
    finished = [moment for moment in built.values_list("finished_at", flat=True) if moment]
    return Pack(
        reference=onboarding.reference,
        provider=settings.PROVIDER_NAME,
        customer=environment.customer.name,
        environment=environment.name,
        kind=environment.get_kind_display(),
        facts=_facts(environment),
        specification=specification.version,
        as_of=max([specification.created_at, *finished, *opened]).replace(microsecond=0),
        products=_products(environment),
        zone=str(content.get("dns", {}).get("zone", "")),
        ports=port_files.as_data(rows),
        contacts=_contacts(onboarding, content),
        responsibilities=_responsibilities(environment),
        backups=words.backups(content.get("backup", {}), is_production=environment.is_production),
        next=words.what_comes_next(settings.PROVIDER_NAME, is_production=environment.is_production),
        offers=_offers(environment),
        topology=environments.topology(environment),
    )


def _offers(environment: Environment) -> list[Offer]:
    offered = catalogue.for_hand_over(is_production=environment.is_production)
    return [Offer(kind.key, kind.title, kind.what, kind.coverage_in_words) for kind in offered]


def _onboarding(environment: Environment) -> Onboarding | None:
    """Return the onboarding that the environment came to be by, a cancelled one only if there is no other."""
    rows = environment.onboardings.select_related("customer", "account_manager").order_by("created_at", "pk")
    return rows.exclude(stage=Stage.CANCELLED).first() or rows.first()


def _facts(environment: Environment) -> list[tuple[str, str]]:
    return [
        ("AWS account", str(environment.aws_account)),
        ("Region", environment.region),
        ("VPC", environment.vpc_id or "Not made yet"),
        ("CIDR blocks", ", ".join(environment.cidr_blocks)),
    ]


def _products(environment: Environment) -> list[Product]:
    return [
        Product(
            name=BY_KEY[one.product].name if one.product in BY_KEY else one.product,
            version=one.version,
            pattern=PATTERNS_BY_KEY[one.pattern].name if one.pattern in PATTERNS_BY_KEY else one.pattern,
            url=console_url(one),
            hostname=one.hostname,
            address=one.address,
        )
        for one in environment.product_deployments.order_by("product")
    ]


def _contacts(onboarding: Onboarding, content: Mapping[str, Any]) -> list[Contact]:
    manager, provider = onboarding.account_manager, settings.PROVIDER_NAME
    members = Membership.objects.filter(customer=onboarding.customer_id, user__is_active=True).select_related("user")
    monitoring = content.get("monitoring", {})
    return [
        Contact(provider, "Account manager", str(manager), manager.email),
        Contact(provider, "Support", provider, settings.SUPPORT_EMAIL),
        *(
            Contact(onboarding.customer.name, one.get_role_display(), str(one.user), one.user.email)
            for one in members.order_by("created_at", "pk")
        ),
        *(Contact(onboarding.customer.name, "Alerts", "", each) for each in monitoring.get("alert_emails", ())),
        *(Contact(onboarding.customer.name, "Urgent alerts", "", each) for each in monitoring.get("alert_phones", ())),
    ]


def _responsibilities(environment: Environment) -> list[Responsibility]:
    return [
        Responsibility(
            line.area, line.what, words.party(line.party(is_production=environment.is_production)), line.note
        )
        for line in responsibilities.lines()
    ]
