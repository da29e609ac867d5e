"""The digest: what waits for it becomes one mail per person and day, at the hour they chose, on their working days."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import transaction

from portal.accounts.models import User
from portal.core import clock, one_at_a_time
from portal.outbox import judging, selectors, services
from portal.outbox.models import MessagePreferences, OutboxMessage
from portal.outbox.states import MailState

State = MailState


def gather() -> int:
    """Write the digests whose hour has come; return how many. Safe to call at any time, from any number of workers."""
    waiting = OutboxMessage.objects.filter(state=State.HELD).order_by().values("person").distinct()
    return sum(_gather(person) for person in User.objects.filter(pk__in=waiting).order_by("pk"))


def refresh(digest: OutboxMessage) -> None:
    """Take out of a digest, just before it is sent, what its person may no longer be told of."""
    if digest.notice_id or digest.person is None:
        return
    with transaction.atomic():
        held = _mails(digest.person, State.GATHERED, digest=digest)
        kept = _kept(held, selectors.preferences(digest.person))
        if kept and len(kept) < len(held):
            words = _words(kept)
            OutboxMessage.objects.filter(pk=digest.pk).update(**words)
            digest.subject, digest.text, digest.html = words["subject"], words["text"], words["html"]


def _gather(person: User) -> bool:
    """Write this person's digest of today: the key lets one be written, and the lock keeps what it holds from another."""
    with transaction.atomic():
        one_at_a_time.hold(f"digest:{person.pk}")
        chosen = selectors.preferences(person)
        now = clock.now().astimezone(selectors.zone(chosen))
        key = f"digest:{person.pk}:{now.date()}"
        if now.hour < chosen.digest_hour or now.weekday() not in selectors.hours(chosen).days:
            return False
        if OutboxMessage.objects.filter(key=key).exists():
            return False
        kept = _kept(_mails(person, State.HELD), chosen)
        if not kept:
            return False
        digest = services.leave(key, person.email, person=person, customer=None, **_words(kept))
        _these(kept).update(state=State.GATHERED, digest=digest)
    return True


def _kept(mails: Sequence[OutboxMessage], chosen: MessagePreferences) -> list[OutboxMessage]:
    """Return what still belongs into the digest; the rest is dropped, each with its reason."""
    kept = []
    for mail in mails:
        ruling = judging.belongs_in_digest(mail, chosen)
        if ruling.state == State.HELD:
            kept.append(mail)
        else:
            _these([mail]).update(state=ruling.state, last_error=ruling.why)
    return kept


def _mails(person: User, state: MailState, **filters: Any) -> list[OutboxMessage]:
    rows = OutboxMessage.objects.filter(person=person, state=state, notice__isnull=False, **filters)
    return list(rows.select_related("notice__customer").order_by("pk"))


def _these(mails: Sequence[OutboxMessage]) -> Any:
    return OutboxMessage.objects.filter(pk__in=[mail.pk for mail in mails])


def _words(mails: Sequence[OutboxMessage]) -> dict[str, str]:
    notices = sorted((mail.notice for mail in mails if mail.notice), key=lambda notice: not notice.to_act)
    number = len(notices)
    subject = f"{settings.PROVIDER_NAME} onboarding: {number} message{'s' * (number != 1)}"
    context = {
        "notices": notices,
        "link": f"{settings.PORTAL_URL}/messages/",
        "because": "you chose to have these messages once a day",
    }
    return {"subject": subject, **services.render("digest", subject, context)}
