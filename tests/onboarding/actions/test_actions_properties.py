"""Whatever happens in whatever order: nobody is reminded who cannot act, nothing is told twice, nothing that ended is back."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from environments.models import Run, RunStep
from environments.states import Owner, RunState, StepState
from onboarding.actions.models import ActionReminder, CustomerAction
from onboarding.actions.services import acts, following, reminders
from onboarding.actions.states import ActionState
from onboarding.models import Onboarding
from portal.accounts.models import Membership, User
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.core.errors import DomainError
from portal.outbox.models import OutboxMessage
from tests.factories import environments, people

pytestmark = pytest.mark.django_db

START = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class WorkerDied(Exception):
    """The worker ends in the middle of what it does."""


class Story:
    """One peering request and what comes of it. The engine's part is played by writing what it would write."""

    def __init__(self, traveller: Any) -> None:
        self.traveller = traveller
        environment = environments.environment()
        self.customer = environment.customer
        manager = people.account_manager()
        self.onboarding = Onboarding.objects.create(
            customer=self.customer,
            reference="ONB-2026-9001",
            title="Platform",
            stage="provisioning",
            stage_since=clock.now(),
            account_manager=manager,
        )
        self.onboarding.environments.add(environment)
        self.run = environments.run_of(environment, "peering_request", "peering_acceptance")
        self.people = [people.contact(self.customer), people.contact(self.customer)]
        self.ended: dict[str, str] = {}
        self.mails: set[str] = set()
        self.send()
        self.follow()

    # What happens.

    def send(self) -> None:
        self._step(
            StepState.WAITING,
            waits_on=Owner.CUSTOMER,
            reason="Accept it.",
            error={},
            waiting_since=clock.now(),
            give_up_at=clock.now() + timedelta(days=7),
        )

    def accept(self) -> None:
        if self._waits():
            self._step(StepState.READY, finished_at=clock.now())

    def aws_is_at_it(self) -> None:
        if self._waits():
            self._step(StepState.WAITING, waits_on=Owner.AWS)

    def reject(self) -> None:
        self._stop("peering_rejected")

    def expire(self) -> None:
        if self._waits():
            self.traveller.shift(timedelta(days=7, minutes=1))
            self._stop("overdue")

    def ask_again(self) -> None:
        """Both people choose it, one of them twice; the engine then sends what was asked for."""
        for person in (*self.people, self.people[0]):
            for action in CustomerAction.objects.exclude(state=ActionState.OPEN):
                with suppress(DomainError):
                    acts.ask_again(action, by=User.objects.get(pk=person.pk))
        if self._now().state == StepState.PENDING:
            self.send()

    def cancel(self) -> None:
        Run.objects.filter(pk=self.run.pk).update(state=RunState.CANCELLED)

    def lose_role(self) -> None:
        Membership.objects.filter(user=self.people[0]).update(role="viewer")

    def get_role(self) -> None:
        Membership.objects.filter(user=self.people[0]).update(role="contributor")

    def close_account(self) -> None:
        User.objects.filter(pk=self.people[1].pk).update(is_active=False)

    def follow(self) -> None:
        following.follow_by_itself(self.onboarding.pk)

    def sweep(self) -> None:
        reminders.follow_lost_news()

    def day(self) -> None:
        self.traveller.shift(timedelta(days=1))

    def remind(self) -> None:
        reminders.remind_of_due()

    def remind_and_die(self) -> None:
        with pytest.MonkeyPatch.context() as dying:
            dying.setattr(reminders, "record", _die)
            reminders.remind_of_due()

    # What always holds.

    def check(self) -> None:
        rows = list(CustomerAction.objects.all())
        assert sum(row.is_open for row in rows) <= 1
        for row in rows:
            assert self.ended.setdefault(row.pk, row.state) == row.state or self.ended[row.pk] == ActionState.OPEN
            self.ended[row.pk] = row.state
            assert row.reminders_told == row.reminders.count()
        stages = list(ActionReminder.objects.values_list("action", "stage"))
        assert len(stages) == len(set(stages))
        asked = AuditEvent.objects.filter(action="customer_action.asked_again").values_list("subject_id", flat=True)
        assert len(asked) == len(set(asked))
        self._check_mails()

    def _check_mails(self) -> None:
        sent = OutboxMessage.objects.filter(subject__startswith="Reminder")
        new = [mail for mail in sent if mail.pk not in self.mails]
        able = {person.email for person in User.objects.filter(pk__in=[one.pk for one in self.people], is_active=True)}
        able -= set(Membership.objects.filter(role="viewer").values_list("user__email", flat=True))
        for mail in new:
            assert mail.recipient in able
            assert self._waits()
        keys = [mail.key for mail in sent]
        assert len(keys) == len(set(keys))
        self.mails |= {mail.pk for mail in new}

    def _now(self) -> RunStep:
        found: RunStep = self.run.steps.get(key="peering_acceptance")
        return found

    def _waits(self) -> bool:
        step = self._now()
        return step.state == StepState.WAITING and step.waits_on == Owner.CUSTOMER

    def _stop(self, code: str) -> None:
        if self._waits():
            self._step(StepState.FAILED, waits_on="", error={"code": code, "message": "It ended."})

    def _step(self, state: str, **values: object) -> None:
        self.run.steps.filter(key="peering_acceptance").update(state=state, **values)
        Run.objects.filter(pk=self.run.pk).exclude(state=RunState.CANCELLED).update(state=RunState.WAITING)


def _die(*_: object, **__: object) -> None:
    raise WorkerDied


CHANGES: list[Callable[[Story], None]] = [
    Story.accept,
    Story.aws_is_at_it,
    Story.reject,
    Story.expire,
    Story.ask_again,
    Story.cancel,
    Story.lose_role,
    Story.get_role,
    Story.close_account,
]
LOOKS: list[Callable[[Story], None]] = [
    Story.follow,
    Story.sweep,
    Story.day,
    Story.day,
    Story.day,
    Story.remind,
    Story.remind_and_die,
]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from([*CHANGES, *LOOKS]), max_size=24))
def test_any_order_of_events(happenings: list[Callable[[Story], None]]) -> None:
    """A change without `follow` after it is news that was lost with a worker."""
    with time_machine.travel(START, tick=False) as traveller, transaction.atomic():
        story = Story(traveller)
        for happens in happenings:
            happens(story)
            story.check()
        story.sweep()
        story.check()
        transaction.set_rollback(True)
