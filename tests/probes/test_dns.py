import socket
from typing import Any

import dns.flags
import dns.message
import dns.rrset
import pytest

from portal.probes.dns import answers, delegated
from portal.probes.outcome import Outcome, Verdict
from tests.probes import servers
from tests.probes.fences import SHORT_SECONDS, Names, fence
from tests.probes.name_servers import NameServer
from tests.probes.servers import answering, serving

ZONE = (
    ("acme.example", "SOA", "ns1.acme.example. admin.acme.example. 1 2 3 4 5"),
    ("is.acme.example", "A", "10.20.4.7"),
    ("apim.acme.example", "A", "10.20.4.8"),
    ("six.acme.example", "AAAA", "fd12::7"),
    ("text.acme.example", "TXT", "none"),
    (".", "NS", "a.root.example."),
)
RIGHT = {"is.acme.example": "10.20.4.7", "apim.acme.example": "10.20.4.8", "six.acme.example": "fd12:0::7"}


def asked(names: dict[str, str], *, seconds: float = 5.0, **server: Any) -> Outcome:
    with NameServer(ZONE, **server).running() as port:
        return answers("127.0.0.1", names, port=port, fence=fence(seconds=seconds))


@pytest.mark.parametrize("truncated", [False, True])
def test_a_server_with_the_agreed_addresses_is_right(truncated: bool) -> None:
    outcome = asked(RIGHT, truncated=truncated)

    assert outcome.verdict == Verdict.OK
    assert outcome.facts == {"asked": 3, "right": 3, "wrong": []}


@pytest.mark.parametrize(
    ("name", "address", "problem"),
    [
        ("is.acme.example", "10.20.4.9", "is.acme.example is 10.20.4.7 instead of 10.20.4.9"),
        ("other.acme.example", "10.20.4.9", "other.acme.example does not exist"),
        ("text.acme.example", "10.20.4.9", "text.acme.example has no address"),
        ("six.acme.example", "10.20.4.9", "six.acme.example has no address"),
        ("broken.acme.example", "10.20.4.9", "broken.acme.example is answered with SERVFAIL"),
    ],
)
def test_each_name_that_is_not_as_agreed_is_told(name: str, address: str, problem: str) -> None:
    outcome = asked({**RIGHT, name: address}, broken=("broken.acme.example",))

    assert outcome.verdict == Verdict.FAILED
    assert outcome.facts["wrong"] == [problem]
    assert problem in outcome.message


def test_a_server_without_names_to_check_has_to_answer() -> None:
    assert asked({}).verdict == Verdict.OK
    assert "refuses to answer the portal" in asked({}, refusing=True).message


def test_a_name_that_dns_cannot_hold_is_told() -> None:
    assert "is not a name that DNS can hold" in asked({"a..example": "10.0.0.1"}).message


def test_too_many_names_are_refused() -> None:
    assert "too many" in asked({f"n{number}.example": "10.0.0.1" for number in range(51)}).message


def other_id(answer: dns.message.Message) -> None:
    answer.id ^= 1


def other_question(answer: dns.message.Message) -> None:
    answer.question = [dns.rrset.from_text("other.example.", 0, "IN", "A")]


def no_answer(answer: dns.message.Message) -> None:
    answer.flags &= ~dns.flags.QR


@pytest.mark.parametrize("change", [other_id, other_question, no_answer])
def test_an_answer_to_another_question_is_not_believed(change: Any) -> None:
    outcome = asked(RIGHT, changed=change)

    assert (outcome.verdict, "not as a DNS server" in outcome.message) == (Verdict.FAILED, True)


def test_an_address_of_another_class_is_none() -> None:
    def other_class(answer: dns.message.Message) -> None:
        answer.answer = [dns.rrset.from_text(answer.question[0].name, 60, "CLASS7", "A", r"\# 4 0a140407")]

    assert "is.acme.example has no address" in asked({"is.acme.example": "10.20.4.7"}, changed=other_class).message


