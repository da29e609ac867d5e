import email
import socket
import time
from typing import Any

import pytest

from portal.probes.fence import Fence
from portal.probes.outcome import Outcome, Verdict
from portal.probes.smtp import accepts
from tests.probes import servers
from tests.probes.certificates import Authority
from tests.probes.fences import LOOPBACK, SHORT_SECONDS, fence
from tests.probes.mail_servers import MailServer
from tests.probes.servers import serving

HOST = "mail.acme.example"
LOG_IN = {"username": "portal", "password": "s3cret"}


@pytest.fixture
def server(authority: Authority) -> MailServer:
    return MailServer(tls=authority.server(HOST))


def asked(server: servers.Behaviour, authority: Authority, *, seconds: float = 5.0, **given: Any) -> Outcome:
    given = {"security": "starttls", **given}
    with serving(server) as port:
        return accepts(given.pop("host", HOST), port, fence=fence(authority.pem, seconds=seconds), **given)


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize("mechanisms", ["AUTH PLAIN LOGIN", "AUTH LOGIN", "AUTH=PLAIN", "auth plain"])
def test_a_server_that_knows_the_log_in_accepts(
    server: MailServer, authority: Authority, security: str, mechanisms: str
) -> None:
    server.from_the_start = security == "tls"
    server.offers = ("STARTTLS", mechanisms)

    outcome = asked(server, authority, security=security, sender="alerts@acme.example", **LOG_IN)

    assert outcome.verdict == Verdict.OK, outcome
    assert "knows the log-in and takes mail from alerts@acme.example" in outcome.message
    assert outcome.facts == {"tls": "TLSv1.3", "certificate_days_left": 90}
    assert server.messages == []
    assert "MAIL FROM:<alerts@acme.example>" in server.heard


def test_a_test_message_is_handed_in(server: MailServer, authority: Authority) -> None:
    outcome = asked(server, authority, sender="alerts@acme.example", recipient="ops@acme.example", **LOG_IN)

    assert outcome.verdict == Verdict.OK
    assert "took a test message for ops@acme.example" in outcome.message
    (message,) = map(email.message_from_bytes, server.messages)
    assert (message["From"], message["To"]) == ("alerts@acme.example", "ops@acme.example")
    assert message["Auto-Submitted"] == "auto-generated"
    assert "RCPT TO:<ops@acme.example>" in server.heard


def test_a_server_may_be_asked_for_no_more_than_an_answer(server: MailServer, authority: Authority) -> None:
    outcome = asked(server, authority)

    until = time.monotonic() + 5  # nobody waits for the answer to QUIT, so the server may hear it later
    while server.heard[-1] != "QUIT" and time.monotonic() < until:
        time.sleep(0.01)
    assert (outcome.verdict, server.heard[-1]) == (Verdict.OK, "QUIT")
    assert not any(line.startswith(("AUTH", "MAIL")) for line in server.heard)


def test_nothing_but_the_introduction_is_said_before_encryption(server: MailServer, authority: Authority) -> None:
    server.replies = {"STARTTLS": b"454 not now\r\n"}

    outcome = asked(server, authority, sender="alerts@acme.example", **LOG_IN)

    assert (outcome.verdict, "(454)" in outcome.message) == (Verdict.FAILED, True)
    assert server.heard == ["EHLO localhost", "STARTTLS"]


def test_a_log_in_is_never_sent_unencrypted(server: MailServer, authority: Authority) -> None:
    outcome = asked(server, authority, security="none", **LOG_IN)

    assert (outcome.verdict, "never sent unencrypted" in outcome.message) == (Verdict.FAILED, True)
    assert server.heard == []


def test_a_server_that_offers_no_starttls_hears_no_log_in(server: MailServer, authority: Authority) -> None:
    server.offers = ("AUTH PLAIN",)

    outcome = asked(server, authority, **LOG_IN)

    assert (outcome.verdict, "offers no STARTTLS" in outcome.message) == (Verdict.FAILED, True)
    assert server.heard == ["EHLO localhost"]


def test_unencrypted_mail_is_warned_about(server: MailServer, authority: Authority) -> None:
    outcome = asked(server, authority, security="none", sender="alerts@acme.example")

    assert (outcome.verdict, "unencrypted" in outcome.message) == (Verdict.WARNING, True)


