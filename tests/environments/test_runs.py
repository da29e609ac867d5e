"""Runs on the database, with the cloud in memory: what is kept, who may steer, and who holds a run."""

from datetime import datetime, timedelta

import pytest
from django.db.models import F

from environments.models import AwsCall, Resource, Run
from environments.provisioning.ports import Failure
from environments.services import runs, steering
from environments.states import CallOutcome, RunState, StepState
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.core.errors import Conflict, Forbidden
from portal.outbox.models import OutboxMessage
from tests.at_once import on_its_own_connection
from tests.factories import environments, people
from tests.fakes.cloud import Crash, refuse
from tests.fakes.engine import nth

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def production(behind):
    made = environments.environment()
    behind.stand_for(made)
    return made


def _advance(run: Run) -> Run:
    runs.advance(run.pk)
    run.refresh_from_db()
    return run


def _step(run: Run, key: str):
    return run.steps.get(key=key)


def _finish(run: Run, behind) -> Run:
    _advance(run)
    behind.cloud.accept()
    steering.look_again(run, by=people.engineer())
    return _advance(run)


def _nothing_new_began(run: Run, behind, since: datetime) -> None:
    """What was under way may end: whatever was sent was intended before this moment."""
    intended = AwsCall.objects.filter(run=run, changes=True)
    assert not intended.filter(started_at__gt=since).exists()
    assert len(behind.cloud.changes) <= intended.count()


def test_run_waits_for_the_customer_then_finishes(production, behind):
    run = _advance(environments.run(production))
    assert run.state == RunState.WAITING
    assert _step(run, "peering_acceptance").waits_on == "customer"
    behind.cloud.accept()
    steering.look_again(run, by=people.engineer())
    assert _advance(run).state == RunState.FINISHED
    assert run.finished_at
    assert set(run.steps.values_list("state", flat=True)) == {StepState.READY}
    assert behind.cloud.counts()["ec2 vpc_peering"] == 1


def test_resources_are_on_record(production, behind):
    run = _finish(environments.run(production), behind)
    kinds = sorted(Resource.objects.filter(environment=run.environment).values_list("kind", flat=True))
    assert kinds.count("route") == 4
    assert kinds.count("s3_bucket") == 2
    assert kinds.count("vpc_peering") == 1
    assert {"hosted_zone", "dns_record", "cloudtrail", "iam_role"} <= set(kinds)


def test_every_call_is_in_the_journal_and_holds_no_body(production, behind):
    run = _finish(environments.run(production), behind)
    changes = AwsCall.objects.filter(run=run, changes=True)
    assert sorted(f"{call.service}.{call.operation}" for call in changes) == sorted(behind.cloud.changes)
    assert set(changes.values_list("outcome", flat=True)) == {CallOutcome.OK}
    assert AwsCall.objects.filter(run=run, changes=False).exists()
    assert "external" not in str(list(AwsCall.objects.values()))


def test_intent_is_durable_before_the_call_is_sent(production, behind):
    run = environments.run(production)
    found = []

    def look(operation):
        intent = AwsCall.objects.filter(run=run, operation=operation.split(".")[1])
        found.append(on_its_own_connection(intent.exists))

    behind.cloud.before = look
    _advance(run)
    assert found
    assert all(found)


def test_lost_answer_stays_unknown_and_nothing_is_made_twice(production, behind, settings):
    settings.AWS_SETTLE = timedelta(seconds=0.5)
    run = environments.run(production)

    def lose():
        raise refuse(Failure.UNKNOWN, "ReadTimeoutError")

    behind.cloud.after = nth(1, lose)
    _finish(run, behind)
    assert AwsCall.objects.filter(run=run, outcome=CallOutcome.INTENT).count() == 1
    assert run.state == RunState.FINISHED
    assert len(behind.cloud.rows("ec2", "vpc_peering")) == 1


