"""Names looked up with dnspython, within a deadline of their own: getaddrinfo has none, and reads more than DNS."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import dns.exception
import dns.name
import dns.resolver

from portal.probes.outcome import Failure, shown


class NotResolved(Failure):
    """A name could not be looked up."""


class NoSuchName(NotResolved):
    """DNS says that the name does not exist."""


class Resolver(Protocol):
    def ask(self, name: str, type: str, seconds: float) -> tuple[str, ...]:
        """Return the values of one type; none when the name has none. Raises NotResolved and NoSuchName."""


@dataclass(frozen=True, slots=True)
class PublicResolver:
    """`servers`: addresses to ask; where none is named, those that this machine is set to."""

    servers: tuple[str, ...] = ()
    port: int = 53

    def ask(self, name: str, type: str, seconds: float) -> tuple[str, ...]:
        try:
            answer = self._resolver(seconds).resolve(_absolute(name), type, search=False, raise_on_no_answer=False)
        except dns.resolver.NXDOMAIN:
            raise NoSuchName(
                f"{shown(name)} does not exist in public DNS.",
                "Check the spelling. A name that exists inside your networks only can be checked only from there.",
            ) from None
        except (dns.exception.DNSException, ValueError):
            raise NotResolved(
                f"{shown(name)} could not be looked up: its name servers do not answer, or answer with an error.",
                "Check the delegation and the name servers of the domain, and try again.",
            ) from None
        return tuple(_SAID[type](row) for row in answer.rrset or ())

    def _resolver(self, seconds: float) -> dns.resolver.Resolver:
        resolver = dns.resolver.Resolver(configure=not self.servers)
        if self.servers:
            resolver.nameservers = list(self.servers)
        resolver.port = self.port
        resolver.lifetime = seconds
        resolver.timeout = min(seconds, 2.0)
        return resolver


def _absolute(name: str) -> dns.name.Name:
    return dns.name.from_text(name, dns.name.root)


def _bare(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


_SAID: Mapping[str, Callable[[Any], str]] = {
    "A": lambda row: str(row.address),
    "AAAA": lambda row: str(row.address),
    "CNAME": lambda row: _bare(row.target),
    "MX": lambda row: f"{row.preference} {_bare(row.exchange)}",
    "NS": lambda row: _bare(row.target),
    "SOA": lambda row: _bare(row.mname),
    "TXT": lambda row: b"".join(row.strings).decode("utf-8", "replace"),
}
