"""What people do to a run that is under way, above all: hold it and let it go on."""

from datetime import timedelta

import pytest

from environments.models import AwsCall, Run
from environments.provisioning.ports import Failure
from environments.services import runs, steering
from environments.states import RunState, StepState
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.core.errors import Conflict, Forbidden, Invalid
from tests.at_once import on_its_own_connection
from tests.factories import environments, people
from tests.fakes.cloud import refuse
from tests.fakes.engine import nth

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def production(behind):
    made = environments.environment()
    behind.stand_for(made)
    return made


def advance(run: Run) -> Run:
    runs.advance(run.pk)
    run.refresh_from_db()
    return run


def finish(run: Run, behind) -> Run:
    """Let it go on until it waits for the customer, who then accepts."""
    assert advance(run).state == RunState.WAITING
    behind.cloud.accept()
    steering.look_again(run, by=people.engineer())
    return advance(run)


def paused(run: Run, note: str = "") -> Run:
    steering.pause(run, by=people.engineer(), note=note)
    run.refresh_from_db()
    return run


def undisturbed(behind) -> dict[str, int]:
    """How many resources of each kind a run makes that nobody stops."""
    made = environments.environment()
    behind.stand_for(made)
    assert finish(environments.run(made), behind).state == RunState.FINISHED
    return behind.cloud.counts()


def test_a_paused_run_says_who_held_it_when_and_why(production):
    engineer, run = people.engineer(), environments.run(production)

    steering.pause(run, by=engineer, note="  The customer\nmoves its DNS ")

    run.refresh_from_db()
    assert (run.state, run.paused_by, run.pause_note) == (RunState.PAUSED, engineer, "The customer moves its DNS")
    assert clock.now() - run.paused_at < timedelta(minutes=1)
    event = AuditEvent.objects.get(action="run.paused")
    assert (event.actor, event.before, event.after) == (
        engineer,
        {"state": "queued"},
        {"state": "paused", "note": "The customer moves its DNS"},
    )


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.RUNNING, RunState.WAITING])
def test_whatever_is_under_way_can_be_paused(production, state):
    run = environments.run(production)
    Run.objects.filter(pk=run.pk).update(state=state)

    assert paused(run).state == RunState.PAUSED


@pytest.mark.parametrize("state", [RunState.PAUSED, RunState.FAILED, RunState.CANCELLED, RunState.FINISHED])
def test_nothing_else_can_be_paused(production, state):
    run = environments.run(production)
    Run.objects.filter(pk=run.pk).update(state=state)

    with pytest.raises(Conflict, match=f"it is {state}"):
        steering.pause(run, by=people.engineer())
    run.refresh_from_db()
    assert (run.state, run.paused_at) == (state, None)


def test_the_reason_is_no_novel(production):
    run = environments.run(production)

    with pytest.raises(Invalid) as refused:
        steering.pause(run, by=people.engineer(), note="x" * 501)
    assert [problem.pointer for problem in refused.value.problems] == ["note"]
    assert paused(run, "x" * 500).pause_note == "x" * 500


@pytest.mark.parametrize("moment", [1, 8])
def test_worker_under_way_stops_before_its_next_changing_call_and_resume_finishes_with_one_of_each(
    production, behind, settings, moment
):
    settings.AWS_SETTLE = timedelta(seconds=0.5)
    expected = undisturbed(behind)
    behind.stand_for(production)
    run = environments.run(production)
    behind.cloud.after = nth(moment, lambda: on_its_own_connection(lambda: paused(run)))

    runs.advance(run.pk)

    run.refresh_from_db()
    assert (run.state, run.lease_until, run.lease_owner) == (RunState.PAUSED, None, "")
    intended = AwsCall.objects.filter(run=run, changes=True)
    assert not intended.filter(started_at__gt=run.paused_at).exists()
    assert len(behind.cloud.changes) <= intended.count(), "only what was intended before was still sent"

    behind.cloud.after = lambda operation: None
    steering.resume(run, by=people.engineer())
    assert finish(run, behind).state == RunState.FINISHED
    assert behind.cloud.counts() == expected


