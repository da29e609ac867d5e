"""A name server over UDP and TCP on one port."""

import socket
import struct
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

from tests.probes.servers import answering, serving


@dataclass
class NameServer:
    """`zone`: rows of name, type, value. `broken` names are answered with SERVFAIL; `truncated` answers come by TCP only."""

    zone: Sequence[tuple[str, str, str]]
    broken: Sequence[str] = ()
    refusing: bool = False
    truncated: bool = False
    changed: Callable[[dns.message.Message], None] = lambda answer: None

    @contextmanager
    def running(self) -> Iterator[int]:
        with serving(self._by_tcp) as port, answering(lambda packet: self._answer(packet, self.truncated), port):
            yield port

    def _by_tcp(self, connection: socket.socket) -> None:
        (length,) = struct.unpack("!H", connection.recv(2))
        said = self._answer(connection.recv(length), False)
        connection.sendall(struct.pack("!H", len(said)) + said)

    def _answer(self, packet: bytes, truncated: bool) -> bytes:
        query = dns.message.from_wire(packet)
        (asked,) = query.question
        name = asked.name.to_text(omit_final_dot=True).lower()
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA | dns.flags.AA
        if self.refusing:
            answer.set_rcode(dns.rcode.REFUSED)
        elif name in self.broken:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif truncated:
            answer.flags |= dns.flags.TC
        elif name not in {row[0] for row in self.zone}:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            self._fill(answer, name, asked.rdtype)
        self.changed(answer)
        return answer.to_wire()

    def _fill(self, answer: dns.message.Message, name: str, type: dns.rdatatype.RdataType) -> None:
        values = [value for known, kind, value in self.zone if (known, kind) == (name, type.name)]
        if values:
            answer.answer.append(dns.rrset.from_text(answer.question[0].name, 60, "IN", type, *values))