@pytest.mark.parametrize("given", [{"username": "portal", "password": "wrong"}, {"username": "nobody", "password": ""}])
@pytest.mark.parametrize("mechanism", ["AUTH PLAIN", "AUTH LOGIN"])
def test_a_refused_log_in_is_told_without_the_servers_words(
    server: MailServer, authority: Authority, given: dict[str, str], mechanism: str
) -> None:
    server.offers = ("STARTTLS", mechanism)

    outcome = asked(server, authority, **given)

    assert outcome.verdict == Verdict.FAILED
    assert "refuses the log-in: user name or password is wrong (535)" in outcome.message
    assert "wrong" not in outcome.remedy
    assert "no such" not in outcome.message


def test_a_server_without_a_log_in_by_password_is_told(server: MailServer, authority: Authority) -> None:
    server.offers = ("STARTTLS", "AUTH XOAUTH2 GSSAPI")

    outcome = asked(server, authority, **LOG_IN)

    assert (outcome.verdict, "no log-in with user name and password" in outcome.message) == (Verdict.FAILED, True)


@pytest.mark.parametrize(
    ("word", "reply", "said"),
    [
        ("EHLO", b"502 no\r\n", "introduces itself: it does not know the command (502)"),
        ("MAIL", b"553 5.7.1 <secret>\r\n", "takes no mail from alerts@acme.example: it does not allow the address"),
        ("MAIL", b"530 5.7.0\r\n", "it wants a log-in or encryption first (530)"),
        ("RCPT", b"550 unknown\r\n", "takes no mail for ops@acme.example: it does not know the address"),
        ("RCPT", b"450-slow\r\n450 down\r\n", "greylisting) (450)"),
        ("DATA", b"554 no\r\n", "takes no message: it rejects this"),
        (".", b"552 full\r\n", "did not take the test message: the mailbox is full (552)"),
        ("AUTH", b"534 weak\r\n", "this kind of log-in is too weak for it (534)"),
        ("AUTH", b"599 odd\r\n", "says no without a reason that is known (599)"),
        ("AUTH", b"499 odd\r\n", "has a problem for now (499)"),
    ],
)
def test_each_refusal_is_told_in_words(
    server: MailServer, authority: Authority, word: str, reply: bytes, said: str
) -> None:
    server.replies = {word: reply}

    outcome = asked(server, authority, sender="alerts@acme.example", recipient="ops@acme.example", **LOG_IN)

    assert (outcome.verdict, said in outcome.message) == (Verdict.FAILED, True), outcome
    assert outcome.remedy


def test_a_server_that_refuses_to_talk_is_told(server: MailServer, authority: Authority) -> None:
    server.greeting = b"554 go away\r\n"

    assert "refuses to talk to the portal" in asked(server, authority).message


def test_words_that_come_before_encryption_are_not_believed(server: MailServer, authority: Authority) -> None:
    """A man in the middle adds replies behind that to STARTTLS; they must not pass for encrypted ones."""
    server.replies = {"STARTTLS": b"220 go\r\n250 injected\r\n"}

    outcome = asked(server, authority, **LOG_IN)

    assert (outcome.verdict, "before encryption began" in outcome.message) == (Verdict.FAILED, True)


@pytest.mark.parametrize("security", ["starttls", "tls"])
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("expired", "has expired"),
        ("other name", "does not name"),
        ("self-signed", "is signed by itself"),
    ],
)
def test_a_wrong_certificate_ends_it_before_the_log_in(
    authority: Authority, security: str, kind: str, said: str
) -> None:
    contexts = {
        "expired": lambda: authority.server(HOST, begins=-30, ends=-2),
        "other name": lambda: authority.server("www.acme.example"),
        "self-signed": lambda: authority.self_signed(HOST),
    }
    server = MailServer(tls=contexts[kind](), from_the_start=security == "tls")

    outcome = asked(server, authority, security=security, **LOG_IN)

    assert (outcome.verdict, said in outcome.message) == (Verdict.FAILED, True), outcome
    assert not any(line.startswith("AUTH") for line in server.heard)


