"""Networks and addresses."""

import ipaddress
import re
from collections.abc import Iterable

from environments.catalogue import ranges
from onboarding.validators.problem import ValueProblem, shown

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def network(value: str) -> Network:
    """Return the network of a CIDR block; host bits must be zero. Source: RFC 4632."""
    address, slash, _ = value.partition("/")
    if not slash:
        raise ValueProblem(f"{shown(value)} has no prefix length. Write it like 10.20.0.0/16.")
    try:
        found = ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise ValueProblem(f"{shown(value)} is not a CIDR block. Write it like 10.20.0.0/16.") from None
    if "%" in value or not re.fullmatch(r"[0-9]{1,3}", value.rpartition("/")[2]):
        raise ValueProblem(f"{shown(value)} is not a CIDR block. Write it like 10.20.0.0/16.")
    if ipaddress.ip_address(address) != found.network_address:
        raise ValueProblem(f"Host bits are set in {shown(value)}. Did you mean {found}?")
    return found


_RESERVED_BLOCKS = tuple((ipaddress.ip_network(block), why) for block, why in ranges.NEVER_A_VPC.items())
_AWS_SERVICES_BLOCK = ipaddress.ip_network(ranges.AWS_SERVICES)
_INTERNET_IPV6 = ipaddress.IPv6Network(ranges.INTERNET_IPV6)
_PRIVATE_IPV6 = tuple(ipaddress.IPv6Network(block) for block in ranges.PRIVATE_IPV6)
_SPECIAL_IPV6 = tuple((ipaddress.IPv6Network(block), why) for block, why in ranges.NEVER_A_VPC_IPV6.items())
_UNICAST_IPV6 = (_INTERNET_IPV6, ipaddress.IPv6Network(ranges.PRIVATE_UNICAST_IPV6))
_NEVER_A_SERVER_IPV6 = tuple(ipaddress.IPv6Network(block) for block in ranges.NEVER_A_SERVER_IPV6)


def vpc_cidr(value: str) -> str:
    """An IPv4 block of a VPC: network address, /16 to /28, not reserved. Source: VPC user guide, "VPC CIDR blocks"."""
    found = network(value)
    if found.version != 4:
        raise ValueProblem(f"{found} is an IPv6 block. Enter the IPv4 blocks here, and this one under “IPv6 blocks”.")
    if not 16 <= found.prefixlen <= 28:
        raise ValueProblem(f"A VPC's block is /16 to /28; {found} is /{found.prefixlen}. Copy it from the VPC's page.")
    for block, why in _RESERVED_BLOCKS:
        if found.overlaps(block):
            raise ValueProblem(f"{found} cannot be a VPC's block: {why}.")
    if found.overlaps(_AWS_SERVICES_BLOCK):
        raise ValueProblem(f"{found} cannot be a VPC's block: AWS services use {_AWS_SERVICES_BLOCK}.")
    return str(found)


def vpc_ipv6_cidr(value: str) -> str:
    """An IPv6 block of a VPC: /44 to /60, every fourth, public or private. Source: VPC user guide, "IPv6 VPC CIDR blocks"."""
    found = network(value)
    if found.version != 6:
        raise ValueProblem(f"{found} is an IPv4 block. Enter it under “CIDR blocks”, and the IPv6 blocks here.")
    if found.prefixlen not in range(ranges.IPV6_LARGEST, ranges.IPV6_SMALLEST + 1, ranges.IPV6_STEP):
        raise ValueProblem(
            f"A VPC's IPv6 block is /{ranges.IPV6_LARGEST} to /{ranges.IPV6_SMALLEST} in steps of {ranges.IPV6_STEP}; "
            f"{found} is /{found.prefixlen}. Copy it from the VPC's page."
        )
    why = _never_a_vpc(found)
    if why:
        raise ValueProblem(f"{found} cannot be a VPC's block: {why}. Copy it from the VPC's page.")
    return str(found)


