"""Servers on loopback: one that is told how to behave, and all the broken ones."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress

Behaviour = Callable[[socket.socket], None]


@contextmanager
def serving(behave: Behaviour) -> Iterator[int]:
    """Listen, let each connection behave on a thread of its own, and yield the port."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        threading.Thread(target=_accept, args=(listening, behave), daemon=True).start()
        yield listening.getsockname()[1]
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)


def _accept(listening: socket.socket, behave: Behaviour) -> None:
    while True:
        try:
            connection, _ = listening.accept()
        except OSError:
            return
        threading.Thread(target=_behave, args=(connection, behave), daemon=True).start()


def _behave(connection: socket.socket, behave: Behaviour) -> None:
    """A client that has seen enough goes away in the middle: no error of the server."""
    with closing(connection), suppress(OSError):
        behave(connection)


@contextmanager
def answering(answer: Callable[[bytes], bytes | None], port: int = 0) -> Iterator[int]:
    """Answer datagrams; None keeps silent."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as listening:
        listening.bind(("127.0.0.1", port))
        stopped = threading.Event()
        thread = threading.Thread(target=_answer, args=(listening, answer, stopped), daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        stopped.set()
        thread.join()


def _answer(listening: socket.socket, answer: Callable[[bytes], bytes | None], stopped: threading.Event) -> None:
    listening.settimeout(0.02)
    while not stopped.is_set():
        try:
            packet, sender = listening.recvfrom(65536)
        except TimeoutError:
            continue
        except OSError:
            return
        said = answer(packet)
        if said is not None:
            listening.sendto(said, sender)


def silent(connection: socket.socket) -> None:
    """Hear everything, say nothing, until the other side goes."""
    while connection.recv(4096):
        pass


def dripping(connection: socket.socket) -> None:
    """Send a byte of a line that never ends, often enough for a time-out per read never to strike."""
    gone = threading.Event()
    while not gone.wait(0.02):
        connection.sendall(b"2")


def endless(connection: socket.socket) -> None:
    """Send lines of a reply that never ends, as fast as they are taken."""
    while True:
        connection.sendall(b"220-more\r\n" * 100)


def endless_line(connection: socket.socket) -> None:
    while True:
        connection.sendall(b"HTTP/1.1 200 " + b"x" * 1000)


def garbage(connection: socket.socket) -> None:
    connection.sendall(bytes(range(256)) + b"\r\n\x1b[31mred\r\n")
    silent(connection)


def saying(words: bytes) -> Behaviour:
    """Say it all at once, whatever is asked, and end there; what is heard is taken, so that nothing is reset."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(words)
        connection.shutdown(socket.SHUT_WR)
        silent(connection)

    return behave


def closing_early(connection: socket.socket) -> None:
    """Hear the first words, and close."""
    connection.recv(4096)


def resetting(connection: socket.socket) -> None:
    """Hear the first words, and close with a reset, as a crashed server does."""
    connection.recv(4096)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def closed_port() -> int:
    """Return a port on which nobody listens."""
    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        return int(listening.getsockname()[1])
