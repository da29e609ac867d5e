"""A peering request that nobody accepts, by the frozen clock and against the engine: reminders, the end, one new request."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from environments.models import Environment, Run
from environments.services import runs, steering
from environments.states import RunState, StepState
from onboarding.actions import selectors
from onboarding.actions.models import CustomerAction
from onboarding.actions.services import acts, reminders
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.core.errors import Conflict, Forbidden
from portal.outbox.models import OutboxMessage
from tests.at_once import outcomes
from tests.environments import pages
from tests.environments.conftest import Behind
from tests.factories import environments, people
from tests.factories.actions import onboard, the_one

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def production(behind: Behind) -> Environment:
    made = environments.environment()
    behind.stand_for(made)
    onboard(made)
    return made


@pytest.fixture
def waiting(production: Environment) -> Run:
    """A run whose peering request was sent just now."""
    run = environments.run(production)
    runs.advance(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.WAITING
    return run


@pytest.fixture
def opened(waiting: Run) -> CustomerAction:
    return the_one("peering_acceptance")


def later(action: CustomerAction, **time: int) -> Any:
    return time_machine.travel(action.opened_at + timedelta(**time))


def advance(run: Run) -> None:
    """A worker looks at everything at once. The database's clock is not frozen, so the run has to be due for long."""
    run.steps.filter(state=StepState.WAITING).update(next_at=None)
    Run.objects.filter(pk=run.pk).update(next_at=datetime(2026, 1, 1, tzinfo=UTC))
    runs.advance(run.pk)


def expire(run: Run, behind: Behind) -> None:
    """AWS lets every request end that waits, and a worker looks."""
    for peering in behind.cloud.rows("ec2", "vpc_peering"):
        if peering["Status"]["Code"] == "pending-acceptance":
            peering["Status"]["Code"] = "expired"
    advance(run)


@pytest.fixture
def expired(opened: CustomerAction, waiting: Run, behind: Behind) -> Iterator[CustomerAction]:
    with later(opened, days=7, minutes=1):
        expire(waiting, behind)
        opened.refresh_from_db()
        yield opened


def mails(subject: str) -> set[str]:
    return set(OutboxMessage.objects.filter(subject__startswith=subject).values_list("recipient", flat=True))


def requests(behind: Behind) -> list[str]:
    return [row["Status"]["Code"] for row in behind.cloud.rows("ec2", "vpc_peering")]


def test_it_is_open_for_seven_days(opened: CustomerAction) -> None:
    assert opened.due_at is not None
    assert abs(opened.due_at - opened.opened_at - timedelta(days=7)) < timedelta(seconds=30)
    assert opened.remind_at == opened.opened_at + timedelta(days=3)
    assert AuditEvent.objects.filter(action="customer_action.opened", subject_id=opened.pk).count() == 1


def test_the_reminders_of_day_three_and_six_reach_who_can_act(opened: CustomerAction) -> None:
    contact, viewer = people.contact(opened.customer), people.viewer(opened.customer)
    with later(opened, days=2, hours=23):
        assert reminders.remind_of_due() == 0
    with later(opened, days=3, minutes=1):
        assert (reminders.remind_of_due(), reminders.remind_of_due()) == (1, 0)
    with later(opened, days=6, minutes=1):
        assert (reminders.remind_of_due(), reminders.remind_of_due()) == (1, 0)

    told = OutboxMessage.objects.filter(subject__startswith="Reminder: accept the peering request")
    assert [message.recipient for message in told] == [contact.email, contact.email]
    assert viewer.email not in mails("Reminder")
    assert f"/actions/{opened.pk}/" in told[0].text
    assert "without logging in" in told[0].text
    assert list(opened.reminders.values_list("stage", "to", "people")) == [
        (1, "customer", [str(contact)]),
        (2, "customer", [str(contact)]),
    ]


def test_after_the_last_reminder_the_account_manager_is_told_instead(opened: CustomerAction) -> None:
    people.contact(opened.customer)
    for hours in (3 * 24, 6 * 24, 6 * 24 + 12):
        with later(opened, hours=hours, minutes=1):
            assert reminders.remind_of_due() == 1
    with later(opened, days=6, hours=23):
        assert reminders.remind_of_due() == 0

    manager = opened.onboarding.account_manager
    assert mails(f"{opened.customer} has not acted") == {manager.email}
    assert [reminder.to for reminder in opened.reminders.all()] == ["customer", "customer", "account_manager"]


def test_an_accepted_request_reminds_nobody(opened: CustomerAction, waiting: Run, behind: Behind) -> None:
    contact = people.contact(opened.customer)
    behind.cloud.accept()
    steering.look_again(waiting, by=None)
    advance(waiting)
    with later(opened, days=6, minutes=1):
        assert reminders.remind_of_due() == 0

    opened.refresh_from_db()
    assert opened.state == "done"
    assert contact.email not in mails("Reminder")


def test_day_seven_and_a_minute_ends_it_and_says_so(opened: CustomerAction, waiting: Run, behind: Behind) -> None:
    contact = people.contact(opened.customer)
    with later(opened, days=7, minutes=1):
        expire(waiting, behind)
        opened.refresh_from_db()

        assert opened.state == "expired"
        assert mails("The time ran out") == {contact.email, opened.onboarding.account_manager.email}
        html = pages.page(contact, "action", opened.pk)
        assert "Send a new request" in html
        assert reminders.remind_of_due() == 0


def test_whoever_looks_late_finds_it_ended_by_its_own_clock(
    opened: CustomerAction, waiting: Run, behind: Behind
) -> None:
    """AWS still shows the request as waiting: our own deadline ends it."""
    with later(opened, days=7, minutes=1):
        advance(waiting)

    opened.refresh_from_db()
    assert opened.state == "expired"


