"""Where a probe goes: addresses that the fence has checked, and the way to connect to them."""

import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address

from portal.probes.addresses import Address
from portal.probes.conversation import Conversation
from portal.probes.deadline import Deadline
from portal.probes.outcome import Failure
from portal.probes.wire import Wire

_TRIED = 4
"""Addresses of one name that are tried, the others being no likelier to answer in what is left of the time."""


class Unreachable(Failure):
    """No connection came about."""


@dataclass(frozen=True, slots=True)
class Target:
    """One host and port, resolved once: every connection of a probe goes to the addresses in here."""

    host: str
    port: int
    addresses: tuple[Address, ...]
    deadline: Deadline
    connect_seconds: float
    read_limit: int

    @property
    def where(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @contextmanager
    def connected(self) -> Iterator[Conversation]:
        """Connect to the first address that answers. Raises Unreachable."""
        with closing(self._first_to_answer()) as sock:
            yield Conversation(Wire(sock, self.where, self.deadline, self.read_limit), self.where)

    @contextmanager
    def datagrams(self) -> Iterator[Wire]:
        """Send to and hear from the first address only: a connected UDP socket drops what others send."""
        with closing(self._dialled(self.addresses[0], self.deadline.left(), socket.SOCK_DGRAM)) as sock:
            yield Wire(sock, self.where, self.deadline, self.read_limit)

    def _first_to_answer(self) -> socket.socket:
        connecting = Deadline(min(self.connect_seconds, self.deadline.left()))
        tried = self.addresses[:_TRIED]
        for position, address in enumerate(tried, start=1):
            share = connecting.left() / (len(tried) - position + 1)
            try:
                return self._dialled(address, share, socket.SOCK_STREAM)
            except Unreachable:
                if position == len(tried):
                    raise
        raise AssertionError("a target has an address")

    def _dialled(self, address: Address, seconds: float, kind: socket.SocketKind) -> socket.socket:
        sock = socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6, kind)
        try:
            sock.settimeout(seconds)
            sock.connect((str(address), self.port))
            self._compare(sock, address)
        except OSError as error:
            sock.close()
            raise Unreachable(*self._how(error)) from None
        except Failure:
            sock.close()
            raise
        return sock

    def _compare(self, sock: socket.socket, address: Address) -> None:
        """Raises Unreachable where the connection ended somewhere else than it was sent."""
        if ip_address(sock.getpeername()[0]) != address:
            raise Unreachable(f"The connection to {self.where} ended at another address than the one that was checked.")

    def _how(self, error: OSError) -> tuple[str, str]:
        if isinstance(error, ConnectionRefusedError):
            return (
                f"{self.where} refuses the connection: no server listens there.",
                "Start the server, or check the port. A firewall that rejects looks the same.",
            )
        if isinstance(error, TimeoutError):
            return (
                f"{self.where} did not accept a connection within {self.connect_seconds:g} seconds.",
                "Let the portal through your firewall on this port, or check the name and the port.",
            )
        return f"{self.where} cannot be reached from the portal.", "Check the address and the way there."
