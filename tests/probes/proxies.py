"""An HTTP proxy that tunnels to where the test says, and keeps what it was asked."""

import base64
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass
class Proxy:
    """`routes`: the port on loopback behind each endpoint. `tls`: the proxy itself is reached by https."""

    routes: Mapping[str, int] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None
    log_in: str = ""
    refusing: bytes = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n"
    heard: list[str] = field(default_factory=list)

    def __call__(self, connection: socket.socket) -> None:
        if self.tls is None:
            return self._answer(connection)
        with self.tls.wrap_socket(connection, server_side=True) as encrypted:
            return self._answer(encrypted)

    def _answer(self, connection: socket.socket) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            if not (more := connection.recv(1)):
                return
            head += more
        first, *headers = head.decode().split("\r\n")
        self.heard.append(head.decode())
        wanted = f"Proxy-Authorization: Basic {base64.b64encode(self.log_in.encode()).decode()}"
        if self.log_in and wanted not in headers:
            return connection.sendall(b"HTTP/1.1 407 Who are you?\r\nProxy-Authenticate: Basic\r\n\r\n")
        port = self.routes.get(first.split()[1])
        if port is None:
            return connection.sendall(self.refusing)
        with socket.create_connection(("127.0.0.1", port)) as beyond:
            connection.sendall(b"HTTP/1.1 200 Connection established\r\nVia: 1.1 squid\r\n\r\n")
            threading.Thread(target=_relay, args=(beyond, connection), daemon=True).start()
            _relay(connection, beyond)


def _relay(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError, ValueError):
        while data := source.recv(4096):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_RDWR)
