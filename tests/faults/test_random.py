"""Random days, each worse than any real one: crashes before and after calls and commits, lost answers, throttling, errors,
reads that lag. Each ends in one of each resource. A seed that fails is tried again by its number; the threads of a run draw in
their own order, so it may take several tries. Every tenth is over a whole environment, the others over three capabilities with
all that these require.

    FAULT_SEEDS=10000 python3 manage.py test tests/faults/test_random.py      many more of them
    FAULT_SEEDS=4711:4712 python3 manage.py test tests/faults/test_random.py  one again
"""

import os
import random
from functools import cache

import pytest

from environments.provisioning import graph
from environments.provisioning.ports import Failure
from environments.provisioning.step import Step
from environments.provisioning.steps import STEPS
from tests.fakes.cloud import Cloud, Crash, refuse
from tests.fakes.engine import FakeRun, spec
from tests.fakes.specifications import VARIANTS

IN_ONE = 20
"""Seeds in one test: a test each would take longer to collect than to run."""

CHANCE = 0.02
"""Of a fault at each moment. A run over a whole environment has some five hundred of them."""

_FAULTS = {
    "before": ("crash", "lost", "throttled", "error"),
    "after": ("crash", "lost"),
    "read": ("crash", "throttled"),
    "commit": ("crash",),
}


def _seeds() -> range:
    given = os.environ.get("FAULT_SEEDS", "1000")
    first, _, last = given.rpartition(":")
    return range(int(first or 0), int(last))


def _happen(fault: str) -> None:
    if fault == "crash":
        raise Crash
    failure = Failure.RETRYABLE if fault == "throttled" else Failure.UNKNOWN
    raise refuse(
        failure, {"throttled": "RequestLimitExceeded", "error": "InternalError"}.get(fault, "ReadTimeoutError")
    )


@cache
def _undisturbed(variant: str, keys: frozenset[str]) -> dict[str, int]:
    run = FakeRun(Cloud(spec(**VARIANTS[variant])), planned=True, program=_program(variant, keys))
    assert run.run().state == "finished"
    return run.cloud.counts()


def _program(variant: str, keys: frozenset[str]) -> tuple[Step, ...]:
    """Return these steps with all that they require, directly or not, in their order."""
    wanted = set(keys)
    for step in reversed(STEPS):
        if step.key in wanted:
            wanted |= set(step.requires)
    return graph.needed([step for step in STEPS if step.key in wanted], spec(**VARIANTS[variant]))


@pytest.mark.parametrize("first", range(_seeds().start, _seeds().stop, IN_ONE))
def test_random_faults_end_in_one_of_each(first: int):
    for seed in range(first, min(first + IN_ONE, _seeds().stop)):
        _survive(seed)


def _survive(seed: int) -> None:
    chance = random.Random(seed)
    variant = chance.choice(sorted(VARIANTS))
    applying = [step.key for step in graph.needed(STEPS, spec(**VARIANTS[variant]))]
    keys = frozenset(applying if seed % 10 == 0 else chance.sample(applying, 3))
    cloud = Cloud(spec(**VARIANTS[variant]), stale_reads=chance.choice((0, 0, 1, 5)))
    run = FakeRun(cloud, planned=True, program=_program(variant, keys))

    def perhaps(moment: str) -> None:
        if chance.random() < CHANCE:
            _happen(chance.choice(_FAULTS[moment]))

    run.cloud.before = lambda operation: perhaps("before")
    run.cloud.after = lambda operation: perhaps("after")
    run.cloud.before_read = lambda operation: perhaps("read")
    run.journal.at_commit = lambda at: perhaps("commit")
    outcome = run.run(most=2000)
    while outcome.state == "failed":  # more than the eight failures in a row after which a person is asked
        run.reopen()
        outcome = run.run(most=2000)
    assert outcome.state == "finished", f"seed {seed}: {run.states()}"
    assert run.cloud.counts() == _undisturbed(variant, keys), f"seed {seed}"


def test_every_variant_has_its_own_steps():
    needed = {name: graph.needed(STEPS, spec(**changes)) for name, changes in VARIANTS.items()}
    assert len(set(needed.values())) > 1
