"""The client's side of SMTP, over a conversation that has a deadline.

Not smtplib: its time-out is per read, so a server that sends a byte now and then holds it for ever. Of what a server says, only
the numbers are kept: its words are never shown.
"""

import base64
import re
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate, make_msgid

from portal.probes.conversation import Conversation, Garbled
from portal.probes.outcome import Failure

INTRODUCED_AS = "localhost"

_REPLY = re.compile(rb"([2-5][0-9][0-9])(?:([ -])(.*))?", re.DOTALL)


class Denied(Failure):
    """The server says no."""


@dataclass(frozen=True, slots=True)
class Reply:
    code: int
    lines: tuple[bytes, ...]

    @property
    def is_yes(self) -> bool:
        return 200 <= self.code < 400


class SmtpSession:
    def __init__(self, conversation: Conversation) -> None:
        self._conversation = conversation
        self._where = conversation.where
        self._offers: dict[str, set[str]] = {}

    def open(self) -> None:
        """Hear the greeting and introduce ourselves. Raises Denied."""
        self._expect(self._reply(), "refuses to talk to the portal")
        self._introduce()

    def start_tls(self, host: str, context: ssl.SSLContext) -> None:
        """Raises Denied, and what TLS raises."""
        if "STARTTLS" not in self._offers:
            raise Denied(
                f"{self._where} offers no STARTTLS.", "Switch STARTTLS on in the server, or use port 465 with TLS."
            )
        self._expect(self._say("STARTTLS"), "does not start encryption")
        self._conversation.start_tls(host, context)
        self._introduce()

    def log_in(self, username: str, password: str) -> None:
        """Raises Denied. The conversation has to be encrypted by now."""
        if self._conversation.tls is None:
            raise AssertionError("a log-in is never sent unencrypted")
        offered = self._offers.get("AUTH", set())
        plain = f"\0{username}\0{password}"
        if "PLAIN" in offered:
            reply = self._say(f"AUTH PLAIN {_encoded(plain)}")
        elif "LOGIN" in offered:
            reply = self._log_in_by_steps(username, password)
        else:
            raise Denied(
                f"{self._where} offers no log-in with user name and password.",
                "Switch the mechanisms PLAIN or LOGIN on, or allow passwords for applications.",
            )
        self._expect(reply, "refuses the log-in")

    def try_sender(self, sender: str) -> None:
        """Ask whether it takes mail from this address, and send none. Raises Denied."""
        self._expect(self._say(f"MAIL FROM:<{sender}>"), f"takes no mail from {sender}")
        self._say("RSET")

    def deliver(self, sender: str, recipient: str) -> None:
        """Send the test message. Raises Denied."""
        self._expect(self._say(f"MAIL FROM:<{sender}>"), f"takes no mail from {sender}")
        self._expect(self._say(f"RCPT TO:<{recipient}>"), f"takes no mail for {recipient}")
        self._expect(self._say("DATA"), "takes no message")
        self._conversation.send(_stuffed(_message(sender, recipient)) + b".\r\n")
        self._expect(self._reply(), "did not take the test message")

    def quit(self) -> None:
        """Say so and go: what it answers does not matter any more."""
        self._conversation.send(b"QUIT\r\n")

    def _introduce(self) -> None:
        reply = self._say(f"EHLO {INTRODUCED_AS}")
        self._expect(reply, "does not accept how the portal introduces itself")
        words = [line.decode("ascii", "replace").upper().replace("=", " ").split() for line in reply.lines[1:]]
        self._offers = {}
        for first, *others in filter(None, words):
            self._offers.setdefault(first, set()).update(others)

    def _log_in_by_steps(self, username: str, password: str) -> Reply:
        for answer in ("AUTH LOGIN", _encoded(username)):
            reply = self._say(answer)
            if reply.code != 334:
                return reply
        return self._say(_encoded(password))

    def _say(self, command: str) -> Reply:
        self._conversation.send(f"{command}\r\n".encode())
        return self._reply()

    def _reply(self) -> Reply:
        lines = []
        while True:
            found = _REPLY.fullmatch(self._conversation.line())
            if not found:
                raise Garbled(
                    f"{self._where} answers, and not as a mail server.", "Check the port and the kind of encryption."
                )
            lines.append(found[3] or b"")
            if found[2] != b"-":
                return Reply(int(found[1]), tuple(lines))

    def _expect(self, reply: Reply, otherwise: str) -> None:
        if not reply.is_yes:
            why, remedy = _WHY.get(reply.code, _LATER if reply.code < 500 else _FOR_GOOD)
            raise Denied(f"{self._where} {otherwise}: {why} ({reply.code}).", remedy)


_LATER = ("it has a problem for now", "Wait a few minutes and check again; else look in the server's log.")
_FOR_GOOD = ("it says no without a reason that is known", "Look in the server's log for the reason.")
_AUTHORIZE = "Allow this log-in to send from the address, and let the server take mail from the portal and the VPCs."
_WHY = {
    421: ("it is busy or shutting down, or limits connections", "Wait a few minutes and check again."),
    432: ("the password has to be changed first", "Change the password and enter the new one."),
    450: ("the mailbox is busy, or the server delays strangers (greylisting)", "Wait a few minutes and check again."),
    451: ("it has a problem of its own for now", "Wait a few minutes and check again."),
    452: ("it has no room left", "Free space on the server."),
    454: (
        "it cannot check log-ins or encrypt for now",
        "Wait a few minutes; else look at what the server asks for log-ins.",
    ),
    500: ("it does not know the command", "Check that this is the server where mail is handed in."),
    502: ("it does not know the command", "Check that this is the server where mail is handed in."),
    503: ("it expects something else first", "Check that this is the server where mail is handed in."),
    504: ("it does not offer this way to log in", "Switch the mechanism PLAIN or LOGIN on."),
    523: ("the message is larger than it takes", "Raise the server's limit."),
    530: ("it wants a log-in or encryption first", "Give a user name and password, and select STARTTLS or TLS."),
    534: ("this kind of log-in is too weak for it", "Allow a password for applications, or another mechanism."),
    535: (
        "user name or password is wrong",
        "Enter both again. With SES it is the SMTP password, not the AWS secret key.",
    ),
    538: ("it wants encryption for this log-in", "Select STARTTLS or TLS."),
    550: ("it does not know the address, or forbids it", _AUTHORIZE),
    551: ("the mailbox is not here", _AUTHORIZE),
    552: ("the mailbox is full", "Free space in it."),
    553: ("it does not allow the address for this log-in", _AUTHORIZE),
    554: ("it rejects this, as with a blocked sender or an address that is not verified", _AUTHORIZE),
}
"""Sources: RFC 5321, section 4.2; RFC 4954, section 6; RFC 5248."""


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode("ascii")


def _message(sender: str, recipient: str) -> bytes:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = "Test message from the onboarding portal"
    message["Date"] = formatdate()
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(
        "This message shows that mail leaves through the server that was named in the onboarding portal.\n"
        "Nothing is to be done.\n"
    )
    return message.as_bytes(policy=SMTP)


def _stuffed(message: bytes) -> bytes:
    """Double each dot that begins a line: alone it would end the message. Source: RFC 5321, section 4.5.2."""
    return re.sub(rb"(?m)^\.", b"..", message)
