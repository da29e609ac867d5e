"""Where a stand-in takes AWS's place nobody mails what is published. The portal's own mailbox then shows what each recipient
would get, and nothing ever leaves by a mail server."""

from django.conf import settings

from environments.alerts.models import TestAlert
from environments.services import stand_in
from portal.outbox import mailbox

IN_MAILBOX = "The AWS stand-in sends no mail: the message was put into this portal's mailbox instead."
_LABEL = "(Simulated: on AWS, Amazon SNS would send this.)\n\n"
NOWHERE = "The AWS stand-in sends no mail, so this message reached nobody."


def deliver(alert: TestAlert, subject: str, text: str) -> str:
    """Put what e-mail recipients would get into the portal's mailbox, and return what is not real; empty on AWS."""
    if not stand_in.available():
        return ""
    if settings.MAIL_DELIVERY != "mailbox":
        return NOWHERE
    for recipient in sorted(one for one in alert.recipients if "@" in one):
        mailbox.keep(f"<{alert.pk}.{recipient}>", recipient, subject, f"{_LABEL}{text}")
    return IN_MAILBOX
