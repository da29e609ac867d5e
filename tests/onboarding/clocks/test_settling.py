"""Clocks follow what happens: their parts meet, and their lengths sum to the whole."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from environments.models import Run, RunStep
from environments.services import plans, steering
from environments.states import Owner, PlanPurpose, RunState, StepState
from onboarding.clocks import facts, waiting
from onboarding.clocks.models import Clock, ClockPart
from onboarding.clocks.services import looking
from onboarding.models import Onboarding
from onboarding.services import onboardings as services
from onboarding.services import reviews, sections
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.outbox.models import OutboxMessage
from tests.environments import pages
from tests.factories import environments, onboardings, people
from tests.onboarding.clocks.stories import (
    NOON,
    accept,
    assert_sound,
    finish_clock,
    lengths,
    settled,
    told,
    whole,
    with_environment,
)

pytestmark = pytest.mark.django_db

# The whole clock.


def test_it_starts_with_the_onboarding():
    with time_machine.travel(NOON, tick=False):
        onboarding = onboardings.onboarding()

        found = whole(onboarding)
        assert found.started_at == onboarding.created_at
        assert told(found) == [("customer", "intake.not_started")]
        assert_sound(found)


def test_it_follows_answers_and_reviews():
    with time_machine.travel(NOON, tick=False) as travel:
        onboarding = onboardings.onboarding()
        travel.shift(timedelta(hours=1))
        onboardings.submitted(onboarding)
        travel.shift(timedelta(hours=2))
        onboardings.sent_back(onboardings.section(onboarding, "dns"), "choice")
        travel.shift(timedelta(hours=3))

        found = whole(onboarding)
        assert told(found) == [
            ("customer", "intake.not_started"),
            ("provider", "review.waiting"),
            ("customer", "intake.changes_requested"),
        ]
        assert lengths(found) == [timedelta(hours=1), timedelta(hours=2), timedelta(hours=3)]
        assert_sound(found)


def test_news_without_change_make_no_part_and_write_nothing():
    onboarding = onboardings.onboarding()
    before = list(whole(onboarding).parts.values())

    with CaptureQueriesContext(
        connection,
    ) as seen:
        settled(onboarding)

    assert list(whole(onboarding).parts.values()) == before
    assert not [query for query in seen if query["sql"].startswith(("UPDATE", "INSERT"))]


def test_words_change_in_place():
    onboarding = onboardings.onboarding()
    author = people.contact(onboarding.customer)
    onboardings.answered(onboarding, author)
    sections.submit_all(onboarding, by=author)
    rows = list(onboarding.sections.all())
    part = whole(onboarding).parts.get(ended_at=None)

    reviews.approve(onboardings.section(onboarding, "dns"), revision=rows[2].revision, by=people.engineer())

    after = whole(onboarding).parts.get(ended_at=None)
    assert after.pk == part.pk
    assert after.sentence != part.sentence


def test_it_ends_when_cancelled():
    onboarding = onboardings.onboarding()
    services.cancel(onboarding, by=people.account_manager())

    found = whole(onboarding)
    assert found.stopped_at == onboarding.stage_since
    assert found.ended_by == "cancelled"
    assert_sound(found)


def test_an_end_is_final():
    onboarding = onboardings.onboarding()
    services.cancel(onboarding, by=people.account_manager())
    before = list(whole(onboarding).parts.values())
    settled(onboarding)

    assert list(whole(onboarding).parts.values()) == before


def test_a_clock_set_back_makes_no_part_of_negative_length():
    with time_machine.travel(NOON, tick=False) as travel:
        onboarding = onboardings.onboarding()
        travel.shift(timedelta(hours=-3))
        onboardings.submitted(onboarding)
        travel.shift(timedelta(hours=5))
        settled(onboarding)

        assert_sound(whole(onboarding))


def test_one_from_before_is_reconstructed_from_the_audit_record():
    with time_machine.travel(NOON, tick=False) as travel:
        onboarding = onboardings.onboarding()
        travel.shift(timedelta(hours=1))
        onboardings.submitted(onboarding)
        travel.shift(timedelta(hours=2))
        Clock.objects.all().delete()
        looking.look()

        found = whole(onboarding)
        assert told(found) == [("customer", "record.reconstructed"), ("provider", "review.waiting")]
        assert lengths(found) == [timedelta(hours=1), timedelta(hours=2)]
        assert_sound(found)


def test_one_that_was_over_before_is_reconstructed_to_its_end():
    with time_machine.travel(NOON, tick=False) as travel:
        onboarding = onboardings.onboarding()
        travel.shift(timedelta(hours=1))
        services.cancel(onboarding, by=people.account_manager())
        travel.shift(timedelta(days=2))
        Clock.objects.all().delete()
        looking.look()

        found = whole(onboarding)
        assert found.stopped_at == NOON + timedelta(hours=1)
        assert told(found) == [("customer", "record.reconstructed")]
        assert_sound(found)


def test_what_was_going_on_below_before_is_said_to_be_unknown():
    with time_machine.travel(NOON, tick=False) as travel:
        onboarding, run = with_environment()
        travel.shift(timedelta(hours=3))
        Clock.objects.all().delete()
        RunStep.objects.filter(run=run, state=StepState.WAITING).update(waiting_since=NOON + timedelta(hours=2))
        settled(onboarding)

        found = whole(onboarding)
        assert [cause for _, cause in told(found)][-2:] == ["record.reconstructed", "step.customer_until"]
        assert found.parts.get(ended_at=None).started_at == NOON + timedelta(hours=2)
        assert_sound(found)


def test_the_wait_of_a_step_ends_when_the_step_was_done_not_when_the_news_came():
    with time_machine.travel(NOON, tick=False) as travel:
        onboarding, run = with_environment()
        travel.shift(timedelta(hours=2))
        accept(run, clock.now())
        travel.shift(timedelta(minutes=7))
        pages.at(run, "provider_routes", StepState.WAITING, RunState.WAITING, waits_on="aws", waiting_since=clock.now())
        run.steps.filter(key="peering_acceptance").update(finished_at=NOON + timedelta(hours=2))
        settled(onboarding)

        found = whole(onboarding)
        assert told(found)[-3:] == [
            ("customer", "step.customer_until"),
            ("provider", "run.running"),
            ("aws", "step.aws"),
        ]
        assert lengths(found)[-3:] == [timedelta(hours=2), timedelta(minutes=7), timedelta()]
        assert_sound(found)


# The finish clock.


def test_it_starts_the_moment_the_peering_is_accepted():
    with time_machine.travel(NOON, tick=False) as travel:
        onboarding, run = with_environment()
        assert not Clock.objects.filter(kind="finish").exists()
        travel.shift(timedelta(minutes=10))
        accept(run, NOON + timedelta(minutes=4))
        settled(onboarding)

        found = finish_clock(onboarding)
        assert found.started_at == NOON + timedelta(minutes=4)
        assert found.due_at == NOON + timedelta(minutes=4, days=1)
        assert told(found)[0][0] == "provider"
        assert_sound(found)


def test_it_rests_while_somebody_else_has_to_act_and_says_why():
    with time_machine.travel(NOON, tick=False) as travel:
        onboarding, run = with_environment()
        accept(run, NOON)
        settled(onboarding)
        travel.shift(timedelta(hours=6))
        waits = {"waits_on": "customer", "reason": "Publish the records.", "waiting_since": clock.now()}
        pages.at(run, "provider_routes", StepState.WAITING, RunState.WAITING, **waits)
        run.steps.filter(key="peering_acceptance").update(finished_at=NOON)
        settled(onboarding)

        found = finish_clock(onboarding)
        assert found.due_at is None
        assert "Publish the records" in found.parts.get(ended_at=None).sentence

        travel.shift(timedelta(days=3))
        run.steps.filter(state=StepState.WAITING).update(state=StepState.READY, finished_at=clock.now())
        Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING)
        settled(onboarding)

        found.refresh_from_db()
        assert found.due_at == NOON + timedelta(days=4)
        assert_sound(found)


STOPS = [
    ("customer_routes", "route_taken", "customer"),
    ("alert_recipients", "overdue", "customer"),
    ("provider_routes", "route_taken", "provider"),
    ("alert_recipients", "quota", "provider"),
]


@pytest.mark.parametrize(("key", "code", "owner"), STOPS)
def test_a_stopped_step_is_charged_to_whoever_has_to_mend_it(key, code, owner):
    with time_machine.travel(NOON, tick=False) as travel:
        onboarding, run = with_environment()
        accept(run, NOON)
        settled(onboarding)
        travel.shift(timedelta(hours=6))
        error = {"code": code, "message": "Something leads elsewhere.", "remedy": "Ask."}
        pages.at(run, key, StepState.FAILED, RunState.FAILED, error=error, finished_at=clock.now())
        run.steps.filter(key="peering_acceptance").update(finished_at=NOON)
        settled(onboarding)
        travel.shift(timedelta(days=3))
        looking.look()

        found = finish_clock(onboarding)
        assert told(found)[-1][0] == told(whole(onboarding))[-1][0] == owner
        assert lengths(found)[-1] == timedelta(days=3)
        assert bool(found.breached_at) == (owner == "provider")
        assert_sound(found)
        assert_sound(whole(onboarding))


def test_a_stop_that_is_the_customers_says_what_stands_in_the_way_and_since_when():
    with time_machine.travel(NOON, tick=False):
        onboarding, run = with_environment()
        error = {"code": "peering_expired", "message": "Nobody accepted the peering pcx-1.", "remedy": "Ask."}
        pages.at(run, "peering_acceptance", StepState.FAILED, RunState.FAILED, error=error, finished_at=clock.now())
        turn = waiting.whose_turn(Onboarding.objects.get(pk=onboarding.pk))

        assert "settle what stopped “Peering acceptance”" in turn.sentence
        assert turn.in_full.endswith(
            "Nobody accepted the peering pcx-1, since Tue 24 Nov 2026, 12:00 UTC. "
            "Nothing happens by itself before that."
        )


def test_it_warns_and_is_breached_once_each():
    engineer = people.engineer()
    with time_machine.travel(NOON, tick=False) as travel:
        onboarding, run = with_environment()
        accept(run, NOON)
        settled(onboarding)
        for _ in range(30):
            travel.shift(timedelta(hours=1))
            looking.look()
            looking.look()

        found = finish_clock(onboarding)
        assert found.warned_at == NOON + timedelta(hours=18)
        assert found.breached_at == NOON + timedelta(hours=24)
    events = AuditEvent.objects.filter(subject_id=found.pk).order_by("sequence").values_list("action", flat=True)
    assert list(events) == ["clock.warned", "clock.breached"]
    mails = OutboxMessage.objects.filter(key__startswith="finish_clock", recipient=engineer.email)
    assert [mail.key.split(":")[0] for mail in mails.order_by("pk")] == ["finish_clock_warned", "finish_clock_breached"]
    assert OutboxMessage.objects.filter(
        key__startswith="finish_clock_breached", recipient=onboarding.account_manager.email
    ).exists()


def test_it_ends_when_the_environment_stands():
    with time_machine.travel(NOON, tick=False) as travel:
        onboarding, run = with_environment()
        accept(run, NOON)
        settled(onboarding)
        travel.shift(timedelta(hours=3))
        run.steps.exclude(key="peering_acceptance").update(state=StepState.READY, finished_at=clock.now())
        Run.objects.filter(pk=run.pk).update(state=RunState.FINISHED, finished_at=clock.now())
        travel.shift(timedelta(minutes=1))
        settled(onboarding)

        found = finish_clock(onboarding)
        assert found.stopped_at == NOON + timedelta(hours=3)
        assert found.ended_by == "finished"
        assert found.used == timedelta(hours=3)
        assert found.due_at is None
        assert found.breached_at is None
        assert_sound(found)


def test_a_run_that_is_cancelled_and_begun_anew_gives_no_second_day():
    with time_machine.travel(NOON, tick=False) as travel:
        onboarding, run = with_environment()
        accept(run, NOON)
        settled(onboarding)
        travel.shift(timedelta(hours=3))
        steering.cancel(run, by=people.engineer())
        settled(onboarding)

        found = finish_clock(onboarding)
        assert found.stopped_at is None
        assert found.due_at == NOON + timedelta(days=1)
        assert found.parts.get(ended_at=None).cause == "plan.missing"


def removal(of: Run) -> Run:
    """A tear-down that was begun after this run was cancelled."""
    steering.cancel(of, by=people.engineer())
    environment = of.environment
    plans.begin(environment, PlanPurpose.TEAR_DOWN, by=None)
    plan = environment.plans.latest("id")
    return Run.objects.create(customer=of.customer, environment=environment, plan=plan, next_at=clock.now())


def test_a_removal_that_is_cancelled_before_it_took_anything_away_ends_nothing():
    with time_machine.travel(NOON, tick=False) as travel:
        onboarding, run = with_environment()
        accept(run, NOON)
        settled(onboarding)
        travel.shift(timedelta(hours=1))
        taken = removal(run)
        settled(onboarding)
        travel.shift(timedelta(hours=1))
        pages.calls(taken, 1)
        steering.cancel(taken, by=people.engineer())
        settled(onboarding)

        found = finish_clock(onboarding)
        assert found.stopped_at is None
        assert found.due_at == NOON + timedelta(days=1)
        assert_sound(found)


@pytest.mark.parametrize("cancelled", [True, False])
def test_a_removal_ends_it_with_the_first_thing_that_it_takes_away(cancelled):
    with time_machine.travel(NOON, tick=False) as travel:
        onboarding, run = with_environment()
        accept(run, NOON)
        settled(onboarding)
        taken = removal(run)
        travel.shift(timedelta(hours=2))
        pages.calls(taken, 1, changes=True)
        travel.shift(timedelta(hours=1))
        if cancelled:
            steering.cancel(taken, by=people.engineer())
        settled(onboarding)

        found = finish_clock(onboarding)
        assert (found.stopped_at, found.ended_by) == (NOON + timedelta(hours=2), "torn_down")
        assert_sound(found)


def test_it_ends_with_the_onboarding():
    with time_machine.travel(NOON, tick=False) as travel:
        onboarding, run = with_environment()
        accept(run, NOON)
        settled(onboarding)
        travel.shift(timedelta(hours=3))
        services.cancel(onboarding, by=people.account_manager())

        found = finish_clock(onboarding)
        assert (found.stopped_at, found.ended_by) == (NOON + timedelta(hours=3), "cancelled")


def test_it_goes_on_for_another_onboarding_of_the_environment():
    onboarding, run = with_environment()
    other = onboardings.onboarding(onboarding.customer)
    other.sections.update(state="approved")
    other.environments.set(onboarding.environments.all())
    accept(run, clock.now())
    settled(onboarding)
    settled(other)
    services.cancel(onboarding, by=people.account_manager())

    assert Clock.objects.get(kind="finish").stopped_at is None


def test_one_of_long_ago_is_told_to_nobody():
    onboarding, run = with_environment()
    accept(run, clock.now() - timedelta(days=30))
    Clock.objects.all().delete()
    settled(onboarding)

    assert finish_clock(onboarding).breached_at
    assert not OutboxMessage.objects.filter(key__startswith="finish_clock").exists()


# How many statements it takes, and that a worker's death leaves nothing half.


@pytest.mark.parametrize("number", [1, 4, 9])
def test_whose_turn_it_is_costs_the_same_however_many_environments(number):
    onboarding = onboardings.onboarding()
    for index in range(number):
        environment = environments.environment(onboarding.customer, kind="test" if index else "production")
        environment.name = f"Number {index}"
        environment.save()
        environments.run_of(environment, "peering_request", "peering_acceptance")
        onboarding.environments.add(environment)
    onboarding = Onboarding.objects.select_related("customer").get(pk=onboarding.pk)

    with CaptureQueriesContext(connection) as seen:
        waiting.whose_turn(onboarding)

    assert len(seen) == 9


def test_an_act_that_fails_leaves_the_clock_as_it_was(monkeypatch):
    onboarding = onboardings.onboarding()
    author = people.contact(onboarding.customer)
    onboardings.answered(onboarding, author)
    before = list(ClockPart.objects.values())
    monkeypatch.setattr(facts, "read", lambda _: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        sections.submit_all(onboarding, by=author)

    assert list(ClockPart.objects.values()) == before
    assert not onboarding.sections.exclude(state="draft").exists()


def test_the_customer_waits_no_longer_for_whom_it_was(settings):
    """The owners of the parts are the parties of the domain, whatever the provider is called."""
    settings.PROVIDER_NAME = "Somebody"
    onboarding = onboardings.submitted(onboardings.onboarding())

    part = whole(onboarding).parts.get(ended_at=None)
    assert part.owner == Owner.PROVIDER
    assert part.sentence.startswith("Waiting for Somebody: review")
