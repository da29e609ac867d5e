"""Sending what is due.

A message is claimed before it is sent, by one conditional UPDATE that also sets when the claim ends. Two workers never send the
same message side by side. The promise is *at least once*: a worker that dies between the mail server's yes and its own note
leaves a claim that ends, and the message goes out again, with the same `Message-ID`, by which mail programs know it.
"""

import logging
import smtplib
import time
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import QuerySet

from portal.core import clock
from portal.outbox.models import OutboxMessage

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 12
CLAIM = timedelta(minutes=2)
"""Longer than the mail server's time-out (`EMAIL_TIMEOUT`, for each of a few commands) can hold one message."""
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=1)
_BATCH = 50
_WORKING_SECONDS = 40

State = OutboxMessage.State


def deliver() -> int:
    """Send everything that is due, for at most 40 seconds; return how many messages left. The next sweep sends the rest."""
    until = time.monotonic() + _WORKING_SECONDS
    sent = 0
    connection = get_connection()
    try:
        while (due := _due()) and time.monotonic() < until:
            sent += sum(_deliver(message, connection) for message in due if time.monotonic() < until)
    finally:
        connection.close()
    return sent


def _due() -> list[OutboxMessage]:
    rows = OutboxMessage.objects.filter(state=State.DUE, next_at__lte=clock.now())
    return list(rows.order_by("next_at", "id")[:_BATCH])


def _deliver(message: OutboxMessage, connection: BaseEmailBackend) -> bool:
    if not _claim(message):
        return False
    try:
        _mail(message, connection).send()
    except Exception as error:  # noqa: BLE001 - whatever a mail client raises, the message stays and its failure is noted
        connection.close()
        _note_failure(message, error)
        return False
    _note_delivery(message)
    return True


def _claim(message: OutboxMessage) -> bool:
    """Take the message for `CLAIM`; False when another worker has it."""
    now = clock.now()
    mine = OutboxMessage.objects.filter(
        pk=message.pk, state=State.DUE, attempts=message.attempts, next_at=message.next_at, next_at__lte=now
    )
    message.attempts += 1
    return bool(mine.update(attempts=message.attempts, next_at=now + CLAIM))


def _mail(message: OutboxMessage, connection: BaseEmailBackend) -> EmailMultiAlternatives:
    host = urlsplit(settings.PORTAL_URL).hostname or "localhost"
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        to=[message.recipient],
        connection=connection,
        headers={"Message-ID": f"<{message.pk}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    mail.attach_alternative(message.html, "text/html")
    return mail


def _note_delivery(message: OutboxMessage) -> None:
    _finish(message, state=State.DELIVERED, delivered_at=clock.now(), last_error="")


def _note_failure(message: OutboxMessage, error: Exception) -> None:
    """Give up what can never arrive and what failed twelve times (about five hours); try the rest again, later each time."""
    reason = describe(error)
    log.warning("mail not delivered", extra={"message_id": message.pk, "error": type(error).__name__})
    if is_permanent(error) or message.attempts >= MOST_ATTEMPTS:
        _finish(message, state=State.FAILED, last_error=reason)
        return
    pause = min(_FIRST_PAUSE * 2 ** (message.attempts - 1), _LONGEST_PAUSE)
    _mine(message).update(next_at=clock.now() + pause, last_error=reason)


def _finish(message: OutboxMessage, **changes: object) -> None:
    if message.one_time_link:
        changes |= {"text": "", "html": ""}
    _mine(message).update(**changes)


def _mine(message: OutboxMessage) -> QuerySet[OutboxMessage]:
    """Only while the claim is ours: after it ended, another worker's word counts."""
    return OutboxMessage.objects.filter(pk=message.pk, state=State.DUE, attempts=message.attempts)


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


def describe(error: Exception) -> str:
    """Return the error's class and, from a mail server, its code. Never its words: they can repeat the message."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return f"recipient refused ({', '.join(str(code) for code, _ in error.recipients.values())})"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{type(error).__name__} ({error.smtp_code})"
    return type(error).__name__