@pytest.mark.parametrize(
    ("behave", "said"),
    [
        (servers.silent, "not complete after 0.3 seconds"),
        (servers.dripping, "not complete after 0.3 seconds"),
        (servers.garbage, "not as a mail server"),
        (servers.endless, "more than a server of its kind would"),
        (servers.endless_line, "a line without an end"),
        (servers.saying(b"220-not\r\n"), "closed the connection"),
        (servers.saying(b"HTTP/1.1 302 Found\r\nLocation: http://10.0.0.1/\r\n"), "not as a mail server"),
        (servers.saying(b"220\r\n"), "closed the connection"),
        (servers.saying(b"999 what\r\n"), "not as a mail server"),
    ],
)
def test_a_broken_server_is_told_in_words(authority: Authority, behave: servers.Behaviour, said: str) -> None:
    """The endless ones are given time, since they end by what they send."""
    seconds = 5.0 if behave in (servers.endless, servers.endless_line) else SHORT_SECONDS

    outcome = asked(behave, authority, seconds=seconds)

    assert (outcome.verdict, said in outcome.message) == (Verdict.FAILED, True), outcome
    assert outcome.message.isprintable()


def test_a_reset_is_told(authority: Authority) -> None:
    def behave(connection: socket.socket) -> None:
        connection.sendall(b"220 hello\r\n")
        servers.resetting(connection)

    assert "broke the connection off" in asked(behave, authority).message


def test_what_is_not_encrypted_any_more_is_told(authority: Authority) -> None:
    """After a proper handshake the server sends bytes that are no TLS."""
    context = authority.server(HOST)

    def behave(connection: socket.socket) -> None:
        with connection.dup() as raw, context.wrap_socket(connection, server_side=True) as tls:
            tls.sendall(b"220 hello\r\n")
            tls.recv(4096)
            raw.sendall(b"250 plain\r\n")

    assert "broke the encrypted connection off" in asked(behave, authority, security="tls").message


def test_tls_from_the_start_against_a_server_that_greets_in_plain_is_told(
    server: MailServer, authority: Authority
) -> None:
    assert "does not speak TLS on this port" in asked(server, authority, security="tls").message


@pytest.mark.parametrize(
    "given",
    [
        {"sender": "a@b.example>\r\nRCPT TO:<x@y.example"},
        {"sender": "a@b.example", "recipient": "x@y.example\nDATA"},
        {"sender": "a b@c.example"},
        {"sender": "<a@c.example>"},
        {"sender": "äö@c.example"},
        {"sender": "a@c.example\0"},
        {"username": "portal\r\nMAIL FROM:<x@y>", "password": "s3cret"},
        {"username": "portal", "password": "s3\0cret"},
        {"recipient": "x@y.example"},
        {"host": "mail.acme.example\r\nQUIT"},
    ],
)
def test_values_that_could_begin_a_line_are_refused_before_connecting(
    server: MailServer, authority: Authority, given: dict[str, str]
) -> None:
    outcome = asked(server, authority, **given)

    assert (outcome.verdict, server.heard) == (Verdict.FAILED, [])
    assert outcome.remedy
    assert outcome.message.isprintable()


def test_no_outcome_holds_the_password_or_the_banner(server: MailServer, authority: Authority) -> None:
    said = [
        asked(server, authority, sender="alerts@acme.example", **LOG_IN),
        asked(server, authority, username="portal", password="s3cret-but-wrong"),
    ]

    assert [outcome.verdict for outcome in said] == [Verdict.OK, Verdict.FAILED]
    assert not [outcome for outcome in said if "s3cret" in repr(outcome) or "SecretMTA" in repr(outcome)]


def test_port_25_is_warned_about(server: MailServer, authority: Authority, monkeypatch: pytest.MonkeyPatch) -> None:
    """The port is what the fence was asked for; where the connection goes is this test's business."""
    real = socket.socket.connect
    with serving(server) as port:

        class Diverted(socket.socket):
            def connect(self, address: Any) -> None:
                real(self, (address[0], port))

        monkeypatch.setattr(socket, "socket", Diverted)
        outcome = accepts(
            HOST,
            25,
            security="starttls",
            fence=Fence(also=("127.0.0.1/32",), resolver=LOOPBACK, authorities=str(authority.pem)),
        )

    assert (outcome.verdict, "AWS throttles port 25" in outcome.message) == (Verdict.WARNING, True), outcome


def test_a_private_mail_server_is_confirmed_by_somebody_inside() -> None:
    outcome = accepts("10.20.0.25", 587, security="starttls")

    assert (outcome.verdict, "looks from inside" in outcome.remedy) == (Verdict.PRIVATE, True)


def test_a_port_where_no_mail_is_handed_in_is_refused() -> None:
    outcome = accepts("8.8.8.8", 2525, security="starttls")

    assert (outcome.verdict, outcome.message) == (Verdict.FAILED, "Port 2525 is not checked from here.")
    assert "25, 465, 587, 2465, 2587" in outcome.remedy
