"""What a mail client's error says: try again, never, or this address takes no mail."""

import re
import smtplib

_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")
_UNKNOWN_USER = frozenset({550, 551, 553})
"""What a server without enhanced status codes says of an address that does not exist (RFC 5321, 4.2.3)."""


def is_permanent(error: Exception) -> bool:
    """True when trying again cannot help: the server refused this recipient or message for good (5yz), or the message itself
    cannot be written. A refused log-in is not: an operator mends it, and the mail should then leave."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _ in error.recipients.values())
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return False
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code >= 500
    return isinstance(error, ValueError)


def is_certain(error: Exception) -> bool:
    """True where the server said no: it does not have the message."""
    return isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException)


def is_of_address(error: Exception) -> bool:
    """True where the server refused the recipient for good because of the address itself."""
    if not isinstance(error, smtplib.SMTPRecipientsRefused):
        return False
    return all(code >= 500 and _is_of_address(code, words) for code, words in error.recipients.values())


def _is_of_address(code: int, words: bytes | str) -> bool:
    text = words.decode("ascii", "replace") if isinstance(words, bytes) else words
    found = _ENHANCED.search(text)
    return says_no_such_address(found[0]) if found else code in _UNKNOWN_USER


def says_no_such_address(status: str) -> bool:
    """True for an enhanced status code (RFC 3463) by which the address is wrong (5.1.x), its mailbox is closed (5.2.0, 5.2.1),
    or no more is said than that it failed (5.0.0). Not for a full mailbox, a message too large, or a policy."""
    return status.startswith("5.1.") or status in {"5.0.0", "5.2.0", "5.2.1"}


def describe(error: Exception) -> str:
    """Return the error's class and, from a mail server, its code. Never its words: they can repeat the message."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"recipient refused ({', '.join(str(code) for code, _ in error.recipients.values())})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} ({error.smtp_code})"
    return type(error).__name__
