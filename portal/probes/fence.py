"""The egress fence: the one way out for every probe.

A name is resolved once, every A and AAAA answer is checked, what is connected to is an address that was checked, and the peer
is compared after connecting: a name that changes its answer (DNS rebinding) gains nothing. Ports are fixed per purpose.
"""

import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address, ip_network
from typing import Literal

from portal.probes import addresses
from portal.probes.addresses import Address, Kind
from portal.probes.deadline import Deadline
from portal.probes.outcome import Failure, Verdict, shown
from portal.probes.resolving import PublicResolver, Resolver
from portal.probes.target import Target

Purpose = Literal["dns", "https", "ntp", "proxy", "smtp"]

PORTS: Mapping[Purpose, Collection[int]] = {
    "dns": {53},
    "https": {443, 8243, 8443, 9099, 9443},  # of the products in the catalogue, without offset
    "ntp": {123},
    "proxy": {80, 443, *range(1024, 65536)},  # as the form says, but no service of another kind
    "smtp": {25, 465, 587, 2465, 2587},
}

CONFIRMED_BY_A_PERSON = "Somebody who looks from inside and sees it work confirms it by name."

_PRIVATE_USE = ("internal", "local", "localdomain", "lan", "home", "home.arpa", "corp", "intranet", "private")
"""Names that never exist in public DNS. Sources: ICANN on .internal (2024), RFC 6762, RFC 8375, usage."""


class Refused(Failure):
    """The fence lets nobody go there."""


class PrivateTarget(Refused):
    """The target is inside somebody's networks: not wrong, and not to be reached from here."""

    verdict = Verdict.PRIVATE


@dataclass(frozen=True, slots=True)
class Fence:
    """`also` opens networks that are closed to all (tests reach loopback with it), `never` closes more of them, such as the
    portal's own public addresses or a NAT64 prefix of its network. `authorities` is a PEM file of further ones to trust.
    """

    also: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    ports: Mapping[Purpose, Collection[int]] = field(default_factory=lambda: PORTS)
    resolver: Resolver = field(default_factory=PublicResolver)
    authorities: str = ""
    connect_seconds: float = 5.0
    total_seconds: float = 10.0
    read_limit: int = 64 * 1024

    def allows(self, address: str) -> bool:
        """Whether a probe may connect to this address, given in its usual writing."""
        parsed = addresses.literal(address)
        return parsed is not None and self._why_not(parsed) is None

    def deadline(self) -> Deadline:
        """Return the deadline of a probe that begins now."""
        return Deadline(self.total_seconds)

    def tls(self) -> ssl.SSLContext:
        return _context(self.authorities)

    def target(self, host: str, port: int, purpose: Purpose, deadline: Deadline) -> Target:
        """Resolve and check, once. Raises Refused, PrivateTarget, NotResolved or TimedOut."""
        host = host.removesuffix(".")
        if port not in self.ports[purpose]:
            raise Refused(
                f"Port {port} is not checked from here.", f"The check reaches {_ports_in_words(self.ports[purpose])}."
            )
        return Target(
            host,
            port,
            self._addresses(host, deadline),
            deadline,
            connect_seconds=self.connect_seconds,
            read_limit=self.read_limit,
        )

    def _addresses(self, host: str, deadline: Deadline) -> tuple[Address, ...]:
        alone = addresses.literal(host)
        if alone is not None:
            self._check_all(host, (alone,))
            return (alone,)
        _check_name(host)
        found = self._resolved(host, deadline)
        self._check_all(host, found)
        return found

    def _resolved(self, host: str, deadline: Deadline) -> tuple[Address, ...]:
        """Return every address of a name, IPv4 first: the portal may have no IPv6."""
        answers = [answer for type in ("A", "AAAA") for answer in self.resolver.ask(host, type, deadline.left())]
        if not answers:
            raise Failure(f"{host} exists in DNS, but has no address.", "Enter an A or AAAA record for it.")
        return tuple(ip_address(answer) for answer in answers)

    def _check_all(self, host: str, found: tuple[Address, ...]) -> None:
        """The address behind a name is not told: the portal's resolver may know names that its reader must not look up here."""
        closed = [(address, why) for address in found if (why := self._why_not(address))]
        if not closed:
            return
        address, why = closed[0]
        what = host if str(address) == host else f"{host} has an address that"
        if len(closed) < len(found):
            raise Refused(
                f"{host} has public addresses, and one that is {why.words}. A part of the connections would fail.",
                "Let the name have public addresses only, or give a name for each network.",
            )
        if all(one.kind == Kind.PRIVATE for _, one in closed):
            raise PrivateTarget(
                f"{what} is {why.words}. It is never checked from the portal's network.", CONFIRMED_BY_A_PERSON
            )
        raise Refused(
            f"{what} is {why.words}. No server can be checked there.", "Give the server's own address or name."
        )

    def _why_not(self, address: Address) -> addresses.Closed | None:
        for network in map(ip_network, self.never):
            if address in network:
                return addresses.Closed(network, "closed by the provider")
        if any(address in ip_network(network) for network in self.also):
            return None
        return addresses.closed(address)


EGRESS = Fence()


def _check_name(host: str) -> None:
    if addresses.is_disguised(host):
        raise Refused(
            f"{shown(host)} is an unusual way to write an address.",
            "Write an address as four decimal numbers, such as 192.0.2.10.",
        )
    if not addresses.is_name(host):
        raise Refused(f"{shown(host)} is not the name or address of a server.", "Check its spelling.")
    if f".{host.lower()}".endswith(tuple(f".{ending}" for ending in _PRIVATE_USE)):
        raise PrivateTarget(
            f"{host} is a name inside your networks. Public DNS does not know it.", CONFIRMED_BY_A_PERSON
        )


def _ports_in_words(ports: Collection[int]) -> str:
    if len(ports) > 10:
        return "ports 80, 443 and those from 1024"
    return f"port{'s' * (len(ports) > 1)} {', '.join(str(port) for port in sorted(ports))}"


@cache
def _context(authorities: str) -> ssl.SSLContext:
    """Return what every certificate is checked by: a known authority, the host's name, its dates; TLS 1.2 at least."""
    context = ssl.create_default_context()
    if authorities:
        context.load_verify_locations(authorities)
    return context
