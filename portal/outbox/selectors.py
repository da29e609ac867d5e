"""What of the messages may this person see, and how they want to be told."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db.models import F, QuerySet
from django.db.models.functions import Lower

from portal.accounts.models import Customer, User
from portal.core.errors import NotFound
from portal.outbox import events
from portal.outbox.hours import WorkingHours
from portal.outbox.models import MessagePreferences, Notice, UndeliverableAddress
from portal.outbox.states import Channel, Weekday

MOST_COUNTED = 100
"""The count in the top bar ends here: nobody needs the rest of the number."""


def notices(user: User) -> QuerySet[Notice]:
    return Notice.objects.visible_to(user).select_related("customer")


def unread_first(user: User) -> QuerySet[Notice]:
    """The person's notices, unread before read, the newest of each first."""
    return notices(user).order_by(F("read_at").desc(nulls_first=True), "-pk")


def notice(user: User, id: str) -> Notice:
    found = notices(user).filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


def count_unread(user: User) -> int:
    """Return how many notices this person has not read, at most `MOST_COUNTED`. One statement."""
    return Notice.objects.visible_to(user).unread()[:MOST_COUNTED].count()


def preferences(person: User) -> MessagePreferences:
    """Return what the person chose; the defaults, not saved, where they chose nothing."""
    return MessagePreferences.objects.filter(person=person).first() or MessagePreferences(person=person)


def channel(chosen: MessagePreferences, event: events.Event) -> Channel:
    """Return how the person hears of this event; what an unwanted digest would hold stays in the portal."""
    found = Channel(chosen.channels.get(event.key, event.channel))
    return Channel.PORTAL if found == Channel.DIGEST and chosen.digest_off else found


def zone(chosen: MessagePreferences) -> ZoneInfo:
    return ZoneInfo(chosen.time_zone or default_zone(chosen.person))


def default_zone(person: User) -> str:
    """Return the time zone of the person's customer; UTC for the provider's people and for those of several customers."""
    customer = only_customer(person)
    return customer.time_zone if customer else "UTC"


def only_customer(person: User) -> Customer | None:
    """Return the customer that the person belongs to where it is exactly one."""
    if person.is_provider:
        return None
    found = list(Customer.objects.filter(memberships__user=person)[:2])
    return found[0] if len(found) == 1 else None


def hours(chosen: MessagePreferences) -> WorkingHours:
    days = {Weekday.values.index(day) for day in chosen.working_days}
    return WorkingHours(zone(chosen), days, chosen.works_from, chosen.works_until)


def undeliverable(emails: list[str]) -> dict[str, datetime]:
    """Return which of these addresses take no mail, in small letters, with since when. One statement."""
    rows = UndeliverableAddress.objects.annotate(small=Lower("email")).filter(
        small__in=[email.lower() for email in emails]
    )
    return dict(rows.values_list("small", "since"))


def undeliverable_since(person: User) -> datetime | None:
    return undeliverable([person.email]).get(person.email.lower())
