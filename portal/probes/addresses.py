"""Which addresses the portal may connect to, and why it may not connect to the others.

IPv6 is closed except for global unicast (2000::/3). What carries an IPv4 address inside is closed whatever it carries, since a
gateway on the way would unpack it: Python's `is_global` calls `64:ff9b::a9fe:a9fe` and `2002:a9fe:a9fe::` global.

Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and later), RFC 5214 (ISATAP), RFC 6052 and 8215
(NAT64), VPC user guide (link-local addresses, fd00:ec2::/32).
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Kind(StrEnum):
    PRIVATE = "private"
    """In use inside somebody's networks: to be checked from there."""
    CLOSED = "closed"
    """Nobody's server on the Internet."""


@dataclass(frozen=True, slots=True)
class Closed:
    network: Network
    words: str
    kind: Kind = Kind.CLOSED


def _closed(networks: str, words: str, kind: Kind = Kind.CLOSED) -> tuple[Closed, ...]:
    return tuple(Closed(ip_network(network), words, kind) for network in networks.split())


CLOSED: tuple[Closed, ...] = (
    *_closed("fd00:ec2::/32", "an address of AWS's own services inside a VPC"),
    *_closed("10.0.0.0/8 172.16.0.0/12 192.168.0.0/16 fc00::/7", "a private address", Kind.PRIVATE),
    *_closed("100.64.0.0/10", "an address that carriers share (CGNAT)", Kind.PRIVATE),
    *_closed("0.0.0.0/8 ::/128", "an address that stands for no host"),
    *_closed("127.0.0.0/8 ::1/128", "a loopback address"),
    *_closed("169.254.0.0/16 fe80::/10", "a link-local address"),
    *_closed("192.0.2.0/24 198.51.100.0/24 203.0.113.0/24 2001:db8::/32 3fff::/20", "an address for documentation"),
    *_closed("198.18.0.0/15 2001:2::/48", "an address for benchmarks"),
    *_closed("224.0.0.0/4 ff00::/8", "a multicast address"),
    *_closed("::ffff:0:0/96 ::ffff:0:0:0/96 ::/96", "an IPv6 address around an IPv4 one"),
    *_closed("64:ff9b::/96 64:ff9b:1::/48", "an IPv6 address around an IPv4 one (NAT64)"),
    *_closed("2002::/16 192.88.99.0/24", "an IPv6 address around an IPv4 one (6to4)"),
    *_closed("2001::/32", "an IPv6 address around an IPv4 one (Teredo)"),
    *_closed("2001::/23 192.0.0.0/24", "an address for protocols"),
    *_closed("192.31.196.0/24 192.52.193.0/24 192.175.48.0/24 2620:4f:8000::/48", "an address for protocols"),
    *_closed("240.0.0.0/4", "a reserved address"),
    *_closed("fec0::/10", "a site-local address"),
)

_UNICAST = IPv6Network("2000::/3")
_ISATAP = 0x00005EFE
_ISATAP_FLAGS = 0x03000000


def closed(address: Address) -> Closed | None:
    """Return why an address is closed, or None for one of a server on the Internet."""
    for row in CLOSED:
        if address in row.network:
            return row
    if isinstance(address, IPv6Address):
        return _closed_ipv6(address)
    return None


def _closed_ipv6(address: IPv6Address) -> Closed | None:
    if address not in _UNICAST:
        return Closed(IPv6Network("::/0"), "an address that is not in use on the Internet")
    if (int(address) >> 32) & 0xFFFFFFFF & ~_ISATAP_FLAGS == _ISATAP:
        return Closed(_UNICAST, "an IPv6 address around an IPv4 one (ISATAP)")
    return None


def literal(host: str) -> Address | None:
    """Return the address that `host` is in its usual writing, or None for everything else."""
    if "%" in host:
        return None  # a zone of this machine; ip_address() would take it
    try:
        return ip_address(host)
    except ValueError:
        return None


def is_disguised(host: str) -> bool:
    """Whether C libraries would read this as an IPv4 address though it is not written as one.

    `2130706433`, `0177.0.0.1`, `0x7f.1` and `127.1` are all 127.0.0.1 to getaddrinfo. As in the URL standard of WHATWG, the
    last part decides: no top-level domain is a number.
    """
    last = host.rstrip(".").rpartition(".")[2].lower()
    return literal(host) is None and (last.isdigit() or last.startswith("0x"))


_LABEL = "[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME = re.compile(rf"(?!.{{254}}){_LABEL}(?:\.{_LABEL})*")


def is_name(host: str) -> bool:
    """Whether this is a host's name: nothing in it could begin a line or a part of an address."""
    return _NAME.fullmatch(host) is not None
