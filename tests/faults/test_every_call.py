"""The worker dies, or an answer is lost, at every single call of a run; each case ends unaided in one of each resource.

Enumerated, not sampled: the cases are made from the calls that an undisturbed run makes. Time is not real, so it is quick.
"""

import random

import pytest

from environments.provisioning.ports import Failure
from tests.fakes.aws import Cloud, Crash, refuse
from tests.fakes.engine import WHOLE, FakeRun, nth, spec

STALE = (0, 1, 5)


def _crash() -> None:
    raise Crash


def _lose_the_answer() -> None:
    raise refuse(Failure.UNKNOWN, "ReadTimeoutError", "a call")


def _throttle() -> None:
    raise refuse(Failure.RETRYABLE, "RequestLimitExceeded", "a call")


def _undisturbed() -> Cloud:
    cloud = Cloud(spec())
    assert FakeRun(cloud).run().state == "finished"
    return cloud


CHANGES = len(_undisturbed().changes)
READS = len(_undisturbed().reads)
ACTS = {
    "dies before": ("before", _crash),
    "dies after": ("after", _crash),
    "answer lost after": ("after", _lose_the_answer),
    "answer lost before": ("before", _lose_the_answer),
    "throttled": ("before", _throttle),
}


@pytest.mark.parametrize("stale", STALE)
@pytest.mark.parametrize("call", range(1, CHANGES + 1))
@pytest.mark.parametrize("act", ACTS)
def test_every_change_that_goes_wrong_ends_in_one_of_each(act, call, stale):
    run = FakeRun(Cloud(spec(), stale_reads=stale))
    moment, interfere = ACTS[act]
    setattr(run.cloud, moment, nth(call, interfere))
    _ends_whole(run)


@pytest.mark.parametrize("stale", STALE)
@pytest.mark.parametrize("call", range(1, READS + 1))
def test_dying_at_every_read_ends_in_one_of_each(call, stale):
    run = FakeRun(Cloud(spec(), stale_reads=stale))
    run.cloud.before_read = nth(call, _crash)
    _ends_whole(run)


@pytest.mark.parametrize("seed", range(200))
def test_random_faults_end_in_one_of_each(seed):
    """Twice as many faults as a bad day has; a seed that fails is replayed by its number."""
    chance = random.Random(seed)
    run = FakeRun(Cloud(spec(), stale_reads=chance.choice(STALE)))

    def interfere(operation: str) -> None:
        if chance.random() < 0.15:
            chance.choice((_crash, _lose_the_answer, _throttle))()

    def interfere_after(operation: str) -> None:
        if chance.random() < 0.15:
            chance.choice((_crash, _lose_the_answer))()

    run.cloud.before, run.cloud.after = interfere, interfere_after
    _ends_whole(run, tolerant=True)


def _ends_whole(run: FakeRun, *, tolerant: bool = False) -> None:
    outcome = run.run()
    if tolerant and outcome.state == "failed":
        run.cloud.before = run.cloud.after = lambda operation: None
        run.reopen()
        outcome = run.run()
    failed = {key: run.last(key).error for key, state in run.states().items() if state == "failed"}
    assert not failed
    assert outcome.state == "finished"
    assert run.cloud.counts() == WHOLE
    assert len(run.cloud.state["peerings"]) == 1
