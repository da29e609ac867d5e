"""The frozen answers of one environment, with names for what the steps ask of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

PRODUCTION = "production"


@dataclass(frozen=True, slots=True)
class Product:
    """One product; `address` is where it answers: its node, or the load balancer before its nodes."""

    key: str
    version: str
    hostname: str
    address: str
    pattern: str = "single"


class _Answers:
    """A section's answers; what a customer left out has its default."""

    @classmethod
    def of(cls, answers: Mapping[str, Any]) -> Self:
        known = {field.name: field.type for field in fields(cls)}  # type: ignore[arg-type]
        given = {key: value for key, value in answers.items() if key in known and value not in (None, "")}
        return cls(**{key: _plain(value) for key, value in given.items()})


@dataclass(frozen=True, slots=True)
class Dns(_Answers):
    """`choice`: route53 or own. `servers`: the customer's DNS servers, where they keep the names."""

    choice: str = "route53"
    zone: str = ""
    servers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mail(_Answers):
    """`choice`: none (not asked), ses or own. `password` is the reference of a sealed secret, never the secret."""

    choice: str = "none"
    sender: str = ""
    sender_domain: str = ""
    host: str = ""
    port: int = 0
    encryption: str = ""
    username: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class Ntp(_Answers):
    """`choice`: amazon or own; `servers` are the customer's time servers."""

    choice: str = "amazon"
    servers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DataCentre(_Answers):
    """`choice`: none, vpn or direct_connect; `routing`: static or bgp."""

    choice: str = "none"
    gateway_ip: str = ""
    routing: str = ""
    bgp_asn: int = 0
    prefixes: tuple[str, ...] = ()
    router_vendor: str = ""
    router_model: str = ""
    router_software: str = ""
    line_provider: str = ""
    line_location: str = ""
    vlan: int = 0
    line_asn: int = 0


@dataclass(frozen=True, slots=True)
class Machines(_Answers):
    """`systems`: ubuntu, red_hat. Patches go in on `patch_day` within the hour `patch_hour`, UTC."""

    systems: tuple[str, ...] = ("ubuntu",)
    patch_day: str = "sunday"
    patch_hour: int = 2


@dataclass(frozen=True, slots=True)
class Monitoring(_Answers):
    """`proxy_password` is the reference of a sealed secret."""

    alert_emails: tuple[str, ...] = ()
    alert_phones: tuple[str, ...] = ()
    internet_reachable: bool = True
    http_proxy: str = ""
    proxy_username: str = ""
    proxy_password: str = ""


@dataclass(frozen=True, slots=True)
class Backup(_Answers):
    """`frequency`: hourly, daily; `dr_region` is empty without disaster recovery."""

    frequency: str = "daily"
    disaster_recovery: bool = False
    dr_region: str = ""
    archive_to_glacier: bool = False


@dataclass(frozen=True, slots=True)
class Logs(_Answers):
    """`host`, `port`, `protocol`: the customer's own collector, where logs are forwarded."""

    retention_days: int = 30
    forward: bool = False
    host: str = ""
    port: int = 0
    protocol: str = ""


@dataclass(frozen=True, slots=True)
class Spec:
    """One environment as approved. CIDR blocks are in canonical form; `zone` is empty where the customer runs the DNS.

    `creates_vpc`: the provider makes the VPC; `customer_vpc_id` is then empty until it stands. `creates_account`: the provider
    makes the AWS account, of which `root_email` becomes the root user. `domain`: the customer's public domain under which the
    products answer too, empty without one.
    """

    environment_id: str
    environment_name: str
    kind: str
    customer_slug: str
    customer_account_id: str
    customer_region: str
    customer_vpc_id: str
    customer_cidrs: tuple[str, ...]
    role_arn: str
    external_id: str
    provider_name: str
    tag_prefix: str
    provider_account_id: str
    provider_region: str
    provider_vpc_id: str
    provider_cidr: str
    products: tuple[Product, ...]
    zone: str
    retention_days: int
    provider_principal_arn: str = ""
    creates_vpc: bool = False
    creates_account: bool = False
    root_email: str = ""
    domain: str = ""
    dns: Dns = Dns()
    mail: Mail = Mail()
    ntp: Ntp = Ntp()
    data_centre: DataCentre = DataCentre()
    machines: Machines = Machines()
    monitoring: Monitoring = Monitoring()
    backup: Backup = Backup()
    logs: Logs = Logs()

    @property
    def is_production(self) -> bool:
        return self.kind == PRODUCTION

    @property
    def recovers_elsewhere(self) -> bool:
        """Disaster recovery is for production, on request (S28, S41)."""
        return self.is_production and self.backup.disaster_recovery and bool(self.backup.dr_region)

    def completed(self, outputs: Mapping[str, Mapping[str, Any]]) -> Spec:
        """Return the specification with what earlier steps found out: the ids of a new account and of a new VPC."""
        found: dict[str, Any] = {}
        if self.creates_account and outputs.get("account"):
            found.update(customer_account_id=outputs["account"]["account_id"], role_arn=outputs["account"]["role_arn"])
        if self.creates_vpc and outputs.get("vpc"):
            found.update(customer_vpc_id=outputs["vpc"]["vpc_id"])
        return replace(self, **found) if found else self

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Spec:
        """Read the content of a `Specification`."""
        environment, customer, provider = content["environment"], content["customer"], content["provider"]
        dns, logs = Dns.of(content["dns"]), Logs.of(content["logs"])
        products = tuple(_product(row) for row in content["products"])
        account = content.get("account", {})
        return cls(
            environment_id=environment["id"],
            environment_name=environment["name"],
            kind=environment["kind"],
            customer_slug=customer["slug"],
            customer_account_id=customer["account_id"],
            customer_region=customer["region"],
            customer_vpc_id=customer["vpc_id"],
            customer_cidrs=tuple(customer["cidr_blocks"]),
            role_arn=customer["role_arn"],
            external_id=customer["external_id"],
            provider_name=provider["name"],
            tag_prefix=provider["tag_prefix"],
            provider_account_id=provider["account_id"],
            provider_region=provider["region"],
            provider_vpc_id=provider["vpc_id"],
            provider_cidr=provider["cidr"],
            products=products,
            zone=_zone(dns, products),
            retention_days=logs.retention_days,
            provider_principal_arn=provider.get("principal_arn", ""),
            creates_vpc=bool(customer.get("creates_vpc", False)),
            creates_account=bool(account.get("wish", False)),
            root_email=account.get("root_email", ""),
            domain=content.get("domain", ""),
            dns=dns,
            mail=Mail.of(content.get("smtp", {})),
            ntp=Ntp.of(content.get("ntp", {})),
            data_centre=DataCentre.of(content.get("data_centre", {})),
            machines=Machines.of(content.get("operating_system", {})),
            monitoring=Monitoring.of(content.get("monitoring", {})),
            backup=Backup.of(content.get("backup", {})),
            logs=logs,
        )


def _plain(value: Any) -> Any:
    """Return a list as a tuple, and a sealed secret as its reference."""
    if isinstance(value, Mapping):
        return value.get("secret", "")
    return tuple(value) if isinstance(value, list) else value


def _zone(dns: Dns, products: Sequence[Product]) -> str:
    """Return the zone that the products' names are in. Each environment has its own, since a VPC, here the provider's, can ask
    only one zone of a name (Route 53, ConflictingDomainExists)."""
    if dns.choice != "route53":
        return ""
    return products[0].hostname.partition(".")[2] if products else dns.zone


def _product(row: Mapping[str, Any]) -> Product:
    return Product(row["product"], row["version"], row["hostname"], row["address"], row.get("pattern", "single"))
