"""One name server asked one question, over the fence: UDP, and TCP where the answer does not fit."""

import struct
from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from portal.probes.conversation import Garbled
from portal.probes.outcome import Failure, shown
from portal.probes.target import Target
from portal.probes.wire import Silent

_TRIES = 2


@dataclass(frozen=True, slots=True)
class Said:
    """`code` is the response code in DNS's own word, such as NXDOMAIN. `values` are those of the asked type."""

    code: str
    values: tuple[str, ...]
    authoritative: bool


def ask(target: Target, name: str, type: str, *, seconds: float) -> Said:
    """Wait this many seconds for each of two tries. Raises Silent, Garbled, Broken, TooMuch, TimedOut."""
    query = dns.message.make_query(_absolute(name), type)
    answer = _by_udp(target, query, seconds)
    if answer.flags & dns.flags.TC:
        answer = _by_tcp(target, query)
    wanted = dns.rdatatype.from_text(type)
    values = tuple(row.to_text().lower() for found in answer.answer if _is(found, wanted) for row in found)
    return Said(dns.rcode.to_text(answer.rcode()), values, bool(answer.flags & dns.flags.AA))


def _is(found: dns.rrset.RRset, wanted: dns.rdatatype.RdataType) -> bool:
    return found.rdtype == wanted and found.rdclass == dns.rdataclass.IN


def _absolute(name: str) -> dns.name.Name:
    try:
        return dns.name.from_text(name, dns.name.root)
    except (dns.exception.DNSException, ValueError):
        raise Failure(f"{shown(name)} is not a name that DNS can hold.", "Check its spelling.") from None


def _by_udp(target: Target, query: dns.message.Message, seconds: float) -> dns.message.Message:
    with target.datagrams() as wire:
        for _ in range(_TRIES):
            wire.send(query.to_wire())
            packet = wire.receive_datagram(seconds)
            if packet is not None:
                return _read(packet, query, target.where)
    raise Silent(
        f"{target.where} does not answer.",
        "Check that it is a DNS server, and let UDP and TCP 53 through your firewall.",
    )


def _by_tcp(target: Target, query: dns.message.Message) -> dns.message.Message:
    asked = query.to_wire()
    with target.connected() as conversation:
        conversation.send(struct.pack("!H", len(asked)) + asked)
        (length,) = struct.unpack("!H", conversation.exactly(2))
        return _read(conversation.exactly(length), query, target.where)


def _read(packet: bytes, query: dns.message.Message, where: str) -> dns.message.Message:
    try:
        answer = dns.message.from_wire(packet, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError):
        answer = None
    if answer is None or not query.is_response(answer):
        raise Garbled(f"{where} answers, and not as a DNS server.", "Check the address, and that DNS runs there.")
    return answer
