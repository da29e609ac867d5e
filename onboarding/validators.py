"""Rules of single values, each with its source.

A rule takes text (or a number), returns the canonical value, and raises `ValueProblem` with a sentence that says what
is wrong, why, and how to mend it. It asks nothing of the network.
"""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from urllib.parse import urlsplit

from environments.catalogue.regions import RESERVED_ASNS

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Address = ipaddress.IPv4Address | ipaddress.IPv6Address

AMAZON_TIME_SYNC = ("169.254.169.123", "fd00:ec2::123")
"""Amazon Time Sync Service, reachable from every instance. Source: EC2 user guide, "Set the time"."""


class ValueProblem(Exception):
    """One value breaks one rule. `code` names the rule for programs."""

    def __init__(self, message: str, code: str = "invalid_value") -> None:
        super().__init__(message)
        self.message = message
        self.code = code


def aws_account_id(value: str) -> str:
    """Twelve digits, kept as text: leading zeros count. Source: Organizations API, type `AccountId`."""
    digits = re.sub(r"[\s-]", "", value)
    if not re.fullmatch(r"[0-9]+", digits):
        raise ValueProblem("AWS account ID must be 12 digits. Leave out the account's name or alias.")
    if len(digits) != 12:
        raise ValueProblem(f"AWS account ID must be 12 digits; you gave {len(digits)}. Keep leading zeros.")
    return digits


_OTHER_IDS = {
    "subnet": "a subnet",
    "sg": "a security group",
    "igw": "an internet gateway",
    "vpce": "a VPC endpoint",
    "pcx": "a peering connection",
    "rtb": "a route table",
    "cgw": "a customer gateway",
    "vgw": "a virtual private gateway",
    "i": "an instance",
}


def vpc_id(value: str) -> str:
    """`vpc-` and 8 or 17 hexadecimal letters. Source: EC2 resource IDs, ModifyIdFormat."""
    found = value.lower()
    prefix = found.partition("-")[0]
    if prefix in _OTHER_IDS and found != prefix:
        raise ValueProblem(f"VPC ID must start with vpc-; this is {_OTHER_IDS[prefix]} ID. Copy the ID of its VPC.")
    if not re.fullmatch(r"vpc-([0-9a-f]{8}|[0-9a-f]{17})", found):
        raise ValueProblem("VPC ID must start with vpc- and then have 8 or 17 letters (a to f) and numbers.")
    return found


def network(value: str) -> Network:
    """Return the network of a CIDR block; host bits must be zero. Source: RFC 4632."""
    address, slash, _ = value.partition("/")
    if not slash:
        raise ValueProblem(f"{_shown(value)} has no prefix length. Write it like 10.20.0.0/16.")
    try:
        found = ipaddress.ip_network(value, strict=False)
    except ValueError:
        raise ValueProblem(f"{_shown(value)} is not a CIDR block. Write it like 10.20.0.0/16.") from None
    if "%" in value or not re.fullmatch(r"[0-9]{1,3}", value.rpartition("/")[2]):
        raise ValueProblem(f"{_shown(value)} is not a CIDR block. Write it like 10.20.0.0/16.")
    if ipaddress.ip_address(address) != found.network_address:
        raise ValueProblem(f"Host bits are set in {_shown(value)}. Did you mean {found}?")
    return found


_RESERVED_BLOCKS = tuple(
    (ipaddress.ip_network(block), why)
    for block, why in (
        ("0.0.0.0/8", "it means “this network”"),
        ("127.0.0.0/8", "it is the loopback range"),
        ("169.254.0.0/16", "it is the link-local range, which AWS uses itself"),
        ("224.0.0.0/3", "it is the multicast and reserved range"),
    )
)
_AWS_SERVICES_BLOCK = ipaddress.ip_network("198.19.0.0/16")


def vpc_cidr(value: str) -> str:
    """An IPv4 block of a VPC: network address, /16 to /28, not reserved. Source: VPC user guide, "VPC CIDR blocks"."""
    found = network(value)
    if found.version != 4:
        raise ValueProblem(f"Enter the IPv4 blocks of the VPC. {found} is an IPv6 block; the peering does not need it.")
    if not 16 <= found.prefixlen <= 28:
        raise ValueProblem(f"A VPC's block is /16 to /28; {found} is /{found.prefixlen}. Copy it from the VPC's page.")
    for block, why in _RESERVED_BLOCKS:
        if found.overlaps(block):
            raise ValueProblem(f"{found} cannot be a VPC's block: {why}.")
    if found.overlaps(_AWS_SERVICES_BLOCK):
        raise ValueProblem(f"{found} cannot be a VPC's block: AWS services use 198.19.0.0/16.")
    return str(found)


def overlap(block: str, others: Iterable[str]) -> str | None:
    """Return the first of `others` that shares an address with `block`. All are sound blocks."""
    mine = ipaddress.ip_network(block)
    for other in others:
        theirs = ipaddress.ip_network(other)
        if mine.version == theirs.version and mine.overlaps(theirs):
            return other
    return None


