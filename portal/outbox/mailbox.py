"""The embedded mode's mail server: every message ends in a table that a page shows."""

from collections.abc import Sequence

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from portal.outbox.models import MailboxMessage


class MailboxBackend(BaseEmailBackend):
    """As mail programs do, it knows by the `Message-ID` what comes a second time, and keeps one."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        kept = [
            MailboxMessage(
                message_id=message.extra_headers.get("Message-ID"),
                recipient=recipient,
                subject=str(message.subject)[:200],
                text=str(message.body),
                html=_html_of(message),
            )
            for message in email_messages
            for recipient in message.recipients()
        ]
        MailboxMessage.objects.bulk_create(kept, ignore_conflicts=True)
        return len(email_messages)


def _html_of(message: EmailMessage) -> str:
    alternatives = message.alternatives if isinstance(message, EmailMultiAlternatives) else []
    return next((str(content) for content, kind in alternatives if kind == "text/html"), "")


def keep(message_id: str, recipient: str, subject: str, text: str) -> None:
    """Show a message that no mail server of ours would carry: what somebody else would have sent. By its `message_id` it is
    kept once."""
    MailboxMessage.objects.get_or_create(
        message_id=message_id, defaults={"recipient": recipient, "subject": subject[:200], "text": text}
    )
