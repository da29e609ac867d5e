"""The port matrix (row S11): what the customer's firewall lets through, both ways. It follows from the answers alone.

Towards the products their ports, those that stay closed among them; from the environments whatever servers of the customer the
answers name; around both the tunnel. A row is known by what it says: once its range or port changes, it is another row, and
nobody has opened that yet.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from environments.catalogue import reach
from environments.catalogue.products import BY_KEY, Port, Product

Answers = Mapping[str, Mapping[str, Any]]

TO_PRODUCTS, FROM_PRODUCTS, TUNNEL = "to_products", "from_products", "tunnel"
DIRECTIONS = {
    TO_PRODUCTS: "From your networks to the products",
    FROM_PRODUCTS: "From the environments to your servers",
    TUNNEL: "Between your router and AWS",
}

YOUR_NETWORKS = "Your networks"
_CLOSED = "Closed: HTTPS is used instead. Leave it closed."


@dataclass(frozen=True, slots=True)
class PortRow:
    """One line of the matrix. `port` is None for a protocol without ports; `opens` is False for a port that stays closed."""

    environment: str
    direction: str
    source: str
    target: str
    port: int | None
    protocol: str
    purpose: str
    product: str = ""
    version: str = ""
    offset: int = 0
    opens: bool = True

    @property
    def key(self) -> str:
        """The same as long as the row says the same of the same product to a firewall."""
        said = (self.environment, self.product, self.direction, self.source, self.target, self.port, self.protocol)
        return hashlib.sha256(repr(said).encode()).hexdigest()[:16]

    @property
    def port_in_words(self) -> str:
        return "no ports" if self.port is None else str(self.port)

    @property
    def product_in_words(self) -> str:
        """`Micro Integrator 4.4.0, offset 10`; empty for what is no product's."""
        offset = f", offset {self.offset}" if self.offset else ""
        return f"{self.product} {self.version}{offset}" if self.product else ""

    def as_data(self) -> dict[str, Any]:
        return {"key": self.key, **asdict(self)}


def rows(answers: Answers) -> list[PortRow]:
    """Return the matrix of these sound answers, environment by environment; empty while there is none."""
    environments = answers.get("remote_access", {}).get("environments", [])
    return [row for environment in environments for row in _of(environment, answers)]


def _of(environment: Mapping[str, Any], answers: Answers) -> Iterator[PortRow]:
    name, ranges = environment.get("name", ""), ", ".join(environment.get("cidr_blocks", []))
    if not (name and ranges):
        return
    customers = ", ".join(answers.get("data_centre", {}).get("prefixes", [])) or YOUR_NETWORKS
    for given in answers.get("products", {}).get("products", []):
        product = BY_KEY.get(given.get("product", ""))
        if product:
            yield from _towards(product, given.get("version", ""), name, customers, ranges)
    for target, port, protocol, purpose in _servers(answers):
        yield PortRow(name, FROM_PRODUCTS, ranges, target, port, protocol, purpose)
    yield from _tunnel(answers, name)


def _towards(product: Product, version: str, environment: str, source: str, target: str) -> Iterator[PortRow]:
    for port in product.ports:
        if port.between_nodes:  # inside the VPC: no firewall of the customer's stands there
            continue
        yield PortRow(
            environment,
            TO_PRODUCTS,
            source,
            target,
            port.number,
            port.protocol,
            port.purpose if port.to_customer else _stays_closed(port),
            product.name,
            version,
            product.offset,
            port.to_customer,
        )


def _stays_closed(port: Port) -> str:
    return f"{port.purpose}. {_CLOSED}"


def _servers(answers: Answers) -> Iterable[tuple[str, int | None, str, str]]:
    """Yield each server of the customer that machines of an environment connect to: target, port, protocol, purpose."""
    dns, mail, time = answers.get("dns", {}), answers.get("smtp", {}), answers.get("ntp", {})
    for server in dns.get("servers", []) if dns.get("choice") == "own" else []:
        yield from ((server, port, protocol, "DNS") for port, protocol in reach.DNS)
    for server in time.get("servers", []) if time.get("choice") == "own" else []:
        yield from ((server, port, protocol, "NTP") for port, protocol in reach.NTP)
    if mail.get("choice") == "own" and mail.get("host") and mail.get("port"):
        yield mail["host"], mail["port"], "tcp", "Mail of the alerts"
    proxy = urlsplit(answers.get("monitoring", {}).get("http_proxy", ""))
    if proxy.hostname and proxy.port:
        yield proxy.hostname, proxy.port, "tcp", "HTTP proxy towards AWS"
    logs = answers.get("logs", {})
    if logs.get("forward") and logs.get("host") and logs.get("port"):
        yield logs["host"], logs["port"], "tcp", "Forwarded logs"


def _tunnel(answers: Answers, environment: str) -> Iterator[PortRow]:
    given = answers.get("data_centre", {})
    if given.get("choice") != "vpn" or not given.get("gateway_ip"):
        return
    for port, protocol in reach.IPSEC:
        yield PortRow(
            environment,
            TUNNEL,
            given["gateway_ip"],
            f"Both tunnel addresses of {environment}, in the device configuration",
            port,
            protocol,
            "IPsec tunnel, both ways",
        )