def test_lost_answer_of_a_cancelled_run_is_settled_by_the_next_one(production, behind, settings):
    settings.AWS_SETTLE = timedelta(seconds=2)
    cancelled = environments.run(production)
    sent = AwsCall(
        customer=production.customer,
        run=cancelled,
        step="peering_request",
        epoch=1,
        service="ec2",
        operation="create_vpc_peering_connection",
        account_id="111111111111",
        region="eu-west-1",
        changes=True,
        outcome=CallOutcome.INTENT,
        started_at=clock.now(),
    )
    sent.save()
    steering.cancel(cancelled, by=people.engineer())
    following = _advance(environments.run(production))
    [made] = AwsCall.objects.filter(run=following, operation=sent.operation)
    assert made.started_at >= sent.started_at + settings.AWS_SETTLE


def test_worker_that_dies_is_replaced_after_its_lease(production, behind, settings):
    settings.RUN_LEASE = timedelta(seconds=1)
    settings.AWS_SETTLE = timedelta(seconds=0.5)
    run = environments.run(production)

    def crash():
        raise Crash

    behind.cloud.after = nth(3, crash)
    with pytest.raises(Crash):
        runs.advance(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.RUNNING
    assert runs.claim(run.pk) is None, "the lease still holds"
    # What is left of the worker in this process may not speak any more, as if it had been killed.
    Run.objects.filter(pk=run.pk).update(epoch=F("epoch") + 1, lease_until=clock.now() - timedelta(seconds=1))
    _finish(run, behind)
    assert run.state == RunState.FINISHED
    assert len(behind.cloud.rows("ec2", "vpc_peering")) == 1


def test_only_one_worker_claims(production):
    run = environments.run(production)
    assert runs.claim(run.pk)
    assert runs.claim(run.pk) is None


def test_run_that_is_not_due_is_not_claimed(production):
    run = environments.run(production)
    Run.objects.filter(pk=run.pk).update(next_at=clock.now() + timedelta(minutes=1))
    assert runs.claim(run.pk) is None


def test_new_run_can_be_claimed_in_the_same_moment(production):
    for _ in range(20):
        run = environments.run(production)
        assert runs.claim(run.pk)
        steering.cancel(run, by=people.engineer())


def test_worker_whose_run_went_to_another_writes_nothing_more(production, behind):
    run = environments.run(production)

    def another_worker_takes_it():
        Run.objects.filter(pk=run.pk).update(epoch=99)
        taken_at.append(clock.now())

    taken_at = []
    behind.cloud.after = nth(2, lambda: on_its_own_connection(another_worker_takes_it))
    runs.advance(run.pk)
    run.refresh_from_db()
    assert (run.state, run.epoch) == (RunState.RUNNING, 99)
    _nothing_new_began(run, behind, taken_at[0])
    assert not run.steps.filter(key="audit_trail", state=StepState.READY).exists()


def test_failed_step_stops_only_what_needs_it_and_retry_goes_on_there(production, behind):
    run = environments.run(production)

    def deny(operation):
        if operation == "s3.put_bucket_policy":
            raise refuse(Failure.DENIED, "AccessDenied", operation)

    behind.cloud.before = deny
    _finish(run, behind)
    assert run.state == RunState.FAILED
    failed = _step(run, "audit_bucket")
    assert (failed.state, failed.error["code"]) == (StepState.FAILED, "AccessDenied")
    assert failed.error["remedy"]
    assert _step(run, "audit_trail").state == StepState.PENDING
    assert AuditEvent.objects.filter(action="run.failed").exists()

    behind.cloud.before = lambda operation: None
    behind.cloud.changes.clear()
    steering.retry(run, by=people.engineer())
    assert _advance(run).state == RunState.FINISHED
    assert set(behind.cloud.changes) == {
        "s3.put_bucket_policy",
        "cloudtrail.create_trail",
        "cloudtrail.start_logging",
    }


def test_rejected_peering_is_requested_anew_on_retry(production, behind):
    run = _advance(environments.run(production))
    behind.cloud.end_peerings("rejected")
    steering.look_again(run, by=people.engineer())
    assert _advance(run).state == RunState.FAILED
    steering.retry(run, by=people.engineer(), step_key="peering_acceptance")
    assert _advance(run).state == RunState.WAITING
    assert behind.cloud.counts()["ec2 vpc_peering"] == 1
    assert len(behind.cloud.rows("ec2", "vpc_peering")) == 2


def test_retry_without_a_stopped_step_is_refused(production):
    run = _advance(environments.run(production))
    with pytest.raises(Conflict):
        steering.retry(run, by=people.engineer())


def test_look_again_on_a_finished_run_is_refused(production, behind):
    run = _finish(environments.run(production), behind)
    with pytest.raises(Conflict):
        steering.look_again(run, by=people.engineer())


def test_cancelled_run_makes_no_more_calls(production, behind):
    run = _advance(environments.run(production))
    steering.cancel(run, by=people.engineer())
    behind.cloud.accept()
    behind.cloud.changes.clear()
    assert _advance(run).state == RunState.CANCELLED
    assert behind.cloud.changes == []


def test_run_cancelled_while_a_worker_has_it_stops_between_two_calls(production, behind):
    run = environments.run(production)
    behind.cloud.after = nth(2, lambda: on_its_own_connection(lambda: steering.cancel(run, by=people.engineer())))
    runs.advance(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    _nothing_new_began(run, behind, run.finished_at)


@pytest.mark.parametrize("act", [steering.retry, steering.cancel])
def test_only_engineers_steer_a_run(production, act):
    run = _advance(environments.run(production))
    for person in (people.account_manager(), people.auditor(), people.customer_administrator(run.customer)):
        with pytest.raises(Forbidden):
            act(run, by=person)


def test_viewer_does_not_have_it_looked_at_again(production):
    run = _advance(environments.run(production))
    with pytest.raises(Forbidden):
        steering.look_again(run, by=people.viewer(run.customer))


def test_account_is_proven_by_the_run(production):
    _advance(environments.run(production))
    production.aws_account.refresh_from_db()
    assert production.aws_account.verified_at


def test_customer_is_told_once_what_waits_for_them(production):
    contributor = people.contact(production.customer)
    people.viewer(production.customer)
    run = _advance(environments.run(production))
    for _ in range(3):
        steering.look_again(run, by=people.engineer())
        _advance(run)
    (message,) = OutboxMessage.objects.filter(key__startswith="waits:")
    assert message.recipient == contributor.email
    assert "Accept the VPC peering" in message.text


def test_engineers_are_told_once_that_a_run_stopped(production, behind):
    engineer = people.engineer()
    behind.cloud.role_requires_external_id = False
    run = Run.objects.get(pk=_approved_in_spite_of(production, behind).pk)
    assert _advance(run).state == RunState.FAILED
    messages = OutboxMessage.objects.filter(key__startswith="stopped:", recipient=engineer.email)
    assert messages.count() == 1
    assert "sts:ExternalId" in messages[0].text


def _approved_in_spite_of(production, behind) -> Run:
    behind.cloud.role_requires_external_id = True
    run = environments.run(production)
    behind.cloud.role_requires_external_id = False
    return run


def test_sweep_finds_what_is_due_and_nobody_works_on(production):
    assert runs.sweep() == 0
    run = environments.run(production)
    assert runs.sweep() == 1
    runs.claim(run.pk)
    assert runs.sweep() == 0
    Run.objects.filter(pk=run.pk).update(lease_until=clock.now() - timedelta(seconds=1))
    assert runs.sweep() == 1


def test_sweep_finds_plans_that_nobody_computed(production, settings):
    settings.RUN_SWEEP = timedelta(0)
    from environments.services import plans

    plans.request(production, by=people.engineer())
    assert runs.sweep() == 1
