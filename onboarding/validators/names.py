"""Names of domains, zones and servers."""

import ipaddress
import re
from collections.abc import Sequence

import idna

from environments.catalogue.limits import NAME_TO_SIGN, TIME_SERVERS_PER_FAMILY
from onboarding.validators.networks import server_address
from onboarding.validators.problem import ValueProblem, shown

AMAZON_TIME_SYNC = ("169.254.169.123", "fd00:ec2::123")
"""Amazon Time Sync Service, reachable from every instance. Source: EC2 user guide, "Set the time"."""


_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


def domain_name(value: str) -> str:
    """A domain name of two labels or more, lower case, international names as A-labels, no final dot.

    Sources: RFC 1035 and 1123 (labels of 1 to 63, 253 in all), RFC 5891 (international names), UTS 46 (their spelling; not
    transitional: ß is a letter of its own).
    """
    text = _ascii_name(value)
    labels = text.split(".")
    if len(text) > 253:
        raise ValueProblem(f"A domain name has at most 253 characters; this has {len(text)}.")
    for position, label in enumerate(labels, start=1):
        _check_label(label, position, value)
    if len(labels) < 2:
        raise ValueProblem(f"{shown(value)} is a single word. Give the whole name, such as {labels[0]}.example.com.")
    if labels[-1].isdigit():
        raise ValueProblem(f"{shown(value)} is not a domain name: its last part is a number.")
    return text


def _ascii_name(value: str) -> str:
    text = value.strip().rstrip(".").lower()
    if "://" in text or "/" in text or "@" in text:
        raise ValueProblem(f"{shown(value)} is not a domain name. Leave out https://, paths and @.")
    if text.isascii():
        return text
    try:
        return idna.encode(text, uts46=True, transitional=False).decode("ascii")
    except idna.IDNAError:
        raise ValueProblem(f"{shown(value)} is not a domain name. Check its letters.") from None


def _check_label(label: str, position: int, value: str) -> None:
    if not label:
        raise ValueProblem(f"{shown(value)} has two dots in a row, or starts with one. Remove it.")
    if len(label) > 63:
        raise ValueProblem(f"Label {position} of the name is {len(label)} characters; the limit is 63.")
    if "_" in label:
        raise ValueProblem(f"{shown(value)} has an underscore. Host names use letters, numbers and hyphens.")
    if not _LABEL.fullmatch(label):
        raise ValueProblem(
            f"{shown(value)}: each part has letters, numbers and hyphens, and no hyphen at its start or end."
        )


def public_domain(value: str) -> str:
    """A domain in the public DNS, for which ACM issues and SES signs: its last label has two letters or more.

    Sources: ACM API, `DomainNameString`; RFC 1035 (253 characters, the names below it included).
    """
    found = domain_name(value)
    last = found.rpartition(".")[2]
    if len(last) < 2 or last in _NOT_PUBLIC:
        raise ValueProblem(
            f"{found} is not in the public DNS: nothing is registered under .{last}. Give a domain you own."
        )
    if found in _TOP_LEVEL_PAIRS:
        raise ValueProblem(f"{found} is a top-level domain, which nobody owns. Add your name before it.")
    if len(found) > NAME_TO_SIGN:
        raise ValueProblem(
            f"A domain to sign for has at most {NAME_TO_SIGN} characters, since names are made below it; this has {len(found)}."
        )
    return found


_NOT_PUBLIC = frozenset({"local", "internal", "localhost", "lan", "home", "corp", "arpa", "onion", "invalid"})

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


LONGEST_ZONE = 253 - len("am.") - 40 - len(".")
"""A product's name puts two letters and an environment's name of up to 40 before the zone; 253 is the limit of all."""


def zone_name(value: str) -> str:
    """The name of a private zone: a domain of one's own, never a top-level domain or a name others own.

    Sources: Route 53 developer guide, "Private hosted zones"; RFC 6762 (.local belongs to multicast DNS).
    """
    found = domain_name(value)
    last = found.rpartition(".")[2]
    if found in _TOP_LEVEL_PAIRS:
        raise ValueProblem(f"{found} is a top-level domain, which nobody owns. Add your name before it.")
    if len(found) > LONGEST_ZONE:
        raise ValueProblem(
            f"A zone's name has at most {LONGEST_ZONE} characters, so that your products' names fit; this has {len(found)}."
        )
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
    """A server's domain name or IP address. Source: RFC 1123, section 2.1."""
    text = value.strip().strip("[]")
    if (":" in text and "://" not in text) or re.fullmatch(r"[0-9.]+", text):
        if re.fullmatch(r"[^:]+:[0-9]+", text):
            raise ValueProblem(f"Put the port of {shown(value)} in its own field.")
        return server_address(text)
    return domain_name(text)


def ntp_server(value: str) -> str:
    """A time server's name or address. Source: RFC 5905; Amazon's own service is its own answer."""
    if _is_amazon_time_sync(value.strip().strip("[]")):
        raise ValueProblem(f"{value.strip()} is Amazon's time service. Choose “Amazon Time Sync” instead.")
    return host(value)


def _is_amazon_time_sync(text: str) -> bool:
    """Return whether it is one of its addresses, however that is written."""
    try:
        return str(ipaddress.ip_address(text)) in AMAZON_TIME_SYNC
    except ValueError:
        return False


def too_few_or_many_time_servers(servers: Sequence[str]) -> str | None:
    """Return a sentence when DHCP could not announce these. Source: EC2 CreateDhcpOptions (4 IPv4, 4 IPv6 servers)."""
    for version in (4, 6):
        count = sum(1 for server in servers if _version(server) == version)
        if count > TIME_SERVERS_PER_FAMILY:
            most = TIME_SERVERS_PER_FAMILY
            return f"At most {most} IPv{version} time servers can be announced; this is {count}. Remove some."
    return None


def _version(server: str) -> int:
    try:
        return ipaddress.ip_address(server).version
    except ValueError:
        return 0
