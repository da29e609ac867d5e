"""Whether an HTTP proxy lets connections through. Source: RFC 9110, section 9.3.6 (CONNECT)."""

import base64
import re
from collections.abc import Sequence
from urllib.parse import urlsplit

from portal.probes import addresses
from portal.probes.conversation import Conversation, Garbled
from portal.probes.fence import EGRESS, Fence, Refused
from portal.probes.outcome import Facts, Failure, Outcome, Verdict, listed, shown, told
from portal.probes.tls import CertificateWrong, NoTls
from portal.probes.wire import Broken

MOST_ENDPOINTS = 30

_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9][0-9])(?: .*)?", re.DOTALL)


class NoTunnel(Failure):
    """The proxy does not open a tunnel to an endpoint."""


class Inspected(Failure):
    """The tunnel opens, and what is at its end is not the endpoint."""

    verdict = Verdict.WARNING


class LogInWanted(Failure):
    """The proxy asks for a log-in that was not sent, or not the right one."""

    def __init__(self, message: str, remedy: str, verdict: Verdict) -> None:
        super().__init__(message, remedy)
        self.verdict = verdict


@told
def tunnels(
    url: str,
    endpoints: Sequence[tuple[str, int]],
    *,
    username: str = "",
    password: str = "",
    fence: Fence = EGRESS,
) -> Outcome:
    """Open a tunnel to each endpoint (host, port), and on port 443 see by its certificate that it is the endpoint.

    A log-in is sent to proxies with https only, never unencrypted.
    """
    scheme, host, port = _place(url)
    _check_endpoints(endpoints)
    _check_log_in(username, password)
    log_in = _log_in(username, password) if scheme == "https" else b""
    target = fence.target(host, port, "proxy", fence.deadline())
    problems: list[Failure] = []
    reached: list[str] = []
    for name, endpoint_port in endpoints:
        try:
            with target.connected() as conversation:
                if scheme == "https":
                    conversation.start_tls(target.host, fence.tls())
                _open(conversation, name, endpoint_port, log_in)
                if endpoint_port == 443:
                    _recognise(conversation, name, fence)
            reached.append(name)
        except (NoTunnel, Inspected) as problem:
            problems.append(problem)
    return _judged(target.where, len(endpoints), reached, problems)


def _place(url: str) -> tuple[str, str, int]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or not port or parts.scheme not in ("http", "https") or "@" in parts.netloc:
        raise Refused(
            f"{shown(url)} is not the address of a proxy that can be checked.",
            "Write it like http://proxy.example.com:3128, with user name and password in their own fields.",
        )
    return parts.scheme, host, port


def _check_endpoints(endpoints: Sequence[tuple[str, int]]) -> None:
    """Nothing that goes into a line of the request may begin another."""
    if not 1 <= len(endpoints) <= MOST_ENDPOINTS:
        raise Refused(f"{len(endpoints)} endpoints cannot be checked at a time.", f"Check 1 to {MOST_ENDPOINTS}.")
    for name, port in endpoints:
        if not (addresses.is_name(name) or addresses.literal(name)) or not 1 <= port <= 65535:
            raise Refused(f"{shown(name)}:{port} is not an endpoint.", "Check its spelling.")


def _check_log_in(username: str, password: str) -> None:
    """The colon parts the two. Source: RFC 7617, section 2."""
    if ":" in username:
        raise Refused("A user name for a proxy has no colon.", "Enter it again, without the password.")
    if any(not letter.isprintable() for letter in username + password):
        raise Refused("User name and password are one line each, without control characters.", "Enter them again.")


def _log_in(username: str, password: str) -> bytes:
    encoded = base64.b64encode(f"{username}:{password}".encode())
    return b"Proxy-Authorization: Basic " + encoded + b"\r\n" if username else b""


def _open(conversation: Conversation, name: str, port: int, log_in: bytes) -> None:
    """Raises NoTunnel, and Failure where it makes no sense to try other endpoints."""
    place = f"[{name}]:{port}" if ":" in name else f"{name}:{port}"
    conversation.send(f"CONNECT {place} HTTP/1.1\r\nHost: {place}\r\n".encode() + log_in + b"\r\n")
    found = _STATUS.fullmatch(conversation.line())
    if not found:
        raise Garbled(
            f"{conversation.where} answers, and not as an HTTP proxy.",
            "Check the port, and whether the proxy is reached by http or https.",
        )
    while conversation.line():
        pass
    code = int(found[1])
    if code == 407:
        raise _log_in_wanted(conversation.where, bool(log_in))
    if not 200 <= code < 300:
        why = _WHY.get(code, "sends us elsewhere, which is not followed" if 300 <= code < 400 else "says no")
        raise NoTunnel(f"{place}: the proxy {why} ({code})")


_WHY = {
    400: "does not understand the request",
    403: "forbids it",
    404: "does not know this; it may be a web server",
    405: "allows no tunnels; it may be a web server",
    429: "is asked too often",
    500: "has a problem of its own",
    501: "opens no tunnels",
    502: "cannot reach it",
    503: "is overloaded, or cannot reach it",
    504: "waits for it in vain",
}


def _log_in_wanted(where: str, was_sent: bool) -> Failure:
    if was_sent:
        return LogInWanted(
            f"{where} refuses the log-in (407).", "Enter the proxy's user name and password again.", Verdict.FAILED
        )
    return LogInWanted(
        f"{where} answers and asks for a log-in (407). From here it is sent to proxies with https only, never unencrypted.",
        "Its tunnels are not tried from here: somebody who has seen them work confirms it by name.",
        Verdict.WARNING,
    )


def _recognise(conversation: Conversation, name: str, fence: Fence) -> None:
    """Agree on TLS with the endpoint itself, through the tunnel. Raises NoTunnel and Inspected."""
    try:
        conversation.start_tls(name, fence.tls())
    except CertificateWrong:
        raise Inspected(f"{name}:443: the certificate at the tunnel's end is not the endpoint's") from None
    except (NoTls, Broken, Garbled):
        raise NoTunnel(f"{name}:443: the tunnel opens, and nobody speaks TLS at its end") from None


def _judged(where: str, asked: int, reached: list[str], problems: list[Failure]) -> Outcome:
    facts: Facts = {"reached": reached, "problems": [problem.message for problem in problems]}
    if not problems:
        return Outcome(Verdict.OK, f"{where} opens a tunnel to each of {asked} endpoints.", facts=facts)
    told_problems = listed([problem.message for problem in problems])
    if all(isinstance(problem, Inspected) for problem in problems):
        return Outcome(
            Verdict.WARNING,
            f"{where} opens the tunnels and looks inside: {told_problems}.",
            "Take these endpoints out of the proxy's TLS inspection: the machines trust public authorities only.",
            facts,
        )
    return Outcome(
        Verdict.FAILED,
        f"{where} opens a tunnel to {len(reached)} of {asked} endpoints. {told_problems}.",
        "Allow CONNECT to these endpoints in the proxy's rules.",
        facts,
    )
