"""TLS over a stream, with what is wrong with a certificate in words.

The handshake runs in memory, so that its bytes too are bound by the deadline and the limit of the wire below, and so that TLS
can run through a proxy's tunnel.
"""

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TypeVar

from portal.probes.outcome import Failure
from portal.probes.wire import Broken, Stream

T = TypeVar("T")

_CHUNK = 16384


class NoTls(Failure):
    """TLS did not come about, for another reason than the certificate."""


class CertificateWrong(Failure):
    """The certificate does not prove that this is the host."""


class Tls:
    """A stream over another one. The handshake is done when it is made; the certificate is then proven for `host`."""

    def __init__(self, below: Stream, where: str, host: str, context: ssl.SSLContext) -> None:
        self.where = where
        self._below = below
        self._in = ssl.MemoryBIO()
        self._out = ssl.MemoryBIO()
        self._object = context.wrap_bio(self._in, self._out, server_hostname=host)
        try:
            self._driven(self._object.do_handshake)
        except ssl.SSLCertVerificationError as error:
            raise CertificateWrong(*_what_is_wrong(error.verify_code, host, where)) from None
        except ssl.SSLError as error:
            raise NoTls(*_why_none(error, where)) from None

    @property
    def version(self) -> str:
        return self._object.version() or ""

    @property
    def valid_until(self) -> datetime:
        certificate = self._object.getpeercert() or {}
        return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(certificate["notAfter"])), UTC)

    @property
    def days_left(self) -> int:
        """Whole days for which the certificate is still valid."""
        return int((self.valid_until.timestamp() - time.time()) // 86400)

    def send(self, data: bytes) -> None:
        with self._unbroken():
            self._driven(lambda: self._object.write(data))

    def receive(self) -> bytes:
        with self._unbroken():
            try:
                return self._driven(lambda: self._object.read(_CHUNK))
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""

    @contextmanager
    def _unbroken(self) -> Iterator[None]:
        try:
            yield
        except ssl.SSLError:
            raise Broken(
                f"{self.where} broke the encrypted connection off.", "Look in the server's log for why."
            ) from None

    def _driven(self, act: Callable[[], T]) -> T:
        """Do it, and carry bytes both ways between OpenSSL and the stream below until it is done."""
        while True:
            try:
                done = act()
            except ssl.SSLWantReadError:
                self._flush()
                self._feed()
            except ssl.SSLError:
                self._flush_quietly()
                raise
            else:
                self._flush()
                return done

    def _flush(self) -> None:
        if self._out.pending:
            self._below.send(self._out.read())

    def _flush_quietly(self) -> None:
        """Send the alert that says why, if the other side still listens."""
        with suppress(Failure):
            self._flush()

    def _feed(self) -> None:
        data = self._below.receive()
        if data:
            self._in.write(data)
        else:
            self._in.write_eof()


_MEND = "Install a certificate that is issued by a public authority for this name, together with its intermediate ones."

_WRONG: Mapping[int, tuple[str, str]] = {
    9: ("is not valid yet", "Check the server's clock and the certificate's first day."),
    10: ("has expired", "Renew it and let the server load the new one."),
    18: ("is signed by itself, not by an authority that is known", _MEND),
    19: ("comes from an authority that is not known", _MEND),
    20: ("comes from an authority that is not known, or the server does not send the intermediate certificate", _MEND),
    21: ("comes without the intermediate certificate, or from an authority that is not known", _MEND),
    23: ("has been revoked", "Have a new one issued, with a new key."),
    62: ("does not name {host}", "Install a certificate that names it, or give the name that the certificate has."),
    64: (
        "does not name the address {host}",
        "Give the server's name instead of its address: certificates rarely name addresses.",
    ),
    66: ("has a key that is too weak", "Have a new one issued, with an RSA key of 2048 bits or an elliptic one."),
    67: ("comes from an authority whose key is too weak", _MEND),
    68: ("is signed with a method that is too weak (such as SHA-1)", _MEND),
}
"""By OpenSSL's numbers (X509_V_ERR_...). Source: openssl-verification-options, x509_vfy.h."""


def _what_is_wrong(code: int, host: str, where: str) -> tuple[str, str]:
    wrong, remedy = _WRONG.get(code, (f"cannot be trusted (reason {code} of OpenSSL)", _MEND))
    return f"The certificate of {where} {wrong.format(host=host)}.", remedy


_OLD = ("UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION", "VERSION_TOO_LOW")


def _why_none(error: ssl.SSLError, where: str) -> tuple[str, str]:
    if error.reason in _OLD:
        return f"{where} speaks only TLS that is too old.", "Switch TLS 1.2 or 1.3 on."
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return (
            f"{where} closed the connection while encryption was agreed.",
            "Look in the server's log for why it did so.",
        )
    return (
        f"{where} does not speak TLS on this port, or agrees to no method.",
        "Check the port and the kind of encryption.",
    )
