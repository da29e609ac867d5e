import socket
from collections.abc import Iterator
from typing import Any

import pytest

from portal.probes.outcome import Outcome, Verdict
from portal.probes.proxy import tunnels
from tests.probes import servers
from tests.probes.certificates import Authority
from tests.probes.fences import SHORT_SECONDS, fence
from tests.probes.proxies import Proxy
from tests.probes.servers import serving

HOST = "proxy.acme.example"
ALERTS = ("alerts.provider.example", 443)
MAIL = ("email.eu-west-1.example", 587)


def asked(
    proxy: servers.Behaviour,
    authority: Authority,
    *endpoints: tuple[str, int],
    scheme: str = "http",
    seconds: float = 5.0,
    **given: Any,
) -> Outcome:
    with serving(proxy) as port:
        url = f"{scheme}://{HOST}:{port}"
        return tunnels(url, endpoints or (ALERTS,), fence=fence(authority.pem, seconds=seconds), **given)


@pytest.fixture
def alerts(authority: Authority) -> Iterator[int]:
    """The endpoint for alerts, which speaks TLS."""
    context = authority.server(ALERTS[0])

    def behave(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as tls:
            servers.silent(tls)

    with serving(behave) as port:
        yield port


@pytest.fixture
def mail() -> Iterator[int]:
    with serving(servers.silent) as port:
        yield port


@pytest.fixture
def routes(alerts: int, mail: int) -> dict[str, int]:
    return {"alerts.provider.example:443": alerts, "email.eu-west-1.example:587": mail}


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_proxy_that_tunnels_to_each_endpoint_is_right(
    authority: Authority, routes: dict[str, int], scheme: str
) -> None:
    proxy = Proxy(routes, tls=authority.server(HOST) if scheme == "https" else None)

    outcome = asked(proxy, authority, ALERTS, MAIL, scheme=scheme)

    assert outcome.verdict == Verdict.OK, outcome
    assert outcome.facts == {"reached": [ALERTS[0], MAIL[0]], "problems": []}
    assert proxy.heard[0] == (
        "CONNECT alerts.provider.example:443 HTTP/1.1\r\nHost: alerts.provider.example:443\r\n\r\n"
    )


def test_an_endpoint_that_the_proxy_forbids_is_told(authority: Authority, routes: dict[str, int]) -> None:
    del routes["email.eu-west-1.example:587"]

    outcome = asked(Proxy(routes), authority, ALERTS, MAIL)

    assert outcome.verdict == Verdict.FAILED
    assert "opens a tunnel to 1 of 2 endpoints" in outcome.message
    assert "email.eu-west-1.example:587: the proxy forbids it (403)" in outcome.message
    assert outcome.facts["reached"] == [ALERTS[0]]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/", "sends us elsewhere, which is not followed (302)"),
        (b"HTTP/1.0 502 Bad Gateway", "cannot reach it (502)"),
        (b"HTTP/1.1 405", "allows no tunnels; it may be a web server (405)"),
        (b"HTTP/1.1 418 \x1b[31mteapot", "says no (418)"),
        (b"HTTP/1.1 100 Continue", "says no (100)"),
    ],
)
def test_what_is_no_tunnel_is_told_without_the_proxys_words(authority: Authority, line: bytes, said: str) -> None:
    outcome = asked(Proxy(refusing=line + b"\r\n\r\n"), authority)

    assert (outcome.verdict, said in outcome.message) == (Verdict.FAILED, True), outcome
    assert "10.0.0.1" not in repr(outcome)
    assert outcome.message.isprintable()


def test_a_log_in_is_sent_to_a_proxy_with_https(authority: Authority, routes: dict[str, int]) -> None:
    proxy = Proxy(routes, tls=authority.server(HOST), log_in="portal:s3cret")

    outcome = asked(proxy, authority, scheme="https", username="portal", password="s3cret")

    assert outcome.verdict == Verdict.OK, outcome


def test_a_log_in_that_is_refused_is_told(authority: Authority, routes: dict[str, int]) -> None:
    proxy = Proxy(routes, tls=authority.server(HOST), log_in="portal:s3cret")

    outcome = asked(proxy, authority, scheme="https", username="portal", password="wr0ng")

    assert (outcome.verdict, "refuses the log-in" in outcome.message) == (Verdict.FAILED, True)
    assert "wr0ng" not in repr(outcome)


def test_a_log_in_is_never_sent_unencrypted(authority: Authority, routes: dict[str, int]) -> None:
    proxy = Proxy(routes, log_in="portal:s3cret")

    outcome = asked(proxy, authority, username="portal", password="s3cret")

    assert (outcome.verdict, "asks for a log-in (407)" in outcome.message) == (Verdict.WARNING, True)
    assert not [head for head in proxy.heard if "Authorization" in head]


