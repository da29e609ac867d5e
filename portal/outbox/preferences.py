"""What a person can choose about their messages, and the way back for an address that took no mail."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from portal.accounts.models import User
from portal.accounts.validators import clean_time_zone
from portal.audit import services as audit
from portal.core.errors import Conflict, FieldProblem, Invalid
from portal.outbox import events, selectors
from portal.outbox.models import MessagePreferences, UndeliverableAddress
from portal.outbox.states import Channel, Weekday

_FIELDS = ("channels", "time_zone", "working_days", "works_from", "works_until", "digest_hour", "digest_off")


def change(person: User, wanted: Mapping[str, Any]) -> MessagePreferences:
    """Take over what is given of `channels` (event to channel), `time_zone` (empty: the customer's), `working_days`,
    `works_from`, `works_until`, `digest_hour` (whole hours) and `digest_off`. It counts from the next mail on.

    Raises `Invalid` that names each value which cannot be.
    """
    with transaction.atomic():
        User.objects.select_for_update().get(pk=person.pk)
        chosen = selectors.preferences(person)
        before = _values(chosen)
        values = {**before, **wanted}
        values["channels"] = {**before["channels"], **wanted.get("channels", {})}
        problems = [*_of_channels(person, wanted.get("channels", {})), *_of_times(values)]
        if problems:
            raise Invalid(problems, "There is a problem with what you chose.")
        if values == before:
            return chosen
        values["working_days"] = [day for day in Weekday.values if day in values["working_days"]]
        for name, value in values.items():
            setattr(chosen, name, value)
        chosen.save()
        changed = [name for name in _FIELDS if values[name] != before[name]]
        audit.record(
            "message_preferences.changed",
            chosen,
            by=person,
            customer=selectors.only_customer(person),
            before={name: before[name] for name in changed},
            after={name: values[name] for name in changed},
        )
    return chosen


def turn_digest_off(person: User) -> MessagePreferences:
    """What the digest would hold stays in the portal. Doing it twice changes nothing."""
    return change(person, {"digest_off": True})


def try_address_again(person: User) -> None:
    """Send mail to the person's address again, because they say that it takes mail. Raises `Conflict` where it was not kept."""
    with transaction.atomic():
        found = UndeliverableAddress.objects.filter(email__iexact=person.email).first()
        if found is None:
            raise Conflict(f"Mail is sent to {person.email} already.")
        customer = selectors.only_customer(person)
        audit.record("address.tried_again", found, by=person, customer=customer, before={"reason": found.reason})
        found.delete()


def _values(chosen: MessagePreferences) -> dict[str, Any]:
    return {name: getattr(chosen, name) for name in _FIELDS}


def _of_channels(person: User, channels: Mapping[str, Any]) -> list[FieldProblem]:
    known = {event.key for event in events.of(person)}
    problems = []
    for key, channel in channels.items():
        if key not in known:
            problems.append(FieldProblem(f"channels/{key[:80]}", "You hear of no such event", "unknown_event"))
        elif channel not in Channel.values:
            problems.append(FieldProblem(f"channels/{key}", "Select how you hear of it"))
    return problems


def _of_times(values: Mapping[str, Any]) -> list[FieldProblem]:
    problems = _of_zone(values["time_zone"])
    if not values["working_days"] or not set(values["working_days"]) <= set(Weekday.values):
        problems.append(FieldProblem("working_days", "Select at least one working day"))
    if not 0 <= values["works_from"] <= 23:
        problems.append(FieldProblem("works_from", "Your working hours must begin from 0 to 23"))
    if not 1 <= values["works_until"] <= 24:
        problems.append(FieldProblem("works_until", "Your working hours must end from 1 to 24"))
    elif values["works_from"] >= values["works_until"]:
        problems.append(FieldProblem("works_until", "Your working hours must end after they begin"))
    if not 0 <= values["digest_hour"] <= 23:
        problems.append(FieldProblem("digest_hour", "The digest's hour must be from 0 to 23"))
    return problems


def _of_zone(time_zone: str) -> list[FieldProblem]:
    try:
        if time_zone:
            clean_time_zone(time_zone)
    except Invalid as error:
        return error.problems
    return []