def test_nobody_works_on_a_paused_run(production, behind):
    run = paused(environments.run(production))
    Run.objects.filter(pk=run.pk).update(next_at=clock.now() - timedelta(days=1))
    behind.cloud.reads.clear()

    assert runs.sweep() == 0
    assert runs.claim(run.pk) is None
    assert advance(run).state == RunState.PAUSED
    assert (behind.cloud.changes, behind.cloud.reads) == ([], [])


def test_worker_that_lost_a_paused_run_cannot_write_after_it_was_resumed(production, behind):
    """Resumed before the worker of before noticed: its lease is of an earlier epoch, so another worker goes on alone."""
    run = environments.run(production)
    engineer, taken_at = people.engineer(), []

    def pause_and_go_on():
        steering.pause(run, by=engineer)
        steering.resume(run, by=engineer)
        assert runs.claim(run.pk)
        taken_at.append(clock.now())

    behind.cloud.after = nth(2, lambda: on_its_own_connection(pause_and_go_on))
    runs.advance(run.pk)

    run.refresh_from_db()
    assert (run.state, run.epoch) == (RunState.RUNNING, 2)
    assert not AwsCall.objects.filter(run=run, epoch=1, changes=True, started_at__gt=taken_at[0]).exists()
    assert not run.steps.filter(key="audit_trail", state=StepState.READY).exists()


def test_a_resumed_run_is_queued_and_looks_at_once_at_what_waits(production, behind):
    engineer = people.engineer()
    run = paused(advance(environments.run(production)), "Lunch")
    behind.cloud.accept()

    steering.resume(run, by=engineer)

    run.refresh_from_db()
    assert (run.state, run.paused_at, run.paused_by, run.pause_note) == (RunState.QUEUED, None, None, "")
    event = AuditEvent.objects.get(action="run.resumed")
    assert (event.actor, event.before["state"], event.after) == (engineer, "paused", {"state": "queued"})
    assert advance(run).state == RunState.FINISHED


@pytest.mark.parametrize("state", [state for state in RunState if state != RunState.PAUSED])
def test_only_a_paused_run_is_resumed(production, state):
    run = environments.run(production)
    Run.objects.filter(pk=run.pk).update(state=state)

    with pytest.raises(Conflict):
        steering.resume(run, by=people.engineer())


def test_a_paused_run_can_be_cancelled(production, behind):
    run = paused(environments.run(production))

    steering.cancel(run, by=people.engineer())

    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert run.finished_at
    assert environments.run(production).state == RunState.QUEUED, "the environment is free for the next"


def test_a_paused_run_is_still_the_one_of_its_environment(production):
    paused(environments.run(production))

    with pytest.raises(Conflict, match="under way"):
        environments.run(production)


@pytest.mark.parametrize("act", [steering.retry, steering.look_again])
def test_a_paused_run_is_resumed_before_anything_else_is_done_to_it(production, act):
    run = environments.run(production)
    run.steps.filter(key="log_bucket").update(state=StepState.FAILED, error={"message": "Stopped"})
    paused(run)

    with pytest.raises(Conflict, match="This run is paused") as refused:
        act(run, by=people.engineer())
    assert "resumed first" in refused.value.remedy
    assert run.steps.get(key="log_bucket").state == StepState.FAILED


def test_a_step_that_stopped_is_retried_after_the_pause(production, behind):
    run = environments.run(production)

    def deny(operation):
        if operation == "s3.put_bucket_policy":
            raise refuse(Failure.DENIED, "AccessDenied", operation)

    behind.cloud.before = deny
    advance(run)
    behind.cloud.before = lambda operation: None
    paused(run)
    steering.resume(run, by=people.engineer())
    assert advance(run).state == RunState.WAITING

    steering.retry(run, by=people.engineer(), step_key="audit_bucket")

    assert finish(run, behind).state == RunState.FINISHED


@pytest.mark.parametrize("act", [steering.pause, steering.resume])
def test_only_engineers_pause_and_resume(production, act):
    run = environments.run(production)
    if act == steering.resume:
        paused(run)
    for person in (people.account_manager(), people.auditor(), people.customer_administrator(run.customer)):
        with pytest.raises(Forbidden):
            act(run, by=person)
