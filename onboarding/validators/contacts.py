"""How people and services are reached: mail, phone, proxy, ports."""

import re
from urllib.parse import urlsplit

from environments.catalogue.limits import DIALLED_PORTS
from onboarding.validators.names import domain_name, host
from onboarding.validators.problem import ValueProblem, shown

_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")


def email_address(value: str) -> str:
    """One address, no display name, its domain in lower case. Source: RFC 5321, section 4.1.2 (dot-string only)."""
    if any(letter in value for letter in "\r\n\t\x00"):
        raise ValueProblem("An e-mail address is one line. Remove the line break.")
    local, at, domain = value.rpartition("@")
    if not at or not local:
        raise ValueProblem(f"{shown(value)} is not an e-mail address. Write it like name@example.com.")
    if not _ATOM.fullmatch(local) or len(local) > 64:
        raise ValueProblem(f"{shown(value)} is not an e-mail address. Give the address alone, like name@example.com.")
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
        raise ValueProblem(f"{shown(value)} has no country code. Write it like +44 20 7946 0958.")
    if not re.fullmatch(r"\+[1-9][0-9]{6,14}", digits):
        raise ValueProblem(f"{shown(value)} is not a phone number. A country code and 7 to 15 digits are needed.")
    return digits


def http_proxy(value: str) -> str:
    """An HTTP proxy's address: scheme, host and port, nothing else. Source: RFC 3986, section 3.2; RFC 9110, section 4.2.4."""
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise ValueProblem(
            f"{shown(value)} is not a proxy address. Write it like http://proxy.example.com:3128."
        ) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueProblem(f"{shown(value)} is not a proxy address. Write it like http://proxy.example.com:3128.")
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
    if value not in {port for ports in DIALLED_PORTS.values() for port in ports}:
        raise ValueProblem(
            f"Mail with a log-in is handed in on port 587 or 2587 with STARTTLS, or 465 or 2465 with TLS; this is {value}. "
            "Ask your mail administrator which one is open."
        )
    return value


def tcp_port(value: int) -> int:
    """Source: RFC 9293, section 3.1 (16 bits), without 0, on which nothing listens."""
    if not 1 <= value <= 65535:
        raise ValueProblem(f"A port is 1 to 65535; this is {value}.")
    return value


def one_line(value: str) -> str:
    """Printable text on one line: it may reach a mail header or a log line. Source: RFC 5322, section 2.2."""
    if any(not letter.isprintable() for letter in value):
        raise ValueProblem("Use one line of text without control characters.")
    return value
