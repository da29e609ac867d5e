"""Sending what is due.

A message is judged (`judging`), then claimed by one conditional UPDATE that also sets when the claim ends: two workers never
send the same message side by side. Just before the words leave, a second conditional UPDATE notes that they do
(`handed_over_at`). It renews the claim and stops a worker whose claim ended meanwhile: the server has nothing of it then. What
dies before that note is sent again and was never sent before.

Between that note and the one of the server's yes no sender can know whether the message arrived: SMTP (RFC 5321, 6.1) has no
question for it. Such a message is sent again, with the same `Message-ID`, by which mail programs know it: nothing is lost, and
a second copy is possible in this one case. The embedded mode's mailbox keeps one of them.
"""

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import QuerySet

from portal.core import clock
from portal.outbox import bounces, digests, judging, refusals
from portal.outbox.letters import letter
from portal.outbox.models import OutboxMessage
from portal.outbox.smtp import SmtpBackend
from portal.outbox.states import MailState

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 12
CLAIM = timedelta(minutes=2)
"""Longer than the mail server's time-out (`EMAIL_TIMEOUT`, for each of a few commands) can hold one message."""
_FIRST_PAUSE = timedelta(seconds=30)
_LONGEST_PAUSE = timedelta(hours=1)
_BATCH = 50
_WORKING_SECONDS = 40

State = MailState


class ClaimLost(Exception):
    """The claim ended while the server was slow: another worker has the message."""


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
    if not _is_to_go(message) or not _claim(message):
        return False
    if message.handed_over_at:
        log.warning("mail sent again: whether it arrived was never noted", extra={"message_id": message.pk})
    try:
        # Open before it is used, so that it stays open: the server's yes is noted before the good-bye.
        connection.open()
        _hand_over(letter(message, connection), lambda: _note_hand_over(message), connection)
    except ClaimLost:
        connection.close()
        return False
    except Exception as error:  # noqa: BLE001 - whatever a mail client raises, the message stays and its failure is noted
        connection.close()
        _note_failure(message, error)
        return False
    _note_delivery(message)
    return True


def _is_to_go(message: OutboxMessage) -> bool:
    """Judge the message; what does not go now becomes what the ruling says, unless somebody took it since it was read."""
    if message.person:
        digests.refresh(message)
    ruling = judging.judge(message)
    if not ruling.sends:
        changes = {"state": ruling.state, "last_error": ruling.why, "next_at": ruling.at or message.next_at}
        _as_read(message).update(**changes)
    return ruling.sends


def _claim(message: OutboxMessage) -> bool:
    """Take the message for `CLAIM`; False when another worker has it."""
    now = clock.now()
    mine = _as_read(message).filter(next_at__lte=now)
    message.attempts += 1
    return bool(mine.update(attempts=message.attempts, next_at=now + CLAIM))


def _hand_over(mail: EmailMultiAlternatives, before_words: Callable[[], None], connection: BaseEmailBackend) -> None:
    if isinstance(connection, SmtpBackend):
        connection.before_words = before_words
    else:
        before_words()
    mail.send()


def _note_hand_over(message: OutboxMessage) -> None:
    """The last look before the words leave. Raises `ClaimLost`."""
    now = clock.now()
    mine = _mine(message).filter(next_at__gt=now)
    if not mine.update(handed_over_at=now, next_at=now + CLAIM):
        raise ClaimLost


def _note_delivery(message: OutboxMessage) -> None:
    _finish(message, state=State.DELIVERED, delivered_at=clock.now(), last_error="")


def _note_failure(message: OutboxMessage, error: Exception) -> None:
    """Give up what can never arrive and what failed twelve times (about five hours); try the rest again, later each time."""
    reason = refusals.describe(error)
    log.warning("mail not delivered", extra={"message_id": message.pk, "error": type(error).__name__})
    if refusals.is_certain(error):
        _mine(message).update(handed_over_at=None)
    if refusals.is_permanent(error) or message.attempts >= MOST_ATTEMPTS:
        _finish(message, state=State.FAILED, last_error=reason)
        if refusals.is_of_address(error):
            bounces.note_undeliverable(message, reason=reason)
        return
    pause = min(_FIRST_PAUSE * 2 ** (message.attempts - 1), _LONGEST_PAUSE)
    _mine(message).update(next_at=clock.now() + pause, last_error=reason)


def _finish(message: OutboxMessage, **changes: object) -> None:
    if message.one_time_link:
        changes |= {"text": "", "html": ""}
    _mine(message).update(**changes)


def _as_read(message: OutboxMessage) -> QuerySet[OutboxMessage]:
    """Only while nobody took it since it was read."""
    return OutboxMessage.objects.filter(
        pk=message.pk, state=State.DUE, attempts=message.attempts, next_at=message.next_at
    )


def _mine(message: OutboxMessage) -> QuerySet[OutboxMessage]:
    """Only while the claim is ours: after it ended, another worker's word counts."""
    return OutboxMessage.objects.filter(pk=message.pk, state=State.DUE, attempts=message.attempts)
