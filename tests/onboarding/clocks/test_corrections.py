"""Corrections: split, summed up as before, told to both sides."""

from datetime import timedelta

import pytest
import time_machine

from environments.states import StepState
from onboarding.clocks.models import Clock, ClockCorrection
from onboarding.clocks.services import corrections, looking
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.core.errors import Forbidden, Invalid
from portal.outbox.models import OutboxMessage
from tests.factories import onboardings, people
from tests.onboarding.clocks.stories import NOON, accepted, assert_sound, lengths, provisioned, settled, told, whole

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def travel():
    with time_machine.travel(NOON, tick=False) as travelling:
        yield travelling


def give(of: Clock, start: timedelta, end: timedelta, owner: str = "aws", note: str = "AWS was down.", **more):
    by = more.pop("by", None) or people.account_manager()
    return corrections.correct(of, started_at=NOON + start, ended_at=NOON + end, owner=owner, note=note, by=by)


def test_the_middle_of_a_part_is_given_away(travel):
    onboarding = onboardings.onboarding()
    travel.shift(6 * HOUR)
    found = whole(onboarding)

    made = give(found, 2 * HOUR, 3 * HOUR)

    assert [owner for owner, _ in told(found)] == ["customer", "aws", "customer"]
    assert lengths(found) == [2 * HOUR, HOUR, 3 * HOUR]
    assert_sound(found)
    (before,) = made.before
    assert before["owner"] == "customer"
    assert before["started_at"] == (NOON + 2 * HOUR).isoformat()
    assert "answer the intake" in before["sentence"]
    assert "AWS was down." in found.parts.all()[1].sentence


def test_several_parts_become_one_and_their_ends_stay(travel):
    onboarding = onboardings.onboarding()
    travel.shift(2 * HOUR)
    onboardings.submitted(onboarding)
    travel.shift(2 * HOUR)
    onboardings.sent_back(onboardings.section(onboarding, "dns"), "choice")
    travel.shift(2 * HOUR)
    found = whole(onboarding)

    made = give(found, HOUR, 5 * HOUR)

    assert [owner for owner, _ in told(found)] == ["customer", "aws", "customer"]
    assert lengths(found) == [HOUR, 4 * HOUR, HOUR]
    assert [row["owner"] for row in made.before] == ["customer", "provider", "customer"]
    assert_sound(found)


def test_up_to_now_the_open_part_goes_on_as_it_was(travel):
    onboarding = onboardings.onboarding()
    travel.shift(2 * HOUR)
    found = whole(onboarding)
    give(found, timedelta(), 2 * HOUR)
    settled(onboarding)
    travel.shift(HOUR)
    settled(onboarding)

    assert told(found) == [("aws", "record.corrected"), ("customer", "intake.not_started")]
    assert lengths(found) == [2 * HOUR, HOUR]
    assert_sound(found)


def test_a_moment_within_a_second_of_a_boundary_is_that_boundary(travel):
    onboarding = onboardings.onboarding()
    travel.shift(2 * HOUR + timedelta(microseconds=300))
    onboardings.submitted(onboarding)
    travel.shift(HOUR)
    found = whole(onboarding)

    give(found, timedelta(), 2 * HOUR)

    assert [owner for owner, _ in told(found)] == ["aws", "provider"]
    assert_sound(found)


def test_the_whole_of_a_stopped_clock(travel):
    onboarding, run, found = accepted(NOON)
    travel.shift(3 * HOUR)
    provisioned(onboarding, run, clock.now())

    give(found, timedelta(), 3 * HOUR)

    found.refresh_from_db()
    assert found.used == timedelta()
    assert told(found) == [("aws", "record.corrected")]
    assert_sound(found)


def test_a_breach_that_is_none_any_more_is_taken_back_and_a_later_one_is_told(travel):
    onboarding, _, found = accepted(NOON)
    travel.shift(25 * HOUR)
    looking.look()
    found.refresh_from_db()
    assert found.breached_at == NOON + 24 * HOUR

    give(found, HOUR, 11 * HOUR)

    found.refresh_from_db()
    assert (found.breached_at, found.warned_at) == (None, None)
    assert found.due_at == NOON + 34 * HOUR

    travel.shift(24 * HOUR)
    looking.look()
    found.refresh_from_db()
    assert found.breached_at == NOON + 34 * HOUR
    mails = OutboxMessage.objects.filter(
        key__startswith=f"finish_clock_breached:{found.pk}", recipient=onboarding.account_manager.email
    )
    assert mails.count() == 2


