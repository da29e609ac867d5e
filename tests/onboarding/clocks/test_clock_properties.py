"""Whatever happens in whatever order, every moment of a clock is one party's, and the provider's day is counted truly."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from environments.states import Owner, RunState, StepState
from onboarding.clocks import facts
from onboarding.clocks.facts import EnvironmentFacts, OnboardingFacts
from onboarding.clocks.hours import AROUND_THE_CLOCK
from onboarding.clocks.models import Clock
from onboarding.clocks.run_facts import RunFacts, StepFacts
from onboarding.clocks.services import calendars, corrections, looking
from onboarding.clocks.services.settle import settle
from onboarding.models import Onboarding
from onboarding.services import onboardings as services
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.core.errors import Invalid
from portal.outbox.models import OutboxMessage
from tests.factories import environments, onboardings, people
from tests.onboarding.clocks.stories import assert_sound
from tests.onboarding.clocks.test_clock_hours import by_the_minute

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(400)]

FRIDAY = datetime(2026, 10, 23, 9, tzinfo=UTC)
"""Two days before the clocks of Berlin are set back."""
WEEKS = (
    AROUND_THE_CLOCK,
    {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")},
    {"fri": [["08:00", "12:00"], ["13:30", "18:00"]], "sun": [["01:00", "04:00"]], "mon": [["00:00", "24:00"]]},
)
minutes = st.integers(1, 600)


class Died(Exception):
    """The worker was killed before its transaction ended."""


class Clocks(RuleBasedStateMachine):
    """The facts are this machine's own; clocks, parts, calendars and messages are rows."""

    patch: pytest.MonkeyPatch

    @initialize()
    def open(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.travel = time_machine.travel(FRIDAY, tick=False)
        self.time = self.travel.start()
        self.manager, self.administrator = people.account_manager(), people.administrator()
        self.onboarding = onboardings.onboarding(account_manager=self.manager)
        row = environments.environment(self.onboarding.customer)
        self.onboarding.sections.update(state="approved")
        self.onboarding.environments.add(row)
        Onboarding.objects.filter(pk=self.onboarding.pk).update(stage="provisioning")
        self.run = RunFacts("run_1", RunState.RUNNING, FRIDAY)
        self.environment = EnvironmentFacts(row.pk, "Production", FRIDAY, run=self.run)
        self.revisions, self.jumped = 0, False
        self.patch.setattr(facts, "read", self.read)
        self.settle()

    def read(self, onboarding: Onboarding) -> OnboardingFacts:
        environment = replace(self.environment, run=self.run)
        return OnboardingFacts("Acme", "UTC", onboarding.stage, onboarding.stage_since, environments=(environment,))

    # What happens.

    @rule(by=minutes)
    def time_passes(self, by: int) -> None:
        self.time.shift(timedelta(minutes=by))

    @rule(by=st.integers(1, 90))
    def the_machines_clock_is_set_back(self, by: int) -> None:
        self.jumped = True
        self.time.shift(timedelta(minutes=-by))

    @rule(owner=st.sampled_from(Owner), number=st.integers(1, 3))
    def somebody_is_waited_for(self, owner: Owner, number: int) -> None:
        step = StepFacts(f"stp_{number}", "Records", StepState.WAITING, owner, "Publish them.", clock.now())
        self.run = RunFacts("run_1", RunState.WAITING, clock.now(), steps=(step,))

    @rule(state=st.sampled_from([RunState.QUEUED, RunState.RUNNING, RunState.PAUSED, RunState.FAILED]))
    def the_run_goes_on_or_stops(self, state: RunState) -> None:
        self.run = RunFacts("run_1", state, clock.now(), note="a reason")

    @precondition(lambda self: self.environment.accepted_at is None)
    @rule()
    def the_peering_is_accepted(self) -> None:
        self.environment = replace(self.environment, accepted_at=clock.now())

    @precondition(lambda self: self.environment.accepted_at and not self.environment.provisioned_at)
    @rule()
    def the_run_ends(self) -> None:
        at = max(clock.now(), self.environment.accepted_at)
        self.environment = replace(self.environment, provisioned_at=at)
        self.run = RunFacts("run_1", RunState.FINISHED, at, finished_at=at)

    # Who looks.

    @rule()
    def settle(self) -> None:
        with transaction.atomic():
            services.lock(self.onboarding)
            settle(self.onboarding)

    @rule()
    def a_worker_dies_while_it_settles(self) -> None:
        with suppress(Died), transaction.atomic():
            services.lock(self.onboarding)
            settle(self.onboarding)
            raise Died

    @rule()
    def the_minute_is_looked_at(self) -> None:
        looking.look()
        for found in Clock.objects.filter(kind="finish", stopped_at=None):
            if self.used_of(found) > found.allowed:
                assert found.breached_at

    # Who interferes.

    @rule(week=st.sampled_from(WEEKS), zone=st.sampled_from(["UTC", "Europe/Berlin"]), holiday=st.booleans())
    def the_calendar_changes(self, week: dict, zone: str, holiday: bool) -> None:
        self.revisions += 1
        found = calendars.for_finish()
        days = ["2026-10-26"] if holiday else []
        values = {"time_zone": zone, "hours": week, "holidays": days, "for_finish": True}
        calendars.change(found, revision=found.revision, by=self.administrator, **values)

    @rule(start=st.integers(0, 3000), length=minutes, owner=st.sampled_from(Owner), finish=st.booleans())
    def a_stretch_is_given_away(self, start: int, length: int, owner: Owner, finish: bool) -> None:
        found = Clock.objects.filter(kind="finish" if finish else "onboarding").first()
        if found is None:
            return
        began = found.started_at + timedelta(minutes=start)
        values = {
            "started_at": began,
            "ended_at": began + timedelta(minutes=length),
            "owner": owner,
            "note": "So it was",
        }
        with suppress(Invalid):
            corrections.correct(found, **values, by=self.manager)
            self.revisions += 1

    # What is always so.

    @invariant()
    def every_moment_is_somebodys(self) -> None:
        for found in Clock.objects.all():
            if found.stopped_at or clock.now() >= found.parts.last().started_at:
                assert_sound(found)

    @invariant()
    def the_day_is_counted_by_the_minute(self) -> None:
        for found in Clock.objects.filter(kind="finish", stopped_at__isnull=False):
            if found.used is not None and not self.revised_since_stop(found):
                assert found.used == self.used_of(found)

    @invariant()
    def what_is_due_is_when_the_day_is_used(self) -> None:
        for found in Clock.objects.filter(kind="finish").exclude(due_at=None):
            open_part = found.parts.last()
            assert open_part.owner == Owner.PROVIDER
            counted = self.used_of(found, until=found.due_at)
            assert counted == found.allowed or found.due_at < open_part.started_at

    @invariant()
    def nobody_is_told_twice(self) -> None:
        for action in ("clock.warned", "clock.breached"):
            assert AuditEvent.objects.filter(action=action).count() <= 1 + self.revisions
        keys = list(OutboxMessage.objects.filter(key__startswith="finish_clock").values_list("key", flat=True))
        assert len(keys) == len(set(keys))

    def used_of(self, found: Clock, until: datetime | None = None) -> timedelta:
        """Count the minutes of the provider's parts on the wall."""
        week, zone, days = found.calendar.hours, found.calendar.time_zone, found.calendar.holidays
        end = until or found.stopped_at or clock.now()
        spans = [part for part in found.parts.all() if part.owner == Owner.PROVIDER]
        return sum(
            (by_the_minute(week, zone, days, part.started_at, min(part.ended_at or end, end)) for part in spans),
            timedelta(),
        )

    def revised_since_stop(self, found: Clock) -> bool:
        """A stopped clock keeps what it counted by the calendar of its time."""
        return bool(found.calendar.changed_at and found.calendar.changed_at >= found.stopped_at) or self.jumped

    def teardown(self) -> None:
        self.patch.undo()
        if hasattr(self, "atomic"):
            self.travel.stop()
            transaction.set_rollback(True)
            self.atomic.__exit__(None, None, None)


def test_clocks_are_true_whatever_happens(monkeypatch):
    Clocks.patch = monkeypatch
    run_state_machine_as_test(
        Clocks,
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
