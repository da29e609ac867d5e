"""Whatever a server says, a probe gives an outcome: it raises nothing, ends, and repeats no word that is not printable."""

from collections.abc import Callable, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from portal.probes.addresses import Address
from portal.probes.dns import answers
from portal.probes.fence import Fence
from portal.probes.https import fits
from portal.probes.ntp import tells_time
from portal.probes.outcome import Failure, Outcome, Verdict
from portal.probes.proxy import tunnels
from portal.probes.smtp import accepts
from tests.probes.fences import Names, fence
from tests.probes.name_servers import NameServer
from tests.probes.servers import answering, saying, serving

FEW = settings(max_examples=60, deadline=None)
NAMES = {"is.acme.example": "10.20.4.7"}

smtp_lines = st.builds(
    lambda code, mark, words: code + mark + words + b"\r\n",
    st.sampled_from([b"220", b"250", b"334", b"235", b"354", b"535", b"999", b"22", b""]),
    st.sampled_from([b" ", b"-", b""]),
    st.one_of(st.sampled_from([b"AUTH PLAIN", b"STARTTLS", b"AUTH=LOGIN", b"="]), st.binary(max_size=20)),
)
http_lines = st.one_of(
    st.sampled_from(
        [b"HTTP/1.1 200 ok\r\n", b"HTTP/1.1 407\r\n", b"HTTP/1.0 302 x\r\n", b"\r\n", b"\n", b"HTTP/1.1 2x0\r\n"]
    ),
    st.binary(max_size=40),
)


def is_told(outcome: Outcome) -> None:
    assert outcome.verdict in Verdict
    assert outcome.message.isprintable()
    assert outcome.message.isascii()


@FEW
@given(st.lists(smtp_lines, max_size=8), st.sampled_from(["none", "starttls", "tls"]))
def test_any_words_of_a_mail_server(lines: list[bytes], security: str) -> None:
    with serving(saying(b"".join(lines))) as port:
        outcome = accepts(
            "127.0.0.1",
            port,
            security=security,  # type: ignore[arg-type]
            sender="a@acme.example",
            recipient="b@acme.example",
            fence=fence(),
        )

    is_told(outcome)
    assert outcome.verdict == (
        Verdict.WARNING if outcome.verdict == Verdict.WARNING and security == "none" else Verdict.FAILED
    )


@FEW
@given(st.lists(http_lines, max_size=6))
def test_any_words_of_a_proxy(lines: list[bytes]) -> None:
    with serving(saying(b"".join(lines))) as port:
        outcome = tunnels(f"http://127.0.0.1:{port}", [("alerts.example", 443), ("mail.example", 587)], fence=fence())

    is_told(outcome)
    assert outcome.verdict in (Verdict.FAILED, Verdict.WARNING)


@FEW
@given(st.binary(max_size=300))
def test_any_words_of_a_product(words: bytes) -> None:
    with serving(saying(words)) as port:
        outcome = fits(f"https://127.0.0.1:{port}", fence=fence())

    is_told(outcome)
    assert outcome.verdict == Verdict.FAILED


def echoing(words: bytes, kept: slice) -> Callable[[bytes], bytes]:
    """Answer with these words, with a part of the request in its place, as only a real server or an attacker nearby would."""

    def answer(packet: bytes) -> bytes:
        said = bytearray(words.ljust(48, b"\0"))
        said[24:32] = packet[kept]
        return bytes(said)

    return answer


@FEW
@given(st.binary(max_size=80))
def test_any_packet_of_a_time_server(words: bytes) -> None:
    with answering(lambda packet: words) as port:
        outcome = tells_time("127.0.0.1", port=port, fence=fence())

    is_told(outcome)
    assert outcome.verdict == Verdict.FAILED


@FEW
@given(st.binary(min_size=40, max_size=60))
def test_any_times_of_a_time_server(words: bytes) -> None:
    with answering(echoing(words, slice(40, 48))) as port:
        is_told(tells_time("127.0.0.1", port=port, fence=fence()))


@FEW
@given(st.binary(max_size=200), st.booleans())
def test_any_packet_of_a_name_server(words: bytes, with_id: bool) -> None:
    """With the right id and the bit for an answer, more of it is read."""
    with answering(lambda packet: packet[:2] + b"\x80" + words if with_id else words) as port:
        outcome = answers("127.0.0.1", NAMES, port=port, fence=fence(seconds=1))

    is_told(outcome)
    assert outcome.verdict == Verdict.FAILED


@FEW
@given(st.integers(0, 80), st.integers(0, 255), st.booleans())
def test_any_byte_changed_in_an_answer_of_a_name_server(place: int, byte: int, cut: bool) -> None:
    right = NameServer((("is.acme.example", "A", "10.20.4.7"),))

    def changed(packet: bytes) -> bytes:
        said = bytearray(right._answer(packet, False))
        said[place % len(said)] = byte
        return bytes(said[:place]) if cut else bytes(said)

    with answering(changed) as port:
        is_told(answers("127.0.0.1", NAMES, port=port, fence=fence(seconds=1)))


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(max_size=40), st.ip_addresses().map(str), st.from_regex(r"[0-9xa-f.:%\[\]-]{1,30}", fullmatch=True)
    )
)
def test_any_host_is_refused_or_checked(host: str) -> None:
    """Without an address in DNS, nothing but a public address in its usual writing comes through."""
    closed = Fence(resolver=Names({}))

    assert [address for address in _reached(closed, host) if not address.is_global] == []


def _reached(closed: Fence, host: str) -> Sequence[Address]:
    try:
        return closed.target(host, 443, "https", closed.deadline()).addresses
    except Failure:
        return ()
