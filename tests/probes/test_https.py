import socket
import ssl
from contextlib import ExitStack

import pytest

from portal.probes.https import fits
from portal.probes.outcome import Outcome, Verdict
from tests.probes import servers
from tests.probes.certificates import Authority
from tests.probes.fences import SHORT_SECONDS, fence
from tests.probes.servers import serving

HOST = "is.acme.example"


def encrypted(context: ssl.SSLContext) -> servers.Behaviour:
    def behave(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as tls:
            servers.silent(tls)

    return behave


def asked(authority: Authority, behave: servers.Behaviour, *, host: str = HOST, seconds: float = 5.0) -> Outcome:
    with serving(behave) as port:
        return fits(f"https://{host}:{port}", fence=fence(authority.pem, seconds=seconds))


def test_a_certificate_that_fits_is_said_to(authority: Authority) -> None:
    outcome = asked(authority, encrypted(authority.server(HOST, ends=90)))

    assert outcome.verdict == Verdict.OK
    assert "its certificate fits" in outcome.message
    assert (outcome.facts["days_left"], outcome.facts["tls"]) == (90, "TLSv1.3")


@pytest.mark.parametrize(("days", "verdict"), [(0, "warning"), (20, "warning"), (21, "ok")])
def test_a_certificate_that_ends_soon_is_warned_about(authority: Authority, days: int, verdict: str) -> None:
    outcome = asked(authority, encrypted(authority.server(HOST, ends=days)))

    assert (outcome.verdict, outcome.facts["days_left"]) == (verdict, days)


def test_a_wildcard_fits_one_label(authority: Authority) -> None:
    assert asked(authority, encrypted(authority.server("*.acme.example"))).verdict == Verdict.OK


def test_an_address_fits_a_certificate_that_names_it(authority: Authority) -> None:
    assert asked(authority, encrypted(authority.server("127.0.0.1")), host="127.0.0.1").verdict == Verdict.OK


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("expired", "has expired"),
        ("tomorrow", "is not valid yet"),
        ("other name", "does not name"),
        ("self-signed", "is signed by itself"),
    ],
)
def test_what_is_wrong_with_a_certificate_is_said(authority: Authority, kind: str, said: str) -> None:
    contexts = {
        "expired": lambda: authority.server(HOST, begins=-30, ends=-2),
        "tomorrow": lambda: authority.server(HOST, begins=1),
        "other name": lambda: authority.server("www.acme.example"),
        "self-signed": lambda: authority.self_signed(HOST),
    }

    outcome = asked(authority, encrypted(contexts[kind]()))

    assert outcome.verdict == Verdict.FAILED
    assert said in outcome.message
    assert HOST in outcome.message
    assert outcome.remedy


def test_an_authority_that_is_not_known_is_said(authority: Authority) -> None:
    with serving(encrypted(authority.server(HOST))) as port:
        outcome = fits(f"https://{HOST}:{port}", fence=fence())

    assert outcome.verdict == Verdict.FAILED
    assert "comes from an authority that is not known" in outcome.message


def test_a_certificate_of_another_address_is_said(authority: Authority) -> None:
    outcome = asked(authority, encrypted(authority.server(HOST)), host="127.0.0.1")

    assert (outcome.verdict, "does not name the address 127.0.0.1" in outcome.message) == (Verdict.FAILED, True)


@pytest.mark.parametrize(
    ("behave", "said"),
    [
        (servers.silent, "not complete after 0.3 seconds"),
        (servers.garbage, "does not speak TLS"),
        (servers.endless, "does not speak TLS"),
        (servers.closing_early, "closed the connection while encryption was agreed"),
        (servers.resetting, "broke the connection off"),
    ],
)
def test_a_broken_server_is_told_in_words(authority: Authority, behave: servers.Behaviour, said: str) -> None:
    outcome = asked(authority, behave, seconds=SHORT_SECONDS)

    assert (outcome.verdict, said in outcome.message) == (Verdict.FAILED, True), outcome
    assert outcome.remedy


def test_a_handshake_that_drips_ends_with_the_time(authority: Authority) -> None:
    """The first bytes of a TLS record that is never complete, one after the other."""

    def drip(connection: socket.socket) -> None:
        connection.sendall(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")
        servers.dripping(connection)

    outcome = asked(authority, drip, seconds=SHORT_SECONDS)

    assert (outcome.verdict, "not complete after 0.3 seconds" in outcome.message) == (Verdict.FAILED, True), outcome


def test_tls_that_is_too_old_is_said(authority: Authority) -> None:
    context = authority.server(HOST)
    with pytest.warns(DeprecationWarning, match="TLSv1_1 is deprecated"):
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")

    outcome = asked(authority, encrypted(context))

    assert (outcome.verdict, "too old" in outcome.message) == (Verdict.FAILED, True), outcome


def test_a_port_without_a_server_is_said(authority: Authority) -> None:
    outcome = fits(f"https://{HOST}:{servers.closed_port()}", fence=fence(authority.pem))

    assert (outcome.verdict, "no server listens there" in outcome.message) == (Verdict.FAILED, True)


@pytest.mark.parametrize(
    "url",
    [
        "http://is.acme.example",
        "https://",
        "https://u:p@is.acme.example",
        "https://[::1",
        "https://a:99999",
        "javascript:x",
    ],
)
def test_only_plain_https_addresses_are_checked(url: str) -> None:
    outcome = fits(url, fence=fence())

    assert (outcome.verdict, outcome.remedy) == (
        Verdict.FAILED,
        "Write it like https://is.example.com, without a user name.",
    )


def test_many_connections_may_be_open_at_once(authority: Authority) -> None:
    """Nothing is shared between probes but what trusts the authorities."""
    with ExitStack() as stack:
        ports = [stack.enter_context(serving(encrypted(authority.server(HOST)))) for _ in range(3)]
        outcomes = [fits(f"https://{HOST}:{port}", fence=fence(authority.pem)) for port in ports]

    assert [outcome.verdict for outcome in outcomes] == [Verdict.OK] * 3
