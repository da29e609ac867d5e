"""What people are told of: every event by name, registered from above by the app that it happens in.

The outbox knows no app. An app's `events` module registers what it tells people of, and may answer two questions at the moment
of sending: can this person still act (`may_act`), and is it still to be done (`needed`).
"""

from collections.abc import Callable
from dataclasses import dataclass

from portal.accounts.models import Customer, User
from portal.outbox.models import Notice
from portal.outbox.states import Channel, Kind

CUSTOMER, PROVIDER = "customer", "provider"
EVERYBODY = (CUSTOMER, PROVIDER)


def _anybody(person: User, customer: Customer | None) -> bool:
    return True


def _always(notice: Notice) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Event:
    """`title` names it where a person chooses how to hear of it; `because` completes "You get this because ...".

    `kind` is what it mostly is to its readers; whether one message asks to act is said with it. `urgent` news does not wait
    for working hours; what asks somebody to act never does. `readers`: whose people hear of it.
    """

    key: str
    title: str
    because: str
    kind: Kind = Kind.NEWS
    channel: Channel = Channel.AT_ONCE
    urgent: bool = False
    readers: tuple[str, ...] = EVERYBODY
    may_act: Callable[[User, Customer | None], bool] = _anybody
    needed: Callable[[Notice], bool] = _always


class UnknownEvent(LookupError):
    """Somebody tells of an event that no app registered: a defect of the caller."""


_events: dict[str, Event] = {}


def register(*events: Event) -> None:
    """Make events known. Registering one again replaces it, as a second import would."""
    _events.update({event.key: event for event in events})


def find(key: str) -> Event:
    """Return the event of this name. Raises `UnknownEvent`."""
    try:
        return _events[key]
    except KeyError:
        raise UnknownEvent(f"No app registered the event {key}.") from None


def known() -> dict[str, Event]:
    return dict(_events)


def of(person: User) -> list[Event]:
    """Return the events that this person can hear of: what asks to act first, then by title."""
    side = PROVIDER if person.is_provider else CUSTOMER
    found = [event for event in _events.values() if side in event.readers]
    return sorted(found, key=lambda event: (event.kind != Kind.TO_ACT, event.title))
