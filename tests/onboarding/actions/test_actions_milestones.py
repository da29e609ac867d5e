"""Each milestone of a Direct Connect line is asked for by itself, with reminders of its own."""

from datetime import timedelta

import pytest

from environments.models import Environment, Run
from environments.services import milestones, runs
from onboarding.actions.models import CustomerAction
from onboarding.actions.services import reminders
from portal.core import clock
from portal.outbox.models import OutboxMessage
from tests.environments.conftest import Behind
from tests.factories import environments, people
from tests.factories.actions import onboard

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def line(behind: Behind) -> Environment:
    made = environments.environment(data_centre="direct_connect")
    behind.stand_for(made)
    onboard(made)
    return made


@pytest.fixture
def waiting(line: Environment, behind: Behind) -> Run:
    """A run that has waited for the order of the line for 13 days, and that nobody was reminded of since."""
    run = environments.run_of(line, "direct_connect")
    runs.advance(run.pk)
    began = clock.now() - timedelta(days=13)
    run.steps.update(waiting_since=began)
    CustomerAction.objects.update(opened_at=began, remind_at=None, reminders_told=4)
    return run


def reach(line: Environment, key: str, run: Run, behind: Behind) -> None:
    contact = people.contact(line.customer)
    milestones.record(line, key, done_on=clock.now().date(), evidence="dxcon-1", by=contact)
    behind.let_time_pass(run)
    runs.advance(run.pk)


def test_a_recorded_milestone_ends_its_action_and_the_next_begins_its_own_days(
    line: Environment, waiting: Run, behind: Behind
) -> None:
    contact = people.contact(line.customer)
    reach(line, "ordered", waiting, behind)

    first, second = CustomerAction.objects.order_by("pk")
    assert (first.state, first.ended_because) == ("done", "Recorded: Line ordered.")
    assert (second.state, second.reminders_told) == ("open", 0)
    assert second.title == "Get the Direct Connect line done: Letter of authorisation received"
    assert second.remind_at is not None
    assert second.remind_at > clock.now() + timedelta(days=1)
    assert reminders.remind_of_due() == 0
    told = OutboxMessage.objects.filter(recipient=contact.email, subject__contains="Letter of authorisation")
    assert told.count() == 1


def test_a_milestone_that_is_taken_back_is_asked_for_anew(line: Environment, waiting: Run, behind: Behind) -> None:
    reach(line, "ordered", waiting, behind)
    milestones.take_back(line, "ordered", by=people.contact(line.customer))
    behind.let_time_pass(waiting)
    runs.advance(waiting.pk)

    rows = CustomerAction.objects.order_by("pk").values_list("subject", "number", "state")
    assert [(subject.rpartition(":")[2], number, state) for subject, number, state in rows] == [
        ("ordered", 1, "done"),
        ("letter_of_authorisation", 1, "withdrawn"),
        ("ordered", 2, "open"),
    ]