def _address(value: str) -> Address:
    try:
        found = ipaddress.ip_address(value)
    except ValueError:
        raise ValueProblem(f"{_shown(value)} is not an IP address. Write it like 10.20.0.2.") from None
    if isinstance(found, ipaddress.IPv6Address) and (found.scope_id or found.ipv4_mapped):
        raise ValueProblem(f"{_shown(value)} is not a plain IP address. Write it like 10.20.0.2.")
    return found


def server_address(value: str) -> str:
    """An address a server can have: not unspecified, loopback, link-local, multicast or reserved. IPv6 as RFC 5952."""
    found = _address(value)
    if found.is_unspecified or found.is_loopback or found.is_link_local or found.is_multicast or _reserved(found):
        raise ValueProblem(
            f"{found} cannot be the address of a server that other machines reach. Give its own address."
        )
    return str(found)


def _reserved(found: Address) -> bool:
    return found.version == 4 and (int(found) >> 24 == 0 or int(found) >> 28 == 15)


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


def bgp_asn(value: int) -> int:
    """A BGP autonomous system number a customer's router may use towards AWS.

    Sources: EC2 CreateCustomerGateway (reserved by AWS; those of one Region are judged with the Region); RFC 7607 (0),
    6793 (23456), 7300 (65535 and 4294967295).
    """
    if not 1 <= value <= 4294967295:
        raise ValueProblem(f"BGP ASN must be 1 to 4294967294; this is {value}.")
    if value in (23456, 65535, 4294967295):
        raise ValueProblem(f"BGP ASN {value} is reserved by the Internet's standards. Use your router's own, or 65000.")
    if value in RESERVED_ASNS["*"]:
        raise ValueProblem(f"{value} is reserved by AWS in every Region. Use your router's own ASN, or 65000.")
    return value


def routed_prefix(value: str) -> str:
    """A prefix behind the customer's gateway, for static routing. Source: EC2 CreateVpnConnectionRoute."""
    found = network(value)
    if found.version != 4:
        raise ValueProblem(f"{found} is IPv6. A virtual private gateway routes IPv4 prefixes.")
    for block, why in _RESERVED_BLOCKS:
        if found.prefixlen and found.overlaps(block):
            raise ValueProblem(f"{found} cannot be routed: {why}.")
    return str(found)


_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def domain_name(value: str) -> str:
    """A domain name of two labels or more, lower case, international names as A-labels, no final dot.

    Sources: RFC 1035 and 1123 (labels of 1 to 63, 253 in all), RFC 5891 (international names).
    """
    text = _ascii_name(value)
    labels = text.split(".")
    if len(text) > 253:
        raise ValueProblem(f"A domain name has at most 253 characters; this has {len(text)}.")
    for position, label in enumerate(labels, start=1):
        _check_label(label, position, value)
    if len(labels) < 2:
        raise ValueProblem(f"{_shown(value)} is a single word. Give the whole name, such as {labels[0]}.example.com.")
    if labels[-1].isdigit():
        raise ValueProblem(f"{_shown(value)} is not a domain name: its last part is a number.")
    return text


def _ascii_name(value: str) -> str:
    text = value.strip().rstrip(".").lower()
    if "://" in text or "/" in text or "@" in text:
        raise ValueProblem(f"{_shown(value)} is not a domain name. Leave out https://, paths and @.")
    if text.isascii():
        return text
    try:
        return text.encode("idna").decode("ascii")
    except (UnicodeError, ValueError):
        raise ValueProblem(f"{_shown(value)} is not a domain name. Check its letters.") from None


def _check_label(label: str, position: int, value: str) -> None:
    if not label:
        raise ValueProblem(f"{_shown(value)} has two dots in a row, or starts with one. Remove it.")
    if len(label) > 63:
        raise ValueProblem(f"Label {position} of the name is {len(label)} characters; the limit is 63.")
    if "_" in label:
        raise ValueProblem(f"{_shown(value)} has an underscore. Host names use letters, numbers and hyphens.")
    if not _LABEL.fullmatch(label):
        raise ValueProblem(
            f"{_shown(value)}: each part has letters, numbers and hyphens, and no hyphen at its start or end."
        )


_TOP_LEVEL_PAIRS = frozenset(
    f"{second}.{country}"
    for country, seconds in {
        "uk": ("co", "org", "ac", "gov"),
        "au": ("com", "net", "org"),
        "jp": ("co", "ne", "or"),
        **dict.fromkeys(("nz", "in", "za", "kr"), ("co",)),
        **dict.fromkeys(("br", "sg", "tr", "mx", "cn", "hk", "lk", "ar"), ("com",)),
    }.items()
    for second in seconds
)


def zone_name(value: str) -> str:
    """The name of a private zone: a domain of one's own, never a top-level domain or a name others own.

    Sources: Route 53 developer guide, "Private hosted zones"; RFC 6762 (.local belongs to multicast DNS).
    """
    found = domain_name(value)
    last = found.rpartition(".")[2]
    if found in _TOP_LEVEL_PAIRS:
        raise ValueProblem(f"{found} is a top-level domain, which nobody owns. Add your name before it.")
    if last == "local":
        raise ValueProblem(
            f"{found} ends in .local, which belongs to multicast DNS and resolves wrongly. Use .internal."
        )
    if last in ("arpa", "localhost", "onion", "invalid", "test") or found.endswith(".amazonaws.com"):
        raise ValueProblem(
            f"{found} cannot be your zone: names under .{last} are reserved. Use .internal or your domain."
        )
    return found


