"""Bytes to and from a socket, within the deadline and the amount of one probe."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from portal.probes.deadline import Deadline
from portal.probes.outcome import Failure

_CHUNK = 4096


class Broken(Failure):
    """The other side ended the connection before it was done."""


class Silent(Failure):
    """Nothing came in the time that was given."""


class TooMuch(Failure):
    """The other side does not stop sending."""


class Stream(Protocol):
    """A way for bytes: a socket, or TLS over another stream."""

    def send(self, data: bytes) -> None: ...

    def receive(self) -> bytes:
        """Return what has come, at least one byte; nothing when the other side has closed."""


class Wire:
    """A connected socket. `limit`: bytes that are read at most, in all."""

    def __init__(self, sock: socket.socket, where: str, deadline: Deadline, limit: int) -> None:
        self.where = where
        self._socket = sock
        self._deadline = deadline
        self._left = limit

    def send(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            with self._within():
                view = view[self._socket.send(view) :]

    def receive(self) -> bytes:
        with self._within():
            data = self._socket.recv(_CHUNK)
        return self._counted(data)

    def receive_datagram(self, seconds: float) -> bytes | None:
        """Return the next datagram, or None when none has come within these seconds."""
        try:
            with self._within(seconds):
                data = self._socket.recv(65536)
        except Silent:
            return None
        return self._counted(data)

    def close(self) -> None:
        self._socket.close()

    def _counted(self, data: bytes) -> bytes:
        self._left -= len(data)
        if self._left < 0:
            raise TooMuch(
                f"{self.where} sends more than a server of its kind would; the check stopped reading.",
                "Check that the right server answers on this port.",
            )
        return data

    @contextmanager
    def _within(self, seconds: float | None = None) -> Iterator[None]:
        """Let one act on the socket take what is left of the deadline, and say in words how it failed."""
        left = self._deadline.left()
        self._socket.settimeout(left if seconds is None else min(left, seconds))
        try:
            yield
        except TimeoutError:
            self._deadline.left()
            raise Silent(
                f"{self.where} does not answer.", "Check that the server runs and that firewalls let it answer."
            ) from None
        except OSError as error:
            raise Broken(*_how(error, self.where)) from None


def _how(error: OSError, where: str) -> tuple[str, str]:
    if isinstance(error, ConnectionRefusedError):
        return f"{where} refuses: no server listens there.", "Start the server, or check the port."
    return f"{where} broke the connection off.", "Look in the server's log for why, and at firewalls on the way."