def test_no_log_in_is_sent_to_a_proxy_with_a_wrong_certificate(authority: Authority, routes: dict[str, int]) -> None:
    proxy = Proxy(routes, tls=authority.self_signed(HOST))

    outcome = asked(proxy, authority, scheme="https", username="portal", password="s3cret")

    assert (outcome.verdict, "signed by itself" in outcome.message, proxy.heard) == (Verdict.FAILED, True, [])


def test_a_proxy_that_looks_inside_is_warned_about(authority: Authority) -> None:
    """TLS inspection: the certificate at the tunnel's end is from an authority of the customer's own."""
    context = authority.self_signed(ALERTS[0])

    def inspecting(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as tls:
            servers.silent(tls)

    with serving(inspecting) as port:
        outcome = asked(Proxy({"alerts.provider.example:443": port}), authority)

    assert (outcome.verdict, "is not the endpoint's" in outcome.message) == (Verdict.WARNING, True)


@pytest.mark.parametrize("behave", [servers.garbage, servers.closing_early, servers.resetting])
def test_a_tunnel_to_nobody_is_told(authority: Authority, behave: servers.Behaviour) -> None:
    with serving(behave) as port:
        outcome = asked(Proxy({"alerts.provider.example:443": port}), authority)

    assert (outcome.verdict, "nobody speaks TLS at its end" in outcome.message) == (Verdict.FAILED, True), outcome


@pytest.mark.parametrize(
    ("behave", "said"),
    [
        (servers.silent, "not complete after 0.3 seconds"),
        (servers.dripping, "not complete after 0.3 seconds"),
        (servers.garbage, "not as an HTTP proxy"),
        (servers.endless_line, "a line without an end"),
        (servers.closing_early, "closed the connection"),
        (servers.resetting, "broke the connection off"),
    ],
)
def test_a_broken_proxy_is_told_in_words(authority: Authority, behave: servers.Behaviour, said: str) -> None:
    seconds = 5.0 if behave is servers.endless_line else SHORT_SECONDS

    outcome = asked(behave, authority, seconds=seconds)

    assert (outcome.verdict, said in outcome.message) == (Verdict.FAILED, True), outcome


def test_headers_without_an_end_are_not_read_for_ever(authority: Authority) -> None:
    def behave(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\n")
        servers.endless(connection)

    outcome = asked(behave, authority)

    assert (outcome.verdict, "more than a server of its kind would" in outcome.message) == (Verdict.FAILED, True)


@pytest.mark.parametrize(
    ("given", "endpoints"),
    [
        ({}, [("alerts.example:443 HTTP/1.1\r\nX: y", 443)]),
        ({}, [("alerts example", 443)]),
        ({}, [("", 443)]),
        ({}, [("alerts..example", 443)]),
        ({}, [("a" * 64 + ".example", 443)]),
        ({}, [("alerts.example", 0)]),
        ({}, [("alerts.example", 65536)]),
        ({}, []),
        ({}, [ALERTS] * 31),
        ({"username": "portal\r\nX: y", "password": "s3cret"}, [ALERTS]),
        ({"username": "portal", "password": "s3\ncret"}, [ALERTS]),
        ({"username": "por:tal", "password": "s3cret"}, [ALERTS]),
    ],
)
def test_values_that_could_change_the_request_are_refused_before_connecting(
    authority: Authority, given: dict[str, str], endpoints: list[tuple[str, int]]
) -> None:
    proxy = Proxy(tls=authority.server(HOST))
    with serving(proxy) as port:
        outcome = tunnels(f"https://{HOST}:{port}", endpoints, fence=fence(authority.pem), **given)

    assert (outcome.verdict, proxy.heard) == (Verdict.FAILED, [])
    assert outcome.message.isprintable()
    assert outcome.remedy


@pytest.mark.parametrize(
    "url",
    [
        "proxy.example:3128",
        "http://proxy.example",
        "ftp://proxy.example:21",
        "http://u:p@proxy.example:3128",
        "http://[::1",
    ],
)
def test_what_is_no_proxy_is_refused(url: str) -> None:
    outcome = tunnels(url, [ALERTS])

    assert (outcome.verdict, "not the address of a proxy" in outcome.message) == (Verdict.FAILED, True)


def test_a_private_proxy_is_checked_from_inside() -> None:
    assert tunnels("http://10.20.0.8:3128", [ALERTS]).verdict == Verdict.PRIVATE