def host(value: str) -> str:
    """A server's domain name or IP address."""
    text = value.strip().strip("[]")
    if ":" in text or re.fullmatch(r"[0-9.]+", text):
        if re.fullmatch(r"[^:]+:[0-9]+", text):
            raise ValueProblem(f"Put the port of {_shown(value)} in its own field.")
        return server_address(text)
    return domain_name(text)


def ntp_server(value: str) -> str:
    """A time server's name or address. Source: RFC 5905; Amazon's own service is its own answer."""
    if value.strip().lower() in AMAZON_TIME_SYNC:
        raise ValueProblem(f"{value.strip()} is Amazon's time service. Choose “Amazon Time Sync” instead.")
    return host(value)


_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


def email_address(value: str) -> str:
    """One address, no display name, its domain in lower case. Source: RFC 5321, section 4.1.2 (dot-string only)."""
    if any(letter in value for letter in "\r\n\t\x00"):
        raise ValueProblem("An e-mail address is one line. Remove the line break.")
    local, at, domain = value.rpartition("@")
    if not at or not local:
        raise ValueProblem(f"{_shown(value)} is not an e-mail address. Write it like name@example.com.")
    if not _ATOM.fullmatch(local) or len(local) > 64:
        raise ValueProblem(f"{_shown(value)} is not an e-mail address. Give the address alone, like name@example.com.")
    try:
        domain = domain_name(domain)
    except ValueProblem as problem:
        raise ValueProblem(f"The part after @: {problem.message}") from None
    address = f"{local}@{domain}"
    if len(address) > 254:
        raise ValueProblem(f"An e-mail address has at most 254 characters; this has {len(address)}.")
    return address


def phone_number(value: str) -> str:
    """An international number, kept as + and digits. Source: ITU-T E.164 (at most 15 digits)."""
    digits = re.sub(r"[\s().-]", "", value)
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    if not digits.startswith("+"):
        raise ValueProblem(f"{_shown(value)} has no country code. Write it like +44 20 7946 0958.")
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", digits):
        raise ValueProblem(f"{_shown(value)} is not a phone number. A country code and 7 to 15 digits are needed.")
    return digits


def http_proxy(value: str) -> str:
    """An HTTP proxy's address: scheme, host and port, nothing else."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise ValueProblem(
            f"{_shown(value)} is not a proxy address. Write it like http://proxy.example.com:3128."
        ) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueProblem(f"{_shown(value)} is not a proxy address. Write it like http://proxy.example.com:3128.")
    if "@" in parts.netloc:
        raise ValueProblem("Leave user name and password out of the address; put them in their own fields.")
    if not port:
        raise ValueProblem("Give the proxy's port, like http://proxy.example.com:3128.")
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise ValueProblem("A proxy's address ends after the port. Remove what follows.")
    name = host(parts.hostname)
    return f"{parts.scheme}://{f'[{name}]' if ':' in name else name}:{port}"


def smtp_port(value: int) -> int:
    """A port where mail is handed in with a log-in. Source: SES developer guide, "Connecting to the SMTP endpoint"."""
    if value == 25:
        raise ValueProblem("Port 25 is throttled from AWS. Use 587 with STARTTLS, or 465 with TLS.")
    return tcp_port(value)


def tcp_port(value: int) -> int:
    if not 1 <= value <= 65535:
        raise ValueProblem(f"A port is 1 to 65535; this is {value}.")
    return value


def environment_name(value: str) -> str:
    """Letters, numbers, spaces and hyphens, starting with a letter: it becomes part of names in AWS."""
    text = " ".join(value.split())
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9 -]{0,39}", text):
        raise ValueProblem("An environment's name starts with a letter and has up to 40 letters, numbers and hyphens.")
    return text


def vlan(value: int) -> int:
    """A VLAN of a Direct Connect virtual interface. Source: Direct Connect API, `NewPrivateVirtualInterface`."""
    if not 1 <= value <= 4094:
        raise ValueProblem(f"VLAN must be 1 to 4094; this is {value}.")
    return value


def one_line(value: str) -> str:
    """Printable text on one line."""
    if any(not letter.isprintable() for letter in value):
        raise ValueProblem("Use one line of text without control characters.")
    return value


def too_few_or_many_time_servers(servers: Sequence[str]) -> str | None:
    """Return a sentence when DHCP could not announce these. Source: EC2 CreateDhcpOptions (4 IPv4, 4 IPv6 servers)."""
    for version in (4, 6):
        count = sum(1 for server in servers if _version(server) == version)
        if count > 4:
            return f"At most 4 IPv{version} time servers can be announced; this is {count}. Remove some."
    return None


def _version(server: str) -> int:
    try:
        return ipaddress.ip_address(server).version
    except ValueError:
        return 0


def _shown(value: str) -> str:
    text = value.strip()
    return text if len(text) <= 60 else f"{text[:60]}…"
