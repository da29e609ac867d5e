"""The calendars that say which hours of a finish clock count."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.text import slugify

from onboarding.clocks import calendar_values, deadlines, rules
from onboarding.clocks.deadlines import Revision
from onboarding.clocks.hours import AROUND_THE_CLOCK
from onboarding.clocks.models import Clock, WorkingCalendar
from portal.accounts.models import User
from portal.audit.services import record
from portal.core import clock as time
from portal.core.errors import FieldProblem, Forbidden, Invalid, NotFound, Stale

LONGEST_NAME = 80
_LONGEST_KEY = 40
_FIELDS = ("time_zone", "hours", "holidays", "for_finish")
_RESERVED = "new"
"""The address of the page that adds one."""


def all_in_order(user: User) -> list[WorkingCalendar]:
    """Return every calendar. Raises `Forbidden` for the customers' people."""
    _require_reader(user)
    return list(WorkingCalendar.objects.select_related("changed_by").order_by("name", "pk"))


def of(user: User, key: str) -> WorkingCalendar:
    """Raises `Forbidden` for the customers' people, `NotFound`."""
    _require_reader(user)
    found = WorkingCalendar.objects.select_related("changed_by").filter(key=key).first()
    if found is None:
        raise NotFound
    return found


def for_finish() -> WorkingCalendar:
    """Return the calendar that finish clocks follow from now on; a database that has none gets the default."""
    chosen = WorkingCalendar.objects.filter(for_finish=True).first()
    if chosen is None:
        zone = settings.PROVIDER_TIME_ZONE
        values = {"name": "Around the clock", "time_zone": zone, "hours": AROUND_THE_CLOCK, "for_finish": True}
        chosen, _ = WorkingCalendar.objects.get_or_create(key="around_the_clock", defaults=values)
    return chosen


def create(
    *, name: str, time_zone: str, hours: Mapping[str, Any], holidays: Iterable[Any], for_finish: bool, by: User
) -> WorkingCalendar:
    """Add a calendar; its key comes of its name. `for_finish`: clocks that start from now on follow it instead of another one.

    Raises `Forbidden`, `Invalid`.
    """
    _require_administrator(by)
    name, days = " ".join(name.split()), list(holidays)
    key = slugify(name).replace("-", "_")[:_LONGEST_KEY]
    with transaction.atomic():
        every = list(WorkingCalendar.objects.select_for_update().order_by("pk"))
        problems = [*_problems_of_name(name, key, every), *calendar_values.problems(time_zone, hours, days)]
        if problems:
            raise Invalid(problems)
        made = WorkingCalendar(key=key, name=name)
        _say(made, time_zone, hours, days, for_finish, by)
        try:
            with transaction.atomic():
                made.save(force_insert=True)
        except IntegrityError:
            raise Invalid([_taken(name)]) from None
        record("working_calendar.created", made, by=by, customer=None, after={"name": name, **said(made)})
    return made


def _problems_of_name(name: str, key: str, every: Iterable[WorkingCalendar]) -> Iterable[FieldProblem]:
    if not name:
        yield FieldProblem("name", "Enter a name, such as Working days in Spain", "missing")
    elif len(name) > LONGEST_NAME:
        yield FieldProblem("name", f"The name must be at most {LONGEST_NAME} characters; this is {len(name)}.")
    elif not key:
        yield FieldProblem("name", "Enter a name with letters from a to z, or digits: its address is made of them")
    elif key == _RESERVED or any(key == row.key or name.lower() == row.name.lower() for row in every):
        yield _taken(name)


def _taken(name: str) -> FieldProblem:
    return FieldProblem("name", f"“{name}” is in use already, or too much like one that is. Enter another name")


def _say(
    calendar: WorkingCalendar,
    time_zone: str,
    hours: Mapping[str, Any],
    days: list[Any],
    for_finish: bool,
    by: User,
) -> None:
    """Have the calendar say this; finish clocks follow one at a time. Call it with every calendar held."""
    if for_finish:
        WorkingCalendar.objects.filter(for_finish=True).exclude(pk=calendar.pk).update(for_finish=False)
    calendar.time_zone, calendar.holidays, calendar.for_finish = time_zone, sorted(set(days)), for_finish
    calendar.hours = {day: hours[day] for day in AROUND_THE_CLOCK if hours.get(day)}
    calendar.changed_by, calendar.changed_at = by, time.now()


def change(
    calendar: WorkingCalendar,
    *,
    revision: int,
    time_zone: str,
    hours: Mapping[str, Any],
    holidays: Iterable[Any],
    for_finish: bool,
    by: User,
) -> WorkingCalendar:
    """The calendar counts these hours from now on, and for the clocks that run by it from their beginning on: when they run out
    is computed anew. `for_finish`: clocks that start from now on follow it; those that run keep theirs.

    Raises `Forbidden`, `Invalid`, `Stale`.
    """
    _require_administrator(by)
    days = list(holidays)
    problems = calendar_values.problems(time_zone, hours, days)
    if problems:
        raise Invalid(problems)
    with transaction.atomic():
        every = {row.pk: row for row in WorkingCalendar.objects.select_for_update().order_by("pk")}
        held = every[calendar.pk]
        if held.revision != revision:
            message = f"{held.changed_by or 'Somebody else'} changed this calendar since you opened it."
            raise Stale(message, revision=held.revision, current=said(held))
        if held.for_finish and not for_finish:
            raise Invalid([FieldProblem("for_finish", "Have finish clocks follow another calendar instead")])
        before = said(held)
        _say(held, time_zone, hours, days, for_finish, by)
        held.revision += 1
        held.save()
        _recompute(held, Revision(f"The hours that the calendar “{held.name}” counts were changed by {by}.", by))
        record("working_calendar.changed", held, by=by, customer=None, before=before, after=said(held))
    return held


def said(calendar: WorkingCalendar) -> dict[str, Any]:
    """Return what the calendar says, for the audit record and for whoever compares two versions."""
    return {name: getattr(calendar, name) for name in _FIELDS}


def _recompute(calendar: WorkingCalendar, revision: Revision) -> None:
    """All clocks are held before anything is told: whoever settles one holds it before the audit record too."""
    now = time.now()
    running = Clock.objects.select_for_update(of=("self",)).filter(calendar=calendar, stopped_at=None).order_by("pk")
    related = ("customer", "environment__customer", "onboarding")
    for clock in list(running.select_related(*related).prefetch_related("parts")):
        clock.calendar = calendar
        deadlines.refresh(clock, list(clock.parts.all()), now, revision=revision)


def _require_administrator(user: User) -> None:
    if not rules.may_change_calendars(user):
        raise Forbidden("Only an administrator of the provider's changes working calendars.")


def _require_reader(user: User) -> None:
    if not rules.may_read_calendars(user):
        raise Forbidden("Working calendars are the provider's own matter.")
