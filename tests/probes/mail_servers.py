"""A mail server that does what it is told, with TLS and log-in, and keeps what it was handed."""

import base64
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass
class MailServer:
    """`replies` overrides what is said to a command, by its first word; `greeting` what is said first."""

    tls: ssl.SSLContext | None = None
    from_the_start: bool = False
    offers: tuple[str, ...] = ("STARTTLS", "AUTH PLAIN LOGIN", "8BITMIME")
    accounts: Mapping[str, str] = field(default_factory=lambda: {"portal": "s3cret"})
    replies: Mapping[str, bytes] = field(default_factory=dict)
    greeting: bytes = b"220 mail.acme.example ESMTP \x1b[31mSecretMTA 1.2.3\r\n"
    heard: list[str] = field(default_factory=list)
    messages: list[bytes] = field(default_factory=list)

    def __call__(self, connection: socket.socket) -> None:
        if self.from_the_start and self.tls:
            with self.tls.wrap_socket(connection, server_side=True) as encrypted:
                encrypted.sendall(self.greeting)
                self._talk(encrypted)
        else:
            connection.sendall(self.greeting)
            self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as lines:
            self._talk_by_line(connection, lines)

    def _talk_by_line(self, connection: socket.socket, lines: socket.SocketIO) -> None:
        while line := lines.readline().decode("latin-1").rstrip("\r\n"):
            self.heard.append(line)
            word = line.split()[0].upper()
            if word in self.replies:
                connection.sendall(self.replies[word])
            elif word == "STARTTLS" and self.tls:
                connection.sendall(b"220 go ahead\r\n")
                with self.tls.wrap_socket(connection, server_side=True) as encrypted:
                    return self._talk(encrypted)
            elif word == "DATA":
                connection.sendall(b"354 go ahead\r\n")
                self.messages.append(_until_dot(lines))
                connection.sendall(self.replies.get(".", b"250 taken\r\n"))
            elif word == "QUIT":
                return connection.sendall(b"221 bye\r\n")
            else:
                connection.sendall(self._said(word, line, lines, connection))

    def _said(self, word: str, line: str, lines: socket.SocketIO, connection: socket.socket) -> bytes:
        if word == "EHLO":
            encrypted = isinstance(connection, ssl.SSLSocket)
            offers = [offer for offer in self.offers if not (encrypted and offer == "STARTTLS")]
            rows = ["mail.acme.example", *offers]
            marks = ["-"] * (len(rows) - 1) + [" "]
            return "".join(f"250{mark}{row}\r\n" for mark, row in zip(marks, rows, strict=True)).encode()
        if word == "AUTH":
            return self._log_in(line, lines, connection)
        return b"250 ok\r\n"

    def _log_in(self, line: str, lines: socket.SocketIO, connection: socket.socket) -> bytes:
        _, mechanism, *initial = line.split()
        if mechanism == "PLAIN":
            _, username, password = base64.b64decode(initial[0]).decode().split("\0")
        else:
            answers = []
            for question in (b"Username:", b"Password:"):
                connection.sendall(b"334 " + base64.b64encode(question) + b"\r\n")
                answers.append(base64.b64decode(lines.readline()).decode())
            username, password = answers
        known = self.accounts.get(username) == password
        return b"235 welcome\r\n" if known else b"535 5.7.8 no such \x1b[31muser\r\n"


def _until_dot(lines: socket.SocketIO) -> bytes:
    message = b""
    while (line := lines.readline()) not in (b".\r\n", b""):
        message += line
    return message