@pytest.mark.parametrize("said", [b"", b"\xff" * 12, b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\0" * 600])
def test_garbage_is_told(said: bytes) -> None:
    with answering(lambda packet: said) as port:
        outcome = answers("127.0.0.1", RIGHT, port=port, fence=fence())

    assert (outcome.verdict, "not as a DNS server" in outcome.message) == (Verdict.FAILED, True)


def test_a_silent_server_is_told() -> None:
    with answering(lambda packet: None) as port:
        outcome = answers("127.0.0.1", RIGHT, port=port, fence=fence(seconds=SHORT_SECONDS))

    assert (outcome.verdict, "does not answer" in outcome.message) == (Verdict.FAILED, True)


@pytest.mark.parametrize(
    ("behave", "said"),
    [
        (servers.silent, "not complete after 0.3 seconds"),
        (servers.dripping, "not complete after 0.3 seconds"),
        (servers.endless, "not as a DNS server"),
        (servers.closing_early, "closed the connection"),
        (servers.resetting, "broke the connection off"),
    ],
)
def test_a_server_that_is_broken_over_tcp_is_told(behave: servers.Behaviour, said: str) -> None:
    truncating = NameServer(ZONE, truncated=True)
    with serving(behave) as port, answering(lambda packet: truncating._answer(packet, True), port):
        outcome = answers("127.0.0.1", RIGHT, port=port, fence=fence(seconds=SHORT_SECONDS))

    assert (outcome.verdict, said in outcome.message) == (Verdict.FAILED, True), outcome


def test_a_lost_answer_is_asked_for_again() -> None:
    right = NameServer(ZONE)
    heard: list[bytes] = []

    def first_lost(packet: bytes) -> bytes | None:
        heard.append(packet)
        return None if len(heard) == 1 else right._answer(packet, False)

    with answering(first_lost) as port:
        outcome = answers("127.0.0.1", {"is.acme.example": "10.20.4.7"}, port=port, fence=fence(seconds=1))

    assert (outcome.verdict, len(heard)) == (Verdict.OK, 2)


def test_a_private_server_is_checked_from_inside() -> None:
    assert answers("10.20.0.2", RIGHT).verdict == Verdict.PRIVATE


DELEGATION = {("acme.example", "NS"): ("ns1.acme.example", "ns2.acme.example"), "ns1.acme.example": ["127.0.0.1"]}


def delegation(
    rows: dict[Any, Any],
    zone: tuple[tuple[str, str, str], ...] = ZONE,
    zone_asked: str = "acme.example",
    **asked: Any,
) -> Outcome:
    with NameServer(zone).running() as port:
        return delegated(zone_asked, port=port, fence=fence(resolver=Names(rows)), **asked)


def test_a_zone_that_its_name_servers_answer_for_is_delegated() -> None:
    outcome = delegation({**DELEGATION, "ns2.acme.example": ["127.0.0.1"]})

    assert outcome.verdict == Verdict.OK
    assert outcome.facts == {"name_servers": ["ns1.acme.example", "ns2.acme.example"], "lame": []}


@pytest.mark.parametrize("rows", [{}, {"acme.example": ["198.51.100.7"]}])
def test_a_zone_without_name_servers_is_not_delegated(rows: dict[Any, Any]) -> None:
    outcome = delegation(rows)

    assert (outcome.verdict, "is not delegated" in outcome.message) == (Verdict.FAILED, True)


def test_a_name_inside_a_delegated_zone_is_in_public_dns() -> None:
    rows = {**DELEGATION, "ns2.acme.example": ["127.0.0.1"]}

    outcome = delegation(rows, zone_asked="mail.acme.example")
    assert (outcome.verdict, outcome.message.split()[0]) == (Verdict.OK, "acme.example")

    outcome = delegation(rows, zone_asked="mail.acme.example", to=("ns1.acme.example",))
    assert (outcome.verdict, "is not delegated" in outcome.message) == (Verdict.FAILED, True)


@pytest.mark.parametrize("zone", ["acme.co.uk", "acme.com.au"])
def test_what_everybody_registers_under_is_nobodys_zone(zone: str) -> None:
    rows = {("co.uk", "NS"): ("ns1.acme.example",), ("com.au", "NS"): ("ns1.acme.example",)}

    assert "is not delegated" in delegation({**rows, "ns1.acme.example": ["127.0.0.1"]}, zone_asked=zone).message


@pytest.mark.parametrize("rows", [{}, {"ns2.acme.example": ["10.0.0.2"]}, {"ns2.acme.example": ["127.0.0.5"]}])
def test_a_name_server_that_does_not_answer_is_warned_about(rows: dict[Any, Any]) -> None:
    outcome = delegation({**DELEGATION, **rows})

    assert outcome.verdict == Verdict.WARNING
    assert outcome.facts["lame"] == ["ns2.acme.example"]


def test_a_zone_that_no_name_server_knows_fails() -> None:
    outcome = delegation({**DELEGATION, "ns2.acme.example": ["127.0.0.1"]}, zone=(("other.example", "A", "10.0.0.1"),))

    assert (outcome.verdict, outcome.facts["lame"]) == (Verdict.FAILED, ["ns1.acme.example", "ns2.acme.example"])


def test_a_delegation_to_other_name_servers_is_told() -> None:
    rows = {**DELEGATION, "ns2.acme.example": ["127.0.0.1"]}

    assert delegation(rows, to=("NS2.acme.example.", "ns1.acme.example.")).verdict == Verdict.OK
    other = delegation(rows, to=("ns-1.awsdns.example",))
    assert (other.verdict, "instead of ns-1.awsdns.example" in other.message) == (Verdict.FAILED, True)


def test_answering_by_tcp_needs_two_bytes_of_length() -> None:
    """A length that promises more than comes ends with the connection, not with a wrong answer."""

    def short(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"\xff\xff\0\0")

    truncating = NameServer(ZONE, truncated=True)
    with serving(short) as port, answering(lambda packet: truncating._answer(packet, True), port):
        outcome = answers("127.0.0.1", RIGHT, port=port, fence=fence())

    assert (outcome.verdict, "closed the connection" in outcome.message) == (Verdict.FAILED, True)
