"""A mail server that stands still at a given point, so that its client can be killed there."""

import re
import socket
import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

_PATIENCE_SECONDS = 30


@dataclass
class Sink:
    """`stops_at` is the first word of a command, or `taken`: the message is kept, and nobody was told so yet."""

    stops_at: str = ""
    taken: list[bytes] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    greeted: int = 0
    replies: dict[str, bytes] = field(default_factory=dict)
    reached: threading.Event = field(default_factory=threading.Event)
    goes_on: threading.Event = field(default_factory=threading.Event)

    def __call__(self, connection: socket.socket) -> None:
        self.greeted += 1
        connection.sendall(b"220 sink\r\n")
        with connection.makefile("rb") as lines:
            while line := lines.readline():
                word = line.split()[0].decode().upper()
                self._stop(word)
                if word == "DATA":
                    self._take(connection, lines)
                    continue
                if word == "MAIL":
                    self.senders.append(line.decode().split("<")[1].split(">")[0])
                connection.sendall(self.replies.get(word, b"250 sink\r\n"))
                if word == "QUIT":
                    return

    def copies(self) -> Counter[str]:
        """Return how often each `Message-ID` was taken."""
        return Counter(
            re.search(rb"^Message-ID: <(msg_\w+)@", message, re.MULTILINE)[1].decode() for message in self.taken
        )  # type: ignore[index]

    def _take(self, connection: socket.socket, lines: Any) -> None:
        connection.sendall(b"354 go ahead\r\n")
        message = b""
        while (line := lines.readline()) != b".\r\n":
            if not line:
                return  # the client went away in the middle: a server throws that away
            message += line
        self.taken.append(message)
        self._stop("taken")
        connection.sendall(b"250 taken\r\n")

    def _stop(self, point: str) -> None:
        if point == self.stops_at and not self.reached.is_set():
            self.reached.set()
            self.goes_on.wait(_PATIENCE_SECONDS)
