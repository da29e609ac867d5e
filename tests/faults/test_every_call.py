"""The worker dies, or an answer is lost, at every single call and commit of every capability; each case ends unaided in one of
each resource.

Enumerated, not sampled: the cases are made from the calls and commits that an undisturbed run of the step makes, on a cloud in
which all that it requires stands already. Time is not real, so it is quick.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest

from environments.provisioning import graph
from environments.provisioning.attempt import StepRecord
from environments.provisioning.ports import Failure
from environments.provisioning.specification import Spec
from environments.provisioning.step import Step
from environments.provisioning.steps import BY_KEY, STEPS
from tests.fakes.cloud import Cloud, Crash, refuse
from tests.fakes.engine import FakeRun, nth, spec
from tests.fakes.specifications import VARIANTS
from tests.fakes.turns import RunInPlace

STALE = (0, 1, 5)


def _crash() -> None:
    raise Crash


def _lose_the_answer() -> None:
    raise refuse(Failure.UNKNOWN, "ReadTimeoutError", "a call")


def _break_down() -> None:
    raise refuse(Failure.UNKNOWN, "InternalError", "a call")


def _throttle() -> None:
    raise refuse(Failure.RETRYABLE, "RequestLimitExceeded", "a call")


ACTS: dict[str, tuple[str, Callable[[], None]]] = {
    "dies before": ("before", _crash),
    "dies after": ("after", _crash),
    "answer lost after": ("after", _lose_the_answer),
    "answer lost before": ("before", _lose_the_answer),
    "5xx": ("before", _break_down),
    "throttled": ("before", _throttle),
}


@dataclass(frozen=True)
class Stage:
    """A cloud in which all that one step requires stands, and what an undisturbed run of the step did on it."""

    step: Step
    spec: Spec
    cloud: Cloud
    records: dict[str, StepRecord]
    changes: int = 0
    reads: int = 0
    commits: int = 0
    whole: dict[str, int] = field(default_factory=dict)

    def run(self, *, stale: int = 0, planned: bool = False) -> FakeRun:
        """Return a run that has only this step left."""
        cloud = self.cloud.copy()
        cloud.stale_reads = stale
        run = RunInPlace(cloud, program=_closure(self.step, self.spec))
        run.journal.records = dict(self.records)
        if planned:
            run.journal.records[self.step.key] = StepRecord(untouched=True)
        return run


def _closure(step: Step, of: Spec) -> tuple[Step, ...]:
    """Return the step with all that it requires, directly or not, in their order."""
    wanted = {step.key}
    for other in reversed(STEPS):
        if other.key in wanted:
            wanted |= set(other.requires)
    return graph.needed([other for other in STEPS if other.key in wanted], of)


@cache
def _stage(key: str, variant: str) -> Stage:
    step, of = BY_KEY[key], spec(**VARIANTS[variant])
    before = RunInPlace(Cloud(of), program=[other for other in _closure(step, of) if other is not step])
    assert before.run().state == "finished"
    stage = Stage(step, of, before.cloud, dict(before.journal.records))
    undisturbed = stage.run()
    commits: list[str] = []
    undisturbed.journal.at_commit = commits.append
    assert undisturbed.run().state == "finished", undisturbed.states()
    cloud = undisturbed.cloud
    return Stage(
        step,
        of,
        before.cloud,
        stage.records,
        len(cloud.changes),
        len(cloud.reads),
        commits.count("before"),
        cloud.counts(),
    )


def _stages() -> Iterator[tuple[str, str]]:
    """Yield each step with the first variant of the answers in which it applies."""
    for step in STEPS:
        applying = (name for name, changes in VARIANTS.items() if step.applies(spec(**changes)))
        variant = next(applying, None)
        if variant is not None:
            yield step.key, variant


STAGES = dict(_stages())


def _cases(count: Callable[[Stage], int]) -> list[Any]:
    return [
        pytest.param(key, number, id=f"{key}-{number}")
        for key, variant in STAGES.items()
        for number in range(1, count(_stage(key, variant)) + 1)
    ]


def test_every_capability_is_among_them():
    assert set(STAGES) == set(BY_KEY)


@pytest.mark.parametrize("stale", STALE)
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize(("key", "call"), _cases(lambda stage: stage.changes))
def test_every_change_that_goes_wrong_ends_in_one_of_each(key, call, act, stale):
    stage = _stage(key, STAGES[key])
    run = stage.run(stale=stale, planned=True)
    moment, interfere = ACTS[act]
    setattr(run.cloud, moment, nth(call, interfere))
    _ends_whole(run, stage)


@pytest.mark.parametrize("stale", STALE)
@pytest.mark.parametrize(("key", "call"), _cases(lambda stage: stage.reads))
def test_dying_at_every_read_ends_in_one_of_each(key, call, stale):
    stage = _stage(key, STAGES[key])
    run = stage.run(stale=stale)
    run.cloud.before_read = nth(call, _crash)
    _ends_whole(run, stage)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(("key", "commit"), _cases(lambda stage: stage.commits))
def test_dying_at_every_commit_ends_in_one_of_each(key, commit, moment):
    stage = _stage(key, STAGES[key])
    run = stage.run(planned=True)
    counted = nth(commit, _crash)
    run.journal.at_commit = lambda at: counted(at) if at == moment else None
    _ends_whole(run, stage)


def _ends_whole(run: FakeRun, stage: Stage) -> None:
    outcome = run.run()
    failed = {key: run.last(key).error for key, state in run.states().items() if state == "failed"}
    assert not failed
    assert outcome.state == "finished"
    assert run.cloud.counts() == stage.whole
