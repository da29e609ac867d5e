"""Whether a mail goes out now: asked once, at the moment of sending, because everything that decides it can change until then.

An e-mail that addresses no known account (an invitation, a new password) always goes. What addresses a person goes only while
they may see what it is about and, where it asks them to act, can act and the act is still to be done. Then their own choice
counts: at once, in the digest, or in the portal only; news waits for working hours.
"""

from dataclasses import dataclass
from datetime import datetime

from portal.accounts import rules
from portal.accounts.models import User
from portal.core import clock
from portal.outbox import events, selectors
from portal.outbox.models import MessagePreferences, Notice, OutboxMessage
from portal.outbox.states import Channel, MailState

State = MailState
_IN_THE_PORTAL = "chosen: in the portal only"


@dataclass(frozen=True, slots=True)
class Ruling:
    """`state` is what the message becomes: still due (now, or `at` a later moment), held for the digest, or dropped with the
    reason `why`."""

    state: MailState
    why: str = ""
    at: datetime | None = None

    @property
    def sends(self) -> bool:
        return self.state == State.DUE and self.at is None


SEND = Ruling(State.DUE)


def judge(message: OutboxMessage) -> Ruling:
    """Return what becomes of a message that is due; its notice and person are those of now."""
    person = message.person
    if person is None:
        return SEND
    why = _unreachable(person)
    if why:
        return Ruling(State.DROPPED, why)
    if message.notice is None:
        return _of_digest(message, person)
    return _of_notice(message.notice, person)


def belongs_in_digest(message: OutboxMessage, chosen: MessagePreferences) -> Ruling:
    """Return `State.HELD` for what a digest of this moment should hold, else why it no longer should."""
    notice = message.notice
    if notice is None:
        raise ValueError("a digest holds no other digest")
    why = _refusal(notice, chosen.person)
    if not why and selectors.channel(chosen, events.find(notice.event)) == Channel.PORTAL:
        why = _IN_THE_PORTAL
    return Ruling(State.DROPPED, why) if why else Ruling(State.HELD)


def _refusal(notice: Notice, person: User) -> str:
    """Return why this person is not told of it by mail any more; empty where they are."""
    event = events.find(notice.event)
    if notice.customer and not rules.may_see_customer(person, notice.customer):
        return "no longer belongs to the customer"
    if notice.to_act and not event.may_act(person, notice.customer):
        return "can no longer act"
    if notice.read_at and not notice.to_act:
        return "read in the portal"
    if not event.needed(notice):
        return "no longer needed"
    return ""


def _of_notice(notice: Notice, person: User) -> Ruling:
    why = _refusal(notice, person)
    if why:
        return Ruling(State.DROPPED, why)
    chosen, event = selectors.preferences(person), events.find(notice.event)
    channel = selectors.channel(chosen, event)
    if channel == Channel.PORTAL:
        return Ruling(State.DROPPED, _IN_THE_PORTAL)
    if channel == Channel.DIGEST:
        return Ruling(State.HELD)
    if notice.to_act or event.urgent:
        return SEND
    now = clock.now()
    opening = selectors.hours(chosen).next(now)
    return SEND if opening <= now else Ruling(State.DUE, at=opening)


def _of_digest(message: OutboxMessage, person: User) -> Ruling:
    if selectors.preferences(person).digest_off:
        return Ruling(State.DROPPED, "the digest was turned off")
    if not message.gathered.filter(state=State.GATHERED).exists():
        return Ruling(State.DROPPED, "nothing of it is left to tell")
    return SEND


def _unreachable(person: User) -> str:
    if not person.is_active:
        return "the account is closed"
    if selectors.undeliverable_since(person):
        return "the address takes no mail"
    return ""
