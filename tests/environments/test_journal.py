"""The journal: durable intents, commits in groups, and the fence of the epoch."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from unittest import mock

import pytest
from django.db import DatabaseError

from environments.models import AwsCall, Run
from environments.provisioning.ports import LeaseLost, Progress
from environments.services import journal, runs
from environments.services.journal import RunJournal
from environments.states import CallOutcome, StepState
from tests.factories import environments

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@pytest.fixture
def run(behind):
    made = environments.environment()
    behind.stand_for(made)
    return environments.run(made)


@pytest.fixture
def lease(run):
    return runs.lease_of(runs.claim(run.pk))


def _call(lease, operation="create_bucket", changes=True):
    return AwsCall(
        customer_id=lease.customer_id,
        run_id=lease.run_id,
        step="log_bucket",
        epoch=lease.epoch,
        service="s3",
        operation=operation,
        account_id="222222222222",
        region="eu-west-1",
        changes=changes,
        started_at=NOW,
        outcome=CallOutcome.OK,
    )


def test_intent_is_there_when_intend_returns(lease):
    call = _call(lease)
    RunJournal(lease).intend(call)
    assert AwsCall.objects.get(pk=call.pk).outcome == CallOutcome.INTENT


def test_outcome_follows_its_intent(lease):
    spoken = RunJournal(lease)
    call = _call(lease)
    spoken.intend(call)
    call.outcome, call.request_id = CallOutcome.OK, "req-1"
    spoken.answered(call)
    spoken.flush()
    assert AwsCall.objects.filter(outcome=CallOutcome.OK, request_id="req-1").count() == 1


def test_many_threads_share_their_commits(lease):
    spoken = RunJournal(lease)
    with mock.patch.object(journal, "_write", side_effect=journal._write) as write, ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda number: spoken.intend(_call(lease)), range(64)))
    assert AwsCall.objects.count() == 64
    assert write.call_count < 48


def test_every_word_prolongs_the_lease(lease):
    before = Run.objects.get(pk=lease.run_id).lease_until
    spoken = RunJournal(lease)
    spoken.beat()
    spoken.flush()
    assert Run.objects.get(pk=lease.run_id).lease_until > before


def test_lost_lease_is_told_to_whoever_speaks_and_nothing_is_written(lease):
    spoken = RunJournal(lease)
    Run.objects.filter(pk=lease.run_id).update(epoch=lease.epoch + 1)
    with pytest.raises(LeaseLost):
        spoken.intend(_call(lease))
    with pytest.raises(LeaseLost):
        spoken.progress(Progress("log_bucket", StepState.READY, 0, NOW))
    assert not AwsCall.objects.exists()


def test_old_and_new_owner_in_one_commit_are_told_apart(lease):
    Run.objects.filter(pk=lease.run_id).update(epoch=lease.epoch + 1)
    newer = journal.Lease(lease.run_id, lease.customer_id, lease.environment_id, lease.epoch + 1)
    entries = [journal.Entry(lease, _call(lease).save), journal.Entry(newer, _call(newer).save)]
    journal._commit(entries)
    with pytest.raises(LeaseLost):
        entries[0].durable.result(0)
    assert entries[1].durable.result(0) is None
    assert AwsCall.objects.get().epoch == newer.epoch


def test_entry_that_cannot_be_written_does_not_hold_up_the_others(lease):
    def refuse():
        raise TypeError("not JSON")

    entries = [journal.Entry(lease, refuse), journal.Entry(lease, _call(lease).save)]
    journal._commit(entries)
    with pytest.raises(TypeError):
        entries[0].durable.result(0)
    assert entries[1].durable.result(0) is None


def test_database_that_is_away_for_a_moment_is_waited_for(lease):
    tries = []

    def away_at_first():
        tries.append(1)
        if len(tries) < 4:
            raise DatabaseError("the server closed the connection")

    entry = journal.Entry(lease, away_at_first)
    journal._commit([entry])
    assert entry.durable.result(0) is None


def test_journal_that_cannot_be_written_stops_the_work(lease):
    spoken = RunJournal(lease)
    call = _call(lease)
    call.epoch = None
    with pytest.raises(LeaseLost):
        spoken.intend(call)
    with pytest.raises(LeaseLost):
        spoken.beat()


def test_writer_ends_when_nothing_comes_and_starts_again(lease):
    writer = journal.Writer()
    with mock.patch.object(journal, "_IDLE_SECONDS", 0.05):
        for _ in range(2):
            entry = journal.Entry(lease, lambda: None)
            writer.put(entry)
            assert entry.durable.result(5) is None
            thread = writer._thread
            if thread:
                thread.join(5)
            assert writer._thread is None


def test_wait_keeps_its_sentence_while_it_is_looked_at_again(run, lease):
    spoken = RunJournal(lease)
    waits = Progress(
        "customer_access",
        StepState.WAITING,
        0,
        NOW,
        waits_on="customer",
        reason="Create the role",
        waiting_since=NOW,
        next_at=NOW,
    )
    spoken.progress(waits)
    spoken.progress(Progress("customer_access", StepState.RUNNING, 0, NOW))
    spoken.flush()
    step = run.steps.get(key="customer_access")
    assert (step.state, step.reason, step.waiting_since) == (StepState.WAITING, "Create the role", NOW)
