"""What is suggested to one onboarding: read from its customer, and computed section by section in the intake's order."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from onboarding.models import Onboarding, Section
from onboarding.sections import definition, suggestions
from onboarding.sections.definition import SectionDefinition
from onboarding.sections.suggest import Contact, Known
from onboarding.sections.suggestions import Filled
from onboarding.states import SectionState
from portal.accounts.models import Membership
from portal.accounts.states import CustomerRole
from portal.core import clock

_OPEN = (SectionState.EMPTY, SectionState.DRAFT, SectionState.CHANGES_REQUESTED)
_NIGHT = 2


def of(onboarding: Onboarding, rows: Iterable[Section] | None = None) -> dict[str, Filled]:
    """Return the sections in their order, each filled with what is suggested; one that is not open as it stands.

    `rows`: its sections, where they are read already. One statement more reads the customer's people.
    """
    known = known_of(onboarding)
    found: dict[str, Filled] = {}
    for row in onboarding.sections.order_by("position") if rows is None else rows:
        what = definition(row.key)
        found[row.key] = suggestions.fill(what, row.answers, known) if row.state in _OPEN else Filled(row.answers)
        known = _with(known, what, found[row.key].answers)
    return found


def of_section(section: Section, answers: Mapping[str, Any] | None = None) -> Filled:
    """Return one section filled, with these answers in the place of those that are stored."""
    rows = list(Section.objects.filter(onboarding=section.onboarding_id).order_by("position"))
    for row in rows:
        if row.pk == section.pk:
            row.state, row.answers = section.state, dict(section.answers if answers is None else answers)
    return of(section.onboarding, rows)[section.key]


def known_of(onboarding: Onboarding) -> Known:
    """Return what is known of the customer before anything is answered."""
    members = Membership.objects.filter(customer=onboarding.customer_id, user__is_active=True)
    rows = members.order_by("created_at", "pk").values_list("user__full_name", "user__email", "role")
    people = [Contact(name, email, role == CustomerRole.ADMINISTRATOR) for name, email, role in rows]
    customer = onboarding.customer
    return Known(customer.name, people, _quiet_hour(clock.now(), ZoneInfo(customer.time_zone)))


def _quiet_hour(now: datetime, zone: ZoneInfo) -> tuple[str, int]:
    """Return the coming Sunday's night of that zone as it is called in UTC."""
    local = now.astimezone(zone)
    sunday = local.date() + timedelta(days=6 - local.weekday())
    at = datetime(sunday.year, sunday.month, sunday.day, _NIGHT, tzinfo=zone).astimezone(ZoneInfo("UTC"))
    return f"{at:%A}".lower(), at.hour


def _with(known: Known, what: SectionDefinition, answers: dict[str, Any]) -> Known:
    return replace(known, intake={**known.intake, what.key: what.sound(answers)})


def digest(filled: Filled) -> str:
    """Return what binds a person's word to the suggestions that they saw in a section."""
    shown = [[one.pointer, one.value] for one in filled.suggestions]
    return sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()
