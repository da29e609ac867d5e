"""Mail that comes back: a server's report (RFC 3464) says which message failed, and whether its address takes any mail."""

import re
from collections.abc import Iterable, Iterator
from email import message_from_bytes
from email.message import Message
from enum import StrEnum
from typing import cast

from django.db import transaction

from portal.accounts.models import Customer, User
from portal.accounts.states import StaffRole
from portal.core import clock
from portal.outbox import selectors
from portal.outbox.letters import message_id_in
from portal.outbox.models import OutboxMessage, UndeliverableAddress
from portal.outbox.refusals import says_no_such_address
from portal.outbox.services import notify
from portal.outbox.signals import address_undeliverable
from portal.outbox.states import MailState

_ADDRESSED = ("To", "Delivered-To", "X-Original-To", "Envelope-To")
_STATUS = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_UNSPECIFIED = "5.0.0"


class Outcome(StrEnum):
    """What a message in the mailbox of bounces was."""

    NOTED = "noted"
    NOT_FINAL = "not final"
    UNKNOWN = "of no message of ours"
    NO_REPORT = "no report"


def read(raw: bytes) -> Outcome:
    """Note what a report says; the same report again changes nothing."""
    report = message_from_bytes(raw)
    statuses = list(_failures(report))
    if not _is_report(report):
        return Outcome.NO_REPORT
    if not statuses:
        return Outcome.NOT_FINAL
    message = OutboxMessage.objects.filter(pk=_message_id(report)).select_related("customer", "person").first()
    if message is None:
        return Outcome.UNKNOWN
    _note(message, statuses[0])
    return Outcome.NOTED


def note_undeliverable(message: OutboxMessage, *, reason: str) -> None:
    """Keep mail from an address that takes none, and tell the portal's administrators and whoever looks after the customer:
    once, until the address is tried again."""
    with transaction.atomic():
        found, is_new = UndeliverableAddress.objects.get_or_create(
            email=message.recipient.lower(), defaults={"reason": reason, "message": message, "since": clock.now()}
        )
        if is_new:
            _tell(found, _customer_of(message))


def _note(message: OutboxMessage, status: str) -> None:
    """A message that was sent and came back did not arrive; one that waits to be sent again was not lost but refused."""
    reason = f"bounced ({status})"
    with transaction.atomic():
        mine = OutboxMessage.objects.filter(pk=message.pk, state__in=(MailState.DELIVERED, MailState.DUE))
        mine.update(state=MailState.FAILED, last_error=reason)
        if says_no_such_address(status):
            note_undeliverable(message, reason=reason)


def _tell(address: UndeliverableAddress, customer: Customer | None) -> None:
    for person in _responsible(address.email, customer):
        notify(
            person,
            "address.undeliverable",
            "address_undeliverable",
            key=f"undeliverable:{address.pk}",
            subject=f"Mail to {address.email} does not arrive",
            link=f"/people/?customer={customer.pk}" if customer else "/people/",
            customer=customer,
            context={"address": address, "owner": customer},
        )


def _responsible(email: str, customer: Customer | None) -> Iterable[User]:
    administrators = User.objects.filter(staff_role=StaffRole.ADMINISTRATOR, is_active=True).order_by("pk")
    people: dict[str, User] = {person.pk: person for person in administrators}
    for _, more in address_undeliverable.send(sender=UndeliverableAddress, email=email, customer=customer):
        people |= {person.pk: person for person in cast(Iterable[User], more)}
    return people.values()


def _customer_of(message: OutboxMessage) -> Customer | None:
    return message.customer or (selectors.only_customer(message.person) if message.person else None)


def _is_report(report: Message) -> bool:
    return report.get_content_type() == "multipart/report" and any(
        part.get_content_type() == "message/delivery-status" for part in report.walk()
    )


def _failures(report: Message) -> Iterator[str]:
    """Yield the status of each recipient that the report says the message failed for, for good."""
    for part in report.walk():
        if part.get_content_type() != "message/delivery-status" or not part.is_multipart():
            continue
        # The first block is about the message, each other one about a recipient.
        for recipient in cast(list[Message], part.get_payload())[1:]:
            if str(recipient.get("Action", "")).strip().lower() == "failed":
                found = _STATUS.search(str(recipient.get("Status", "")))
                yield found[0] if found else _UNSPECIFIED


def _message_id(report: Message) -> str:
    """Return which message of ours came back: by the address that the report was sent to, else by what it encloses."""
    addresses = " ".join(str(value) for name in _ADDRESSED for value in report.get_all(name, []))
    return message_id_in(addresses) or message_id_in(" ".join(_enclosed_ids(report)))


def _enclosed_ids(report: Message) -> Iterator[str]:
    for part in report.walk():
        if part is report:
            continue
        if part.get("Message-ID"):
            yield str(part["Message-ID"])
        if part.get_content_type() == "text/rfc822-headers":
            headers = part.get_payload(decode=True)
            yield str(message_from_bytes(headers if isinstance(headers, bytes) else b"").get("Message-ID", ""))
