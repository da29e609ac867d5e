import struct
import time
from collections.abc import Callable

import pytest

from portal.probes.fence import Fence
from portal.probes.ntp import tells_time
from portal.probes.outcome import Outcome, Verdict
from tests.probes.fences import SHORT_SECONDS, fence
from tests.probes.servers import answering, closed_port

UNIX_EPOCH = 2_208_988_800
ERA_SECONDS = 1 << 32


def timestamp(seconds: float) -> int:
    return int((seconds + UNIX_EPOCH) * ERA_SECONDS) & 0xFFFFFFFFFFFFFFFF


def time_server(
    *,
    ahead: float = 0.0,
    leap: int = 0,
    mode: int = 4,
    stratum: int = 2,
    reference: bytes = b"GPS\0",
    dispersion: float = 0.01,
    origin: bytes | None = None,
    transmits: bool = True,
) -> Callable[[bytes], bytes]:
    """Answer as RFC 5905 says, with one thing changed."""

    def answer(packet: bytes) -> bytes:
        now = timestamp(time.time() + ahead)
        head = struct.pack(
            "!BBBbII4s", leap << 6 | 4 << 3 | mode, stratum, 6, -20, 0, int(dispersion * 65536), reference
        )
        times = struct.pack("!Q8sQQ", now, origin or packet[40:48], now, now if transmits else 0)
        return head + times

    return answer


def asked(answer: Callable[[bytes], bytes | None], *, seconds: float = 5.0) -> Outcome:
    with answering(answer) as port:
        return tells_time("127.0.0.1", port=port, fence=fence(seconds=seconds))


def test_a_time_server_tells_stratum_and_offset() -> None:
    outcome = asked(time_server(stratum=3))

    assert outcome.verdict == Verdict.OK
    assert "stratum 3" in outcome.message
    assert outcome.facts["stratum"] == 3
    assert set(outcome.facts) == {"stratum", "offset", "delay"}


@pytest.mark.parametrize(
    ("ahead", "verdict", "said"),
    [
        (3600.0, "failed", "ahead of the portal's clock"),
        (-3600.0, "failed", "behind the portal's clock"),
        (86400.0 * 365 * 20, "failed", "ahead of the portal's clock"),
        (10.0, "failed", "ahead of"),
    ],
)
def test_a_wrong_clock_is_told(ahead: float, verdict: str, said: str) -> None:
    outcome = asked(time_server(ahead=ahead))

    assert outcome.verdict == verdict
    assert said in outcome.message
    assert outcome.facts["offset"] == pytest.approx(ahead, abs=2)


@pytest.mark.parametrize(
    ("code", "said"),
    [(b"RATE", "asked too often"), (b"DENY", "not ask"), (b"RSTR", "not ask"), (b"\x1b[1m", "does not say the time")],
)
def test_a_refusal_is_told_without_its_own_words(code: bytes, said: str) -> None:
    outcome = asked(time_server(stratum=0, reference=code))

    assert (outcome.verdict, said in outcome.message) == (Verdict.FAILED, True)
    assert outcome.message.isprintable()


@pytest.mark.parametrize("change", [{"leap": 3}, {"stratum": 16}, {"stratum": 255}, {"dispersion": 2.0}])
def test_a_server_whose_own_clock_follows_nothing_is_told(change: dict[str, int]) -> None:
    outcome = asked(time_server(**change))  # type: ignore[arg-type]

    assert (outcome.verdict, "follows nothing" in outcome.message) == (Verdict.FAILED, True)


@pytest.mark.parametrize(
    "answer",
    [
        time_server(origin=b"guessed!"),
        time_server(mode=3),
        time_server(mode=6),
        time_server(transmits=False),
        lambda packet: b"",
        lambda packet: b"\x24" * 47,
        lambda packet: b"HTTP/1.1 400 Bad Request\r\n\r\n" + b" " * 48,
        lambda packet: packet,
    ],
    ids=["origin of another", "client", "control", "no time", "empty", "short", "garbage", "echo"],
)
def test_what_is_no_answer_to_our_request_is_told(answer: Callable[[bytes], bytes]) -> None:
    outcome = asked(answer)

    assert (outcome.verdict, "not as a time server" in outcome.message) == (Verdict.FAILED, True), outcome


def test_a_lost_answer_is_asked_for_again() -> None:
    lost: list[bytes] = []

    def first_lost(packet: bytes) -> bytes | None:
        lost.append(packet)
        return None if len(lost) == 1 else time_server()(packet)

    assert asked(first_lost, seconds=0.8).verdict == Verdict.OK
    assert len(lost) == 2


def test_what_we_send_tells_nothing_of_us() -> None:
    heard: list[bytes] = []
    asked(lambda packet: heard.append(packet) or time_server()(packet))  # type: ignore[func-returns-value]

    assert [packet[:40] for packet in heard] == [b"\x23" + bytes(39)]
    assert len(heard[0]) == 48


def test_a_silent_server_is_told() -> None:
    outcome = asked(lambda packet: None, seconds=SHORT_SECONDS)

    assert (outcome.verdict, "does not answer" in outcome.message) == (Verdict.FAILED, True)


def test_a_port_without_a_server_is_told() -> None:
    outcome = tells_time("127.0.0.1", port=closed_port(), fence=fence())

    assert (outcome.verdict, "no server listens there" in outcome.message) == (Verdict.FAILED, True)


@pytest.mark.parametrize("host", ["169.254.169.123", "fd00:ec2::123", "FD00:EC2:0::123"])
def test_amazon_time_sync_is_never_probed(host: str) -> None:
    outcome = tells_time(host, fence=Fence(also=("0.0.0.0/0", "::/0")))

    assert (outcome.verdict, "Amazon Time Sync" in outcome.message) == (Verdict.PRIVATE, True)


def test_a_private_time_server_is_checked_from_inside() -> None:
    assert tells_time("10.0.0.5").verdict == Verdict.PRIVATE


def test_the_era_after_2036_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    in_2040 = 2_208_988_800.0
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() - 1_795_000_000 + in_2040)

    outcome = asked(time_server())

    assert outcome.verdict == Verdict.OK