def test_a_rejected_request_says_so_to_whoever_can_have_it_sent_anew(
    opened: CustomerAction, waiting: Run, behind: Behind
) -> None:
    contact = people.contact(opened.customer)
    for peering in behind.cloud.rows("ec2", "vpc_peering"):
        peering["Status"]["Code"] = "rejected"
    advance(waiting)
    opened.refresh_from_db()

    assert opened.state == "rejected"
    assert mails("Rejected: accept the peering request") == {contact.email, opened.onboarding.account_manager.email}
    html = pages.page(contact, "action", opened.pk)
    assert "It was rejected" in html
    assert "Send a new request" in html
    assert "No longer asked for" not in html


def test_what_ended_is_reminded_of_until_a_new_request_is_sent(
    expired: CustomerAction, waiting: Run, behind: Behind
) -> None:
    contact = people.contact(expired.customer)
    with later(expired, days=12):
        assert (reminders.remind_of_due(), reminders.remind_of_due()) == (1, 0)
        assert mails("No new request was sent yet") == {contact.email}
        acts.ask_again(the_one("peering_acceptance"), by=contact)
        advance(waiting)
    with later(expired, days=14):
        reminders.remind_of_due()

    expired.refresh_from_db()
    assert (expired.reminders_told, expired.remind_at) == (1, None)


def test_after_the_last_reminder_of_an_end_the_account_manager_is_told(expired: CustomerAction) -> None:
    people.contact(expired.customer)
    for days in (12, 16, 20, 24, 28):
        with later(expired, days=days):
            assert reminders.remind_of_due() == 1

    manager = expired.onboarding.account_manager
    assert mails(f"{expired.customer} has not acted") == {manager.email}
    assert OutboxMessage.objects.filter(text__contains="No new request was sent since").count() == 1


@pytest.mark.parametrize("state", [RunState.CANCELLED, RunState.PAUSED])
def test_nobody_is_reminded_of_an_end_that_nobody_can_mend(expired: CustomerAction, waiting: Run, state: str) -> None:
    people.contact(expired.customer)
    Run.objects.filter(pk=waiting.pk).update(state=state)
    with later(expired, days=12):
        assert reminders.remind_of_due() == 0

    expired.refresh_from_db()
    assert (expired.remind_at is None) == (state == RunState.CANCELLED)


def test_where_the_account_manager_has_left_the_administrators_are_told(opened: CustomerAction) -> None:
    administrator, manager = people.administrator(), opened.onboarding.account_manager
    User.objects.filter(pk=manager.pk).update(is_active=False)
    with later(opened, days=3, minutes=1):
        assert reminders.remind_of_due() == 1

    assert administrator.email in mails(f"{opened.customer} has not acted")
    assert manager.email not in mails(f"{opened.customer} has not acted")
    assert str(administrator) in opened.reminders.get().people
    assert str(manager) not in opened.reminders.get().people


def test_two_people_at_once_get_one_new_request(expired: CustomerAction, waiting: Run, behind: Behind) -> None:
    first, second = people.contact(expired.customer), people.customer_administrator(expired.customer)

    found = outcomes([lambda: acts.ask_again(expired, by=first), lambda: acts.ask_again(expired, by=second)])
    acts.ask_again(expired, by=first)
    advance(waiting)

    assert all(isinstance(one, CustomerAction) for one in found), found
    assert sorted(requests(behind)) == ["expired", "pending-acceptance"]
    assert AuditEvent.objects.filter(action="customer_action.asked_again").count() == 1
    assert AuditEvent.objects.filter(action="run.asked_again").count() == 1


def test_the_new_request_follows_the_old_one_which_stays_in_the_history(
    expired: CustomerAction,
    waiting: Run,
    behind: Behind,
) -> None:
    contact = people.contact(expired.customer)
    acts.ask_again(expired, by=contact)
    advance(waiting)

    new = the_one("peering_acceptance")
    assert (new.number, new.state, new.previous, new.reminders_told) == (2, "open", expired, 0)
    assert new.due_at is not None
    assert new.due_at > clock.now() + timedelta(days=6, hours=23)
    assert [one.pk for one in selectors.earlier(contact, new)] == [expired.pk]
    html = pages.page(contact, "action", new.pk)
    assert reverse("action", args=[expired.pk]) in html
    assert "Earlier requests" in html
    old = pages.page(contact, "action", expired.pk)
    assert reverse("action", args=[new.pk]) in old
    assert f"{contact} had a new request sent" in old
    assert "Choose this once somebody" not in old


def test_an_engineer_may_have_it_sent_too(expired: CustomerAction, waiting: Run, behind: Behind) -> None:
    acts.ask_again(expired, by=people.engineer())
    advance(waiting)

    assert sorted(requests(behind)) == ["expired", "pending-acceptance"]


def test_an_engineer_who_retried_the_run_was_first(expired: CustomerAction, waiting: Run, behind: Behind) -> None:
    steering.retry(waiting, by=people.engineer())
    advance(waiting)

    found = acts.ask_again(expired, by=people.contact(expired.customer))

    assert found.asked_again_at is None
    assert sorted(requests(behind)) == ["expired", "pending-acceptance"]


def test_nobody_else_has_it_sent(expired: CustomerAction) -> None:
    for person in (
        people.viewer(expired.customer),
        people.auditor(),
        people.account_manager(),
        people.contact(people.customer()),
    ):
        with pytest.raises(Forbidden):
            acts.ask_again(expired, by=person)


def test_an_open_request_is_not_sent_a_second_time(opened: CustomerAction) -> None:
    with pytest.raises(Conflict):
        acts.ask_again(opened, by=people.contact(opened.customer))
