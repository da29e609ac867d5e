"""What must leave after commit is written in the act's transaction, and delivered by the worker."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from portal.accounts.models import Customer, User
from portal.core import clock, queue
from portal.outbox import events
from portal.outbox.models import Notice, OutboxMessage

_LONGEST_SUBJECT = 120
"""More than a list of mails shows; names in it can be as long again."""


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
    (an invitation, a new password): `one_time_link` has the words erased once they left. For whoever has an account and is told
    of something, use `notify`.
    """
    subject = one_line(subject)
    values = {"subject": subject, "customer": customer, "one_time_link": one_time_link}
    return leave(key, recipient, **values, **render(template, subject, context))


def notify(
    person: User,
    event: str,
    template: str,
    *,
    key: str,
    subject: str,
    link: str,
    customer: Customer | None,
    context: Mapping[str, Any],
    to_act: bool = False,
    about: str = "",
) -> None:
    """Tell a person of something that happened, by the ways that they chose for `event`. Call it inside the act's
    transaction.

    `key` names the event; it is told to each person once. `link` is the path of the page that it is about, `about` the id of
    what the event's `needed` looks at before the mail leaves. `to_act`: this person can and should do something about it;
    everything else may come later, in one digest. Raises `UnknownEvent` for an event that no app registered.
    """
    told, key = events.find(event), f"{key}:{person.pk}"
    subject = one_line(subject)
    notice, is_new = Notice.objects.get_or_create(
        key=key,
        defaults={
            "person": person,
            "customer": customer,
            "event": event,
            "about": about,
            "subject": subject,
            "link": link,
            "to_act": to_act,
            "created_at": clock.now(),
        },
    )
    if not is_new:
        return
    values = {
        "person": person,
        "reader": person,
        "link": f"{settings.PORTAL_URL}{link}",
        "because": told.because,
        **context,
    }
    leave(
        key,
        person.email,
        subject=subject,
        customer=customer,
        person=person,
        notice=notice,
        **render(template, subject, values),
    )


def leave(key: str, recipient: str, **values: Any) -> OutboxMessage:
    """Write the message, once for each key, and hint at it. Whether and when it goes is decided at the moment of sending."""
    defaults = {"recipient": recipient, "next_at": clock.now(), **values}
    message, _ = OutboxMessage.objects.get_or_create(key=key, defaults=defaults)
    queue.enqueue("outbox.deliver")
    return message


def render(template: str, subject: str, context: Mapping[str, Any]) -> dict[str, str]:
    """Return both forms of a mail, as `text` and `html`."""
    values = {
        "provider": settings.PROVIDER_NAME,
        "portal_url": settings.PORTAL_URL,
        "preferences_url": f"{settings.PORTAL_URL}{reverse('message_preferences')}",
        "subject": subject,
        **context,
    }
    footer = render_to_string("email/footer.txt", values)
    return {
        "text": f"{render_to_string(f'email/{template}.txt', values).rstrip()}\n\n{footer}",
        "html": render_to_string(f"email/{template}.html", values),
    }


def one_line(subject: str) -> str:
    """Return the subject without line breaks, which would end the header, and cut where nobody reads on."""
    subject = " ".join(subject.split())
    return subject if len(subject) <= _LONGEST_SUBJECT else f"{subject[: _LONGEST_SUBJECT - 1].rstrip()}…"
