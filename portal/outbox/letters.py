"""How a message becomes an e-mail: from whom, to whom, and the headers by which it is known again."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend

from portal.core.ids import ID_PATTERN
from portal.outbox import one_click
from portal.outbox.models import OutboxMessage

_OUR_ID = re.compile(rf"(?<![a-z0-9])({ID_PATTERN})(?![a-z0-9])")


def letter(message: OutboxMessage, connection: BaseEmailBackend) -> EmailMultiAlternatives:
    """Return the e-mail. The envelope's sender names the message, where bounces have an address of their own."""
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        from_email=_return_path(message.pk),
        to=[message.recipient],
        connection=connection,
        headers={
            "From": settings.DEFAULT_FROM_EMAIL,
            "Message-ID": f"<{message.pk}@{_host()}>",
            "Auto-Submitted": "auto-generated",
            **_unsubscribing(message),
        },
    )
    mail.attach_alternative(message.html, "text/html")
    return mail


def message_id_in(text: str) -> str:
    """Return the id of the first message of ours that an address or a `Message-ID` names; empty where none does.

    The id is unguessable and only in the mail itself: whoever knows it had the mail.
    """
    found = next((id for id in _OUR_ID.findall(text.lower()) if id.startswith("msg_")), None)
    return found or ""


def _return_path(id: str) -> str:
    """`bounces@portal.example` becomes `bounces+msg_01...@portal.example` (VERP: the message, not the recipient)."""
    local, _, domain = settings.BOUNCE_ADDRESS.partition("@")
    return f"{local}+{id}@{domain}" if domain else settings.DEFAULT_FROM_EMAIL


def _unsubscribing(message: OutboxMessage) -> dict[str, str]:
    """A digest can be turned off by one click of the mail program (RFC 8058)."""
    if message.person is None or message.notice_id:
        return {}
    return {
        "List-Unsubscribe": f"<{one_click.address(message.person)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _host() -> str:
    return urlsplit(settings.PORTAL_URL).hostname or "localhost"
