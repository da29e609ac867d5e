"""Lines and blocks of bytes over a stream that may change to TLS on the way."""

import ssl

from portal.probes.outcome import Failure
from portal.probes.tls import Tls
from portal.probes.wire import Broken, Stream, TooMuch

LONGEST_LINE = 8192


class Garbled(Failure):
    """The other side speaks another protocol, or speaks it wrongly."""


class Conversation:
    def __init__(self, stream: Stream, where: str) -> None:
        self.where = where
        self.tls: Tls | None = None
        self._stream = stream
        self._come = bytearray()

    def send(self, data: bytes) -> None:
        self._stream.send(data)

    def line(self) -> bytes:
        """Return the next line without its end. Raises Broken and TooMuch."""
        looked = 0
        while (end := self._come.find(b"\n", looked)) < 0:
            looked = len(self._come)
            if looked > LONGEST_LINE:
                raise TooMuch(
                    f"{self.where} sends a line without an end.", "Check that the right server answers there."
                )
            self._more()
        return self._taken(end + 1).rstrip(b"\r\n")

    def exactly(self, count: int) -> bytes:
        """Return this many bytes. Raises Broken."""
        while len(self._come) < count:
            self._more()
        return self._taken(count)

    def start_tls(self, host: str, context: ssl.SSLContext) -> Tls:
        """Speak TLS from here on, over what there is. Raises CertificateWrong and NoTls."""
        if self._come:
            raise Garbled(
                f"{self.where} sent something before encryption began that could pass for encrypted.",
                "Update the server: this is a known weakness of STARTTLS (command injection).",
            )
        self.tls = Tls(self._stream, self.where, host, context)
        self._stream = self.tls
        return self.tls

    def _more(self) -> None:
        data = self._stream.receive()
        if not data:
            raise Broken(
                f"{self.where} closed the connection before it was done.", "Look in the server's log for why it did so."
            )
        self._come += data

    def _taken(self, count: int) -> bytes:
        taken = bytes(self._come[:count])
        del self._come[:count]
        return taken