def _never_a_vpc(block: ipaddress.IPv6Network) -> str:
    """Return why no VPC has this block; nothing where one may. Source: IPAM user guide, "Private IPv6 addressing"."""
    if any(block.subnet_of(private) for private in _PRIVATE_IPV6):
        return ""
    if not block.subnet_of(_INTERNET_IPV6):
        return f"it is neither of the Internet, {_INTERNET_IPV6}, nor of {ranges.PRIVATE_IPV6[0]}, which AWS takes privately"
    return next((why for special, why in _SPECIAL_IPV6 if block.overlaps(special)), "")


def routed_prefix(value: str) -> str:
    """A prefix behind the customer's gateway, for static routing. Source: EC2 CreateVpnConnectionRoute."""
    found = network(value)
    if found.version != 4:
        raise ValueProblem(f"{found} is IPv6. A virtual private gateway routes IPv4 prefixes.")
    for block, why in _RESERVED_BLOCKS:
        if found.prefixlen and found.overlaps(block):
            raise ValueProblem(f"{found} cannot be routed: {why}.")
    return str(found)


def overlap(block: str, others: Iterable[str]) -> str | None:
    """Return the first of `others` that shares an address with `block`. All are sound blocks."""
    mine = ipaddress.ip_network(block)
    for other in others:
        theirs = ipaddress.ip_network(other)
        if mine.version == theirs.version and mine.overlaps(theirs):
            return other
    return None


def server_address(value: str) -> str:
    """An address a server can have: not unspecified, loopback, link-local, multicast or reserved, nor around an IPv4 one.

    Sources: RFC 6890 (special addresses), RFC 6052 (NAT64), RFC 5952 (how IPv6 is written).
    """
    found = _address(value)
    if found.is_unspecified or found.is_loopback or found.is_link_local or found.is_multicast or _reserved(found):
        raise ValueProblem(
            f"{found} cannot be the address of a server that other machines reach. Give its own address."
        )
    return str(found)


def dns_server(value: str) -> str:
    """A DNS server that the VPC forwards to. Its endpoint speaks IPv4. Source: Route 53 Resolver API, `TargetAddress`."""
    found = server_address(value)
    if ":" in found:
        raise ValueProblem(
            f"{found} is an IPv6 address, and names are forwarded over IPv4. Give the server's IPv4 address."
        )
    return found


def _address(value: str) -> Address:
    try:
        found = ipaddress.ip_address(value)
    except ValueError:
        raise ValueProblem(f"{shown(value)} is not an IP address. Write it like 10.20.0.2.") from None
    if isinstance(found, ipaddress.IPv6Address) and (found.scope_id or found.ipv4_mapped):
        raise ValueProblem(f"{shown(value)} is not a plain IP address. Write it like 10.20.0.2.")
    return found


def _reserved(found: Address) -> bool:
    if isinstance(found, ipaddress.IPv4Address):
        return int(found) >> 24 == 0 or int(found) >> 28 == 15
    is_unicast = any(found in block for block in _UNICAST_IPV6)
    return not is_unicast or any(found in block for block in _NEVER_A_SERVER_IPV6)


_CARRIER_NAT = ipaddress.ip_network("100.64.0.0/10")


def gateway_ip(value: str) -> str:
    """A customer gateway's address: static, IPv4, routed on the Internet.

    Source: Site-to-Site VPN user guide, "Customer gateway options". Behind NAT it is the NAT device's address.
    """
    found = _address(value)
    if found.version != 4:
        raise ValueProblem(f"Gateway address must be IPv4. {found} is IPv6, which this kind of VPN does not take.")
    if found in _CARRIER_NAT:
        raise ValueProblem(f"Gateway address must be public. {found} is a carrier's shared address (100.64.0.0/10).")
    if found.is_private and not _documentation(found):
        raise ValueProblem(
            f"Gateway address must be public. {found} is a private address. Behind NAT, give the NAT device's address."
        )
    if _documentation(found):
        raise ValueProblem(f"Gateway address must be public. {found} is reserved for documentation.")
    if not found.is_global or found.is_multicast or found.is_reserved:
        raise ValueProblem(f"Gateway address must be public. {found} is not routed on the Internet.")
    return str(found)


_DOCUMENTATION = tuple(ipaddress.ip_network(n) for n in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"))


def _documentation(found: Address) -> bool:
    return any(found in block for block in _DOCUMENTATION)
