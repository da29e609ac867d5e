"""While a run is paused, or stopped as a whole, nobody would see what the customer does: so nobody is reminded of it."""

from datetime import timedelta

import pytest
import time_machine

from environments.models import Environment, Run
from environments.services import steering
from environments.states import RunState, StepState
from onboarding.actions import ladders, selectors
from onboarding.actions.models import CustomerAction
from onboarding.actions.services import acts, reminders
from onboarding.models import Onboarding
from portal.core import clock
from portal.core.errors import Conflict
from portal.outbox.models import OutboxMessage
from tests.environments import pages
from tests.factories import onboardings as factory
from tests.factories import people
from tests.factories.actions import follow_all, the_one

pytestmark = pytest.mark.django_db


@pytest.fixture
def production() -> Environment:
    onboarding: Onboarding = factory.approved(factory.onboarding())
    return onboarding.environments.select_related("customer", "aws_account").get(kind="production")


@pytest.fixture
def run(production: Environment) -> Run:
    return pages.waiting(production)


@pytest.fixture(params=["paused", "stopped as a whole"])
def held(run: Run, request: pytest.FixtureRequest) -> CustomerAction:
    """A peering request that waits in a run at which nobody works."""
    follow_all()
    if request.param == "paused":
        steering.pause(run, by=people.engineer())
    else:
        Run.objects.filter(pk=run.pk).update(state=RunState.FAILED, error={"code": "defect", "message": "It stopped."})
    return the_one("peering_acceptance")


def mails(subject: str) -> set[str]:
    return set(OutboxMessage.objects.filter(subject__startswith=subject).values_list("recipient", flat=True))


def go_on(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(state=RunState.WAITING, error={})


def test_nobody_is_reminded_or_asked_while_it_is_held(held: CustomerAction) -> None:
    contact = people.contact(held.customer)
    with time_machine.travel(held.opened_at + timedelta(days=3, minutes=1)):
        assert reminders.remind_of_due() == 0

    assert not selectors.asked(contact).exists()
    assert not mails("Reminder")


def test_the_ladder_goes_on_with_the_run(held: CustomerAction, run: Run) -> None:
    contact = people.contact(held.customer)
    with time_machine.travel(held.opened_at + timedelta(days=4)):
        reminders.remind_of_due()
        go_on(run)
    with time_machine.travel(held.opened_at + timedelta(days=4, minutes=16)):
        assert reminders.remind_of_due() == 1
        assert contact.email in mails("Reminder")


def test_what_was_not_said_meanwhile_is_not_made_up_for_at_once(held: CustomerAction, run: Run) -> None:
    people.contact(held.customer)
    with time_machine.travel(held.opened_at + timedelta(days=6, hours=8)):
        reminders.remind_of_due()
        go_on(run)
    with time_machine.travel(held.opened_at + timedelta(days=6, hours=9)) as traveller:
        assert (reminders.remind_of_due(), reminders.remind_of_due()) == (1, 0)
        held.refresh_from_db()
        assert held.due_at is not None
        assert held.remind_at is not None
        assert clock.now() + timedelta(hours=7) < held.remind_at < held.due_at
        traveller.shift(timedelta(hours=8))
        assert reminders.remind_of_due() == 1


def test_working_days_are_counted_anew_after_it() -> None:
    friday = clock.now().replace(year=2026, month=11, day=27, hour=10, minute=0, second=0, microsecond=0)

    assert ladders.USUAL.later(1, friday, "UTC", due_at=None) == friday + timedelta(days=5)


def test_looking_now_is_not_offered_and_refused_in_words(held: CustomerAction) -> None:
    contact = people.contact(held.customer)
    html = pages.page(contact, "action", held.pk)

    assert "Check now" not in html
    assert "Nobody looks at this moment" in html
    assert "You have done your part" not in html
    with pytest.raises(Conflict, match="stands still"):
        acts.look_now(held, by=contact)


def test_aws_lets_a_request_end_whatever_the_run_does(held: CustomerAction) -> None:
    contact = people.contact(held.customer)
    with time_machine.travel(held.opened_at + timedelta(days=7, minutes=10)):
        assert reminders.follow_lost_news() == 1
        held.refresh_from_db()
        assert held.state == "expired"
        assert "while the run stood still" in held.ended_because
        assert mails("The time ran out") >= {contact.email, held.onboarding.account_manager.email}
        assert reminders.follow_lost_news() == 0


def test_a_request_that_ended_meanwhile_is_one_and_not_two(held: CustomerAction, run: Run) -> None:
    with time_machine.travel(held.opened_at + timedelta(days=7, minutes=10)):
        reminders.follow_lost_news()
        go_on(run)
        follow_all()
        error = {"code": "peering_expired", "message": "Nobody accepted."}
        run.steps.filter(key="peering_acceptance").update(state=StepState.FAILED, error=error)
        follow_all()

        assert [row.state for row in CustomerAction.objects.filter(kind="peering_acceptance")] == ["expired"]
        held.refresh_from_db()
        assert acts.may_ask_again(the_one("peering_acceptance"))


def test_a_stopped_route_of_a_paused_run_is_not_asked_for(production: Environment) -> None:
    run = pages.started(production)
    error = {"code": "route_taken", "message": "Route table rtb-1 sends it elsewhere.", "remedy": "Ask."}
    pages.at(run, "customer_routes", StepState.FAILED, RunState.PAUSED, error=error, finished_at=clock.now())
    follow_all()

    assert not selectors.asked(people.contact(production.customer)).exists()
    assert not selectors.is_asked(the_one("customer_routes"))
