"""What AWS says about a VPN connection for the router at the other end: its customer gateway configuration, in XML.

The document holds pre-shared keys. It comes from AWS and is still parsed as a stranger's: without document types, so without
entities to expand or fetch, and of a bounded size.
"""

from dataclasses import dataclass
from ipaddress import ip_network
from xml.etree.ElementTree import Element, ParseError, fromstring

_MOST_CHARACTERS = 200_000


class NotUnderstood(Exception):
    """The document is not what AWS describes. The message holds nothing of it."""


@dataclass(frozen=True, slots=True)
class Phase:
    """What both ends agree on: algorithms as AWS writes them, `lifetime` in seconds."""

    integrity: str
    encryption: str
    group: int
    lifetime: int


@dataclass(frozen=True, slots=True)
class Tunnel:
    """One of the two. `key` is the pre-shared key. ASNs are 0 where routing is static; times are in seconds."""

    number: int
    router_address: str
    aws_address: str
    router_inside: str
    aws_inside: str
    prefix_length: int
    router_asn: int
    aws_asn: int
    hold_time: int
    key: str
    ike: Phase
    ipsec: Phase
    segment_size: int
    probe_interval: int
    probe_retries: int

    @property
    def inside_mask(self) -> str:
        return str(ip_network(f"0.0.0.0/{self.prefix_length}").netmask)


@dataclass(frozen=True, slots=True)
class Connection:
    """A connection with its tunnels, and `networks`: the ranges of the VPC behind it."""

    id: str
    tunnels: tuple[Tunnel, ...]
    networks: tuple[str, ...]
    is_static: bool


def read(text: str, *, networks: tuple[str, ...], is_static: bool) -> Connection:
    """Return what the document says. Raises `NotUnderstood`."""
    if len(text) > _MOST_CHARACTERS or "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise NotUnderstood("it is not a plain XML document of a sensible size")
    try:
        root = fromstring(text.strip())  # noqa: S314 - no document type, so nothing expands
        tunnels = tuple(_tunnel(number, found) for number, found in enumerate(root.iter("ipsec_tunnel"), start=1))
    except (ParseError, KeyError, ValueError) as error:
        raise NotUnderstood(f"a part of it is missing or no number ({type(error).__name__})") from None
    if not tunnels:
        raise NotUnderstood("it has no tunnel")
    return Connection(root.get("id", ""), tunnels, networks, is_static)


def _tunnel(number: int, found: Element) -> Tunnel:
    router, aws = _part(found, "customer_gateway"), _part(found, "vpn_gateway")
    ike, ipsec = _part(found, "ike"), _part(found, "ipsec")
    return Tunnel(
        number=number,
        router_address=_text(router, "tunnel_outside_address/ip_address"),
        aws_address=_text(aws, "tunnel_outside_address/ip_address"),
        router_inside=_text(router, "tunnel_inside_address/ip_address"),
        aws_inside=_text(aws, "tunnel_inside_address/ip_address"),
        prefix_length=int(_text(router, "tunnel_inside_address/network_cidr")),
        router_asn=int(router.findtext("bgp/asn") or 0),
        aws_asn=int(aws.findtext("bgp/asn") or 0),
        hold_time=int(router.findtext("bgp/hold_time") or 30),
        key=_text(ike, "pre_shared_key"),
        ike=_phase(ike),
        ipsec=_phase(ipsec),
        segment_size=int(_text(ipsec, "tcp_mss_adjustment")),
        probe_interval=int(_text(ipsec, "dead_peer_detection/interval")),
        probe_retries=int(_text(ipsec, "dead_peer_detection/retries")),
    )


def _phase(found: Element) -> Phase:
    return Phase(
        integrity=_text(found, "authentication_protocol"),
        encryption=_text(found, "encryption_protocol"),
        group=int(_text(found, "perfect_forward_secrecy").removeprefix("group")),
        lifetime=int(_text(found, "lifetime")),
    )


def _part(found: Element, name: str) -> Element:
    part = found.find(name)
    if part is None:
        raise KeyError(name)
    return part


def _text(found: Element, path: str) -> str:
    text = (found.findtext(path) or "").strip()
    if not text:
        raise KeyError(path)
    return text
