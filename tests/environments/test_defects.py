"""What nobody foresaw: it stops a run or a plan with a sentence, once, and never comes back by itself."""

import pytest
from django.db import OperationalError

from environments.models import Environment, Plan, Run, Specification
from environments.services import plans, runs, steering
from environments.signals import environment_changed
from environments.states import PlanState, RunState
from portal.audit.models import AuditEvent
from portal.outbox.models import OutboxMessage
from tests.environments.pages import page
from tests.factories import environments, people

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def production(behind):
    made = environments.environment()
    behind.stand_for(made)
    return made


@pytest.fixture
def listener():
    """Something that listens to news of environments and fails; give it an error to fail with."""
    fails_with: list[Exception] = []

    def hear(**_: object) -> None:
        if fails_with:
            raise fails_with[0]

    environment_changed.connect(hear, sender=Environment, dispatch_uid="test")
    yield fails_with
    environment_changed.disconnect(sender=Environment, dispatch_uid="test")


def broken(environment: Environment) -> Specification:
    """The environment's specification loses a part that everything asks for."""
    specification = environment.specifications.get()
    whole = specification.content
    specification.content = {key: value for key, value in whole.items() if key != "customer"}
    specification.save(update_fields=["content"])
    specification.content = whole
    return specification


def advance(run: Run) -> Run:
    runs.advance(run.pk)
    run.refresh_from_db()
    return run


def test_run_of_a_broken_specification_stops_with_a_sentence(production):
    engineer, run = people.engineer(), environments.run(production)
    broken(production)

    advance(run)

    assert (run.state, run.lease_until, run.lease_owner) == (RunState.FAILED, None, "")
    assert run.error["message"] == "The portal met something that it was not written for (KeyError)."
    assert "worker's log" in run.error["remedy"]
    [event] = AuditEvent.objects.filter(action="run.failed")
    assert (event.actor, event.before) == (None, {"state": "running"})
    assert event.after == {"state": "failed", "stopped": {"run": run.error["message"]}}
    [message] = OutboxMessage.objects.filter(key__startswith="stopped:", recipient=engineer.email)
    assert "KeyError" in message.text


def test_run_that_stopped_as_a_whole_is_left_to_people(production):
    run = environments.run(production)
    broken(production)
    advance(run)

    assert runs.sweep() == 0
    assert advance(run).epoch == 1
    assert AuditEvent.objects.filter(action="run.failed").count() == 1


def test_run_that_stopped_as_a_whole_goes_on_when_the_cause_is_mended(production, behind):
    run = environments.run(production)
    specification = broken(production)
    advance(run)
    specification.save(update_fields=["content"])

    steering.retry(run, by=people.engineer())

    assert advance(run).state == RunState.WAITING
    assert run.error == {}


def test_defect_at_the_end_of_an_advance_stops_the_run_and_keeps_what_was_made(production, behind, listener):
    run = environments.run(production)
    listener.append(ValueError("a text that may hold anything"))

    advance(run)

    assert run.state == RunState.FAILED
    assert "ValueError" in run.error["message"]
    assert "anything" not in str(run.error)
    assert run.steps.get(key="peering_request").state == "ready"

    listener.clear()
    steering.retry(run, by=people.engineer())
    made = len(behind.cloud.changes)
    assert advance(run).state == RunState.WAITING
    assert len(behind.cloud.changes) == made


def test_database_that_is_away_stops_nothing_for_good(production, listener):
    """The lease ends, and the sweep has another worker go on."""
    run = environments.run(production)
    listener.append(OperationalError("the database is away"))

    with pytest.raises(OperationalError):
        runs.advance(run.pk)

    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.RUNNING, {})
    assert run.lease_until


def test_run_that_was_taken_away_meanwhile_is_not_stopped(production, listener):
    run = environments.run(production)
    claimed = runs.claim(run.pk)
    steering.pause(run, by=people.engineer())

    runs._stop(claimed, runs.lease_of(claimed), KeyError("late"))

    run.refresh_from_db()
    assert (run.state, run.error) == (RunState.PAUSED, {})


def test_plan_of_a_broken_specification_is_blocked_with_a_sentence(production):
    plan = plans.request(production, by=people.engineer())
    broken(production)

    plans.compute(plan.pk)

    plan.refresh_from_db()
    assert plan.state == PlanState.BLOCKED
    [finding] = plan.findings
    assert finding["reason"] == "The portal met something that it was not written for (KeyError)."
    assert AuditEvent.objects.filter(action="plan.computed").count() == 1
    assert "The plan as a whole" in page(people.engineer(), "plan", plan.pk)
    assert not Plan.objects.filter(state=PlanState.REQUESTED).exists()


def test_page_of_a_run_that_stopped_as_a_whole_says_so_and_starts_it_again(production):
    run = environments.run(production)
    broken(production)
    advance(run)

    html = page(people.engineer(), "run", run.pk)

    assert "The portal met something that it was not written for (KeyError)." in html
    assert "Start again" in html
    assert "Start again" not in page(people.auditor(), "run", run.pk)