def test_a_withdrawn_breach_is_on_record_and_told_to_the_account_manager_with_the_reason(travel):
    onboarding, _, found = accepted(NOON)
    travel.shift(25 * HOUR)
    looking.look()
    manager = people.account_manager()

    give(found, HOUR, 11 * HOUR, by=manager)

    event = AuditEvent.objects.get(action="clock.breach_withdrawn")
    assert (event.customer, event.subject_id, event.actor) == (onboarding.customer, found.pk, manager)
    assert event.after["reason"] == f"Given to AWS by {manager}: AWS was down."
    mails = OutboxMessage.objects.filter(key__startswith="finish_clock_breach_withdrawn:")
    assert [mail.recipient for mail in mails] == [onboarding.account_manager.email]
    assert "AWS was down." in mails[0].text


def test_a_correction_that_leaves_the_breach_withdraws_nothing(travel):
    _, _, found = accepted(NOON)
    travel.shift(40 * HOUR)
    looking.look()

    give(found, HOUR, 2 * HOUR)
    give(found, 4 * HOUR, 5 * HOUR)

    found.refresh_from_db()
    assert found.breached_at == NOON + 26 * HOUR
    assert not AuditEvent.objects.filter(action="clock.breach_withdrawn").exists()


def test_time_given_to_the_provider_can_breach_a_clock(travel):
    onboarding, run, found = accepted(NOON)
    run.steps.filter(key="provider_routes").update(
        state=StepState.WAITING, waits_on="customer", waiting_since=NOON, reason="Open the firewall."
    )
    settled(onboarding)
    travel.shift(30 * HOUR)

    give(found, timedelta(), 30 * HOUR, "provider")

    found.refresh_from_db()
    assert found.breached_at == NOON + 24 * HOUR
    assert found.due_at is None


def test_it_is_on_record_with_who_and_why(travel):
    onboarding = onboardings.onboarding()
    travel.shift(2 * HOUR)
    manager = people.account_manager()

    give(whole(onboarding), timedelta(), HOUR, by=manager)

    event = AuditEvent.objects.get(action="clock.corrected")
    assert event.actor == manager
    assert event.after["note"] == "AWS was down."
    assert event.before["parts"][0]["owner"] == "customer"


@pytest.mark.parametrize(
    ("start", "end", "owner", "note", "pointer"),
    [
        (-HOUR, HOUR, "aws", "Why", "started_at"),
        (HOUR, 9 * HOUR, "aws", "Why", "ended_at"),
        (HOUR, HOUR, "aws", "Why", "ended_at"),
        (2 * HOUR, HOUR, "aws", "Why", "ended_at"),
        (HOUR, 2 * HOUR, "nobody", "Why", "owner"),
        (HOUR, 2 * HOUR, "customer", "Why", "owner"),
        (HOUR, 2 * HOUR, "aws", "  ", "note"),
        (HOUR, 2 * HOUR, "aws", "x" * 1001, "note"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(travel, start, end, owner, note, pointer):
    onboarding = onboardings.onboarding()
    travel.shift(6 * HOUR)
    before = told(whole(onboarding))

    with pytest.raises(Invalid) as refused:
        give(whole(onboarding), start, end, owner, note)

    assert [problem.pointer for problem in refused.value.problems] == [pointer]
    assert told(whole(onboarding)) == before
    assert not ClockCorrection.objects.exists()


@pytest.mark.parametrize("role", ["engineer", "approver", "auditor"])
def test_whose_time_is_counted_does_not_correct_it(travel, role):
    onboarding = onboardings.onboarding()
    travel.shift(2 * HOUR)

    with pytest.raises(Forbidden):
        give(whole(onboarding), timedelta(), HOUR, by=getattr(people, role)())
    with pytest.raises(Forbidden):
        give(whole(onboarding), timedelta(), HOUR, by=people.customer_administrator(onboarding.customer))
