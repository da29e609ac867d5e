"""Whether a time server tells the time. Source: RFC 5905 (NTP version 4), sections 6 to 8."""

import secrets
import struct
import time
from dataclasses import dataclass

from portal.probes import addresses
from portal.probes.conversation import Garbled
from portal.probes.fence import EGRESS, Fence, PrivateTarget
from portal.probes.outcome import Facts, Failure, Outcome, Verdict, told
from portal.probes.wire import Silent, Wire

WRONG_SECONDS = 1.0
DOUBTFUL_SECONDS = 0.128
"""From here on a client would rather jump than steer. Source: RFC 5905, STEPT."""

_AMAZON_TIME_SYNC = ("169.254.169.123", "fd00:ec2::123")
"""Source: EC2 user guide, "Amazon Time Sync Service"."""

_REQUEST = 0x23
"""Version 4, mode 3 (client)."""
_SERVER = 4
_UNSYNCHRONISED = 16
_TOO_FAR_SECONDS = 1.5
"""Clients take no time from further away. Source: RFC 5905, MAXDIST."""
_TRIES = 3
_PACKET = struct.Struct("!BB2xII4s8x8sQQ")
_UNIX_EPOCH = 2_208_988_800
_ERA_SECONDS = 1 << 32


@dataclass(frozen=True, slots=True)
class Reply:
    """`offset`: seconds by which the server's clock is ahead of ours. `delay`: seconds there and back."""

    leap: int
    stratum: int
    reference: bytes
    offset: float
    delay: float
    distance: float
    """Seconds by which the server itself may be wrong: its delay and dispersion to the source of its time."""


@told
def tells_time(host: str, *, port: int = 123, fence: Fence = EGRESS) -> Outcome:
    """Ask for the time once, again if an answer got lost, and compare it with the portal's clock."""
    if str(addresses.literal(host)) in _AMAZON_TIME_SYNC:
        raise PrivateTarget(
            "This is Amazon Time Sync. It is reached only inside AWS and never checked from here.",
            "Nothing to do: select Amazon Time Sync as the time service.",
        )
    target = fence.target(host, port, "ntp", fence.deadline())
    with target.datagrams() as wire:
        reply = _asked(wire, fence.total_seconds / (_TRIES + 1))
    return _judged(reply, target.where)


def _asked(wire: Wire, seconds: float) -> Reply:
    """Send a request up to three times. What we send as our time is random: it tells nothing, and nobody guesses it."""
    sent: dict[bytes, float] = {}
    for _ in range(_TRIES):
        cookie = secrets.token_bytes(8)
        sent[cookie] = time.time()
        wire.send(bytes([_REQUEST]) + bytes(39) + cookie)
        packet = wire.receive_datagram(seconds)
        if packet is not None:
            return _read(packet, sent, time.time(), wire.where)
    raise Silent(
        f"{wire.where} does not answer.",
        "Check that it is a time server, and let UDP 123 through your firewall both ways.",
    )


def _read(packet: bytes, sent: dict[bytes, float], come: float, where: str) -> Reply:
    """Raises Garbled for what is no answer to one of our requests."""
    if len(packet) < _PACKET.size or packet[0] & 7 != _SERVER:
        raise _garbled(where)
    first, stratum, root_delay, dispersion, reference, origin, received, transmitted = _PACKET.unpack_from(packet)
    if origin not in sent or (stratum and not transmitted):
        raise _garbled(where)
    went = sent[origin]
    theirs_in, theirs_out = _seconds(received, come), _seconds(transmitted, come)
    offset = ((theirs_in - went) + (theirs_out - come)) / 2
    delay = max(0.0, (come - went) - (theirs_out - theirs_in))
    return Reply(first >> 6, stratum, reference, offset, delay, (root_delay / 2 + dispersion) / 65536)


def _garbled(where: str) -> Garbled:
    return Garbled(f"{where} answers, and not as a time server.", "Check the name or address, and that NTP runs there.")


def _seconds(timestamp: int, near: float) -> float:
    """Return Unix time, in the era of 136 years that is nearest: NTP's seconds start again in 2036."""
    seconds = timestamp / _ERA_SECONDS - _UNIX_EPOCH
    return seconds + round((near - seconds) / _ERA_SECONDS) * _ERA_SECONDS


_KISSES = {
    b"RATE": (
        "it is asked too often",
        "Wait a few minutes; let the server allow the portal and the VPCs more requests.",
    ),
    b"DENY": ("it lets the portal's address not ask", "Allow the portal and the addresses of the VPCs on the server."),
    b"RSTR": ("it lets the portal's address not ask", "Allow the portal and the addresses of the VPCs on the server."),
    b"INIT": ("it has not found its own time yet", "Wait until it follows its own sources, and check again."),
    b"STEP": ("its own clock has just jumped", "Wait a few minutes and check again."),
}
"""Kiss codes. Source: RFC 5905, section 7.4."""


def _judged(reply: Reply, where: str) -> Outcome:
    if not reply.stratum:
        why, remedy = _KISSES.get(reply.reference, ("it does not say the time", "Look in the server's log for why."))
        raise Failure(f"{where} answers with a refusal: {why}.", remedy)
    facts: Facts = {"stratum": reply.stratum, "offset": round(reply.offset, 6), "delay": round(reply.delay, 6)}
    if reply.leap == 3 or reply.stratum >= _UNSYNCHRONISED or reply.distance > _TOO_FAR_SECONDS:
        return Outcome(
            Verdict.FAILED,
            f"{where} answers, and says that its own clock follows nothing that can be relied on.",
            "Let it follow time servers of the stratum above.",
            facts,
        )
    return _compared(reply, where, facts)


def _compared(reply: Reply, where: str, facts: Facts) -> Outcome:
    """Half of the delay is in doubt, since nobody knows how it is shared between the ways."""
    surely_off = abs(reply.offset) - reply.delay / 2
    way = "ahead of" if reply.offset > 0 else "behind"
    if surely_off > DOUBTFUL_SECONDS:
        verdict = Verdict.FAILED if surely_off > WRONG_SECONDS else Verdict.WARNING
        return Outcome(
            verdict,
            f"{where} tells a time that is {abs(reply.offset):.3f} seconds {way} the portal's clock.",
            "Check what the server follows. Logs and tokens go wrong when clocks disagree.",
            facts,
        )
    milliseconds = abs(reply.offset) * 1000
    message = f"{where} tells the time: stratum {reply.stratum}, {milliseconds:.1f} ms {way} the portal's clock."
    return Outcome(Verdict.OK, message, facts=facts)
