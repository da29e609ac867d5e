"""Calendars: who changes them, and what that does to clocks that run."""

from datetime import timedelta

import pytest
import time_machine

from onboarding.clocks.models import Clock, WorkingCalendar
from onboarding.clocks.services import calendars
from portal.audit.models import AuditEvent
from portal.core.errors import Forbidden, Invalid, NotFound, Stale
from tests.factories import people
from tests.onboarding.clocks.stories import NOON, accepted

pytestmark = pytest.mark.django_db

WEEK = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}


def changed(calendar: WorkingCalendar, **values) -> WorkingCalendar:
    said = calendars.said(calendar) | {"revision": calendar.revision, "by": people.administrator()} | values
    return calendars.change(calendar, **said)


@pytest.fixture
def followed() -> WorkingCalendar:
    return calendars.for_finish()


def other() -> WorkingCalendar:
    return WorkingCalendar.objects.get_or_create(key="working_days", defaults={"name": "Working days", "hours": WEEK})[
        0
    ]


def test_every_portal_begins_with_two_and_counts_around_the_clock():
    assert calendars.for_finish().key == "around_the_clock"
    assert other().hours == WEEK


def test_changing_one_computes_anew_when_clocks_run_out(followed):
    with time_machine.travel(NOON, tick=False) as travel:
        _, _, found = accepted(NOON)
        travel.shift(timedelta(hours=2))

        changed(followed, hours=WEEK)

        found.refresh_from_db()
        # Tuesday noon to five, then eight hours a day: 5 + 8 + 8 + 3.
        assert found.due_at == NOON.replace(hour=12) + timedelta(days=3)


def test_a_breach_follows_the_calendar(followed):
    with time_machine.travel(NOON, tick=False) as travel:
        onboarding, _, found = accepted(NOON)
        travel.shift(timedelta(hours=30))
        changed(followed, holidays=["2030-01-01"])
        found.refresh_from_db()
        assert found.breached_at

        followed.refresh_from_db()
        changed(followed, hours=WEEK)

        found.refresh_from_db()
        assert found.breached_at is None
    event = AuditEvent.objects.get(action="clock.breach_withdrawn")
    assert event.customer == onboarding.customer
    assert event.after["reason"].startswith("The hours that the calendar “Around the clock” counts were changed by ")


def test_a_stopped_clock_keeps_what_it_counted(followed):
    with time_machine.travel(NOON, tick=False) as travel:
        onboarding, _, found = accepted(NOON)
        travel.shift(timedelta(hours=20))
        from onboarding.services import onboardings

        onboardings.cancel(onboarding, by=people.account_manager())
        changed(followed, hours=WEEK)

        found.refresh_from_db()
        assert found.used == timedelta(hours=20)


def test_another_calendar_is_for_clocks_to_come(followed):
    _, _, before = accepted(NOON)

    changed(other(), for_finish=True)

    _, _, after = accepted(NOON)
    assert Clock.objects.get(pk=before.pk).calendar == followed
    assert after.calendar == other()
    followed.refresh_from_db()
    assert not followed.for_finish


def test_finish_clocks_always_follow_one(followed):
    with pytest.raises(Invalid):
        changed(followed, for_finish=False)


def test_a_change_is_on_record_and_raises_the_revision(followed):
    after = changed(followed, time_zone="Europe/Berlin")

    assert after.revision == 1
    event = AuditEvent.objects.get(action="working_calendar.changed")
    assert (event.before["time_zone"], event.after["time_zone"]) == ("UTC", "Europe/Berlin")
    assert after.changed_by == event.actor


def test_two_who_change_it_at_once_do_not_overwrite_each_other(followed):
    changed(followed, time_zone="Europe/Berlin")

    with pytest.raises(Stale) as refused:
        changed(followed, time_zone="Asia/Kolkata")

    assert refused.value.current["time_zone"] == "Europe/Berlin"


@pytest.mark.parametrize("role", ["account_manager", "engineer", "approver", "auditor"])
def test_only_administrators_change_them(followed, role):
    with pytest.raises(Forbidden):
        changed(followed, by=getattr(people, role)())


def test_customers_do_not_read_them(followed):
    reader = people.contact(people.customer())

    with pytest.raises(Forbidden):
        calendars.all_in_order(reader)
    with pytest.raises(Forbidden):
        calendars.of(reader, "working_days")


def test_one_that_is_not_there_is_not_found():
    with pytest.raises(NotFound):
        calendars.of(people.auditor(), "never")


def added(**values) -> WorkingCalendar:
    said = {"name": "Working days in Spain", "time_zone": "Europe/Madrid", "hours": WEEK, "holidays": []}
    return calendars.create(**(said | {"for_finish": False, "by": people.administrator()} | values))


def test_one_is_added_under_its_name_and_on_record():
    made = added(holidays=["2026-12-25", "2026-12-25"])

    found = calendars.of(people.auditor(), "working_days_in_spain")
    assert (found, found.name, found.revision) == (made, "Working days in Spain", 0)
    assert (found.hours, found.holidays) == (WEEK, ["2026-12-25"])
    event = AuditEvent.objects.get(action="working_calendar.created")
    assert (event.actor, event.after["name"]) == (made.changed_by, "Working days in Spain")


def test_finish_clocks_that_start_later_follow_a_new_one(followed):
    made = added(for_finish=True)

    _, _, clock = accepted(NOON)
    assert clock.calendar == made
    followed.refresh_from_db()
    assert not followed.for_finish


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"name": "\u6771\u4eac"}, "name"),
        ({"name": "New"}, "name"),
        ({"name": "AROUND the clock"}, "name"),
        ({"hours": {}}, "hours"),
        ({"time_zone": "Mars"}, "time_zone"),
    ],
)
def test_one_that_cannot_be_is_not_added(followed, values, pointer):
    before = WorkingCalendar.objects.count()

    with pytest.raises(Invalid) as refused:
        added(**values)

    assert [problem.pointer for problem in refused.value.problems] == [pointer]
    assert WorkingCalendar.objects.count() == before


@pytest.mark.parametrize("role", ["account_manager", "engineer", "approver", "auditor"])
def test_only_administrators_add_one(role):
    with pytest.raises(Forbidden):
        added(by=getattr(people, role)())
