"""Whether a mail server takes mail: connects, encrypts with a valid certificate, knows the log-in, accepts a message.

Sources: RFC 5321 (SMTP), RFC 3207 (STARTTLS), RFC 4954 (AUTH), RFC 8314 (TLS for handing in); SES developer guide, "Connecting
to the SMTP endpoint".
"""

import re
from typing import Literal

from portal.probes.fence import EGRESS, Fence, Refused
from portal.probes.outcome import Facts, Outcome, Verdict, shown, told
from portal.probes.smtp_session import SmtpSession

Security = Literal["starttls", "tls", "none"]

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,253}")


@told
def accepts(
    host: str,
    port: int,
    *,
    security: Security,
    username: str = "",
    password: str = "",
    sender: str = "",
    recipient: str = "",
    fence: Fence = EGRESS,
) -> Outcome:
    """With `sender`, the server is asked to take mail from it, with `recipient` too a test message is sent there.

    No log-in is sent unencrypted.
    """
    _check(security, username, password, sender, recipient)
    target = fence.target(host, port, "smtp", fence.deadline())
    with target.connected() as conversation:
        if security == "tls":
            conversation.start_tls(target.host, fence.tls())
        session = SmtpSession(conversation)
        session.open()
        if security == "starttls":
            session.start_tls(target.host, fence.tls())
        if username:
            session.log_in(username, password)
        if recipient:
            session.deliver(sender, recipient)
        elif sender:
            session.try_sender(sender)
        session.quit()
    tls = conversation.tls
    done = _done(username, sender, recipient)
    facts: Facts = {"tls": tls.version, "certificate_days_left": tls.days_left} if tls else {}
    return _judged(target.where, port, security, done, facts)


def _check(security: str, username: str, password: str, sender: str, recipient: str) -> None:
    if username and security == "none":
        raise Refused(
            "A log-in is never sent unencrypted.", "Select STARTTLS on port 587 or TLS on port 465, and check again."
        )
    if any(not letter.isprintable() for letter in username + password):
        raise Refused("User name and password are one line each, without control characters.", "Enter them again.")
    for address in filter(None, (sender, recipient)):
        if not _ADDRESS.fullmatch(address):
            raise Refused(
                f"{shown(address)} is not a mail address that can be checked.", "Write it like alerts@example.com."
            )
    if recipient and not sender:
        raise Refused("A test message needs a sender.", "Enter the sender's address first.")


def _done(username: str, sender: str, recipient: str) -> str:
    parts = [
        "knows the log-in" if username else "",
        f"took a test message for {recipient}" if recipient else f"takes mail from {sender}" if sender else "",
    ]
    return " and ".join(filter(None, parts)) or "answers"


def _judged(where: str, port: int, security: str, done: str, facts: Facts) -> Outcome:
    if security == "none":
        return Outcome(
            Verdict.WARNING,
            f"{where} {done}, unencrypted: others on the way can read and change the mail.",
            "Switch STARTTLS or TLS on.",
            facts,
        )
    if port == 25:
        return Outcome(
            Verdict.WARNING,
            f"{where} {done}. AWS throttles port 25.",
            "Use port 587 with STARTTLS, or 465 with TLS.",
            facts,
        )
    return Outcome(Verdict.OK, f"{where} {done}, encrypted and with a valid certificate.", facts=facts)
