"""What must leave after commit is written in the act's transaction, and delivered by the worker."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string

from portal.accounts.models import Customer
from portal.core import clock, queue
from portal.outbox.models import OutboxMessage


def email(
    template: str,
    recipient: str,
    *,
    key: str,
    subject: str,
    customer: Customer | None,
    context: Mapping[str, Any],
    one_time_link: bool = False,
) -> OutboxMessage:
    """Write one e-mail into the outbox: `templates/email/<template>.txt` and `.html`, rendered now.

    `key` names event and recipient; writing the same key twice leaves one message. Call it inside the act's transaction.
    The context never holds a secret: mail carries links that need a log-in. The exception is a link that itself is the proof
    (an invitation, a new password): `one_time_link` has the words erased once they left.
    """
    values = {"provider": settings.PROVIDER_NAME, "portal_url": settings.PORTAL_URL, "subject": subject, **context}
    message, _ = OutboxMessage.objects.get_or_create(
        key=key,
        defaults={
            "customer": customer,
            "recipient": recipient,
            "subject": " ".join(subject.split())[:200],
            "text": render_to_string(f"email/{template}.txt", values),
            "html": render_to_string(f"email/{template}.html", values),
            "one_time_link": one_time_link,
            "next_at": clock.now(),
        },
    )
    queue.enqueue("outbox.deliver")
    return message
