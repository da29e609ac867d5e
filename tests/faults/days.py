"""A random day, worse than any real one: crashes before and after calls and commits, lost answers, throttling, errors, reads
that lag. Its seed says all of it, so that it can be had again.

Every tenth day is over a whole environment, the others over three capabilities with all that these require. On some, the same
is run once more when it stands, and on some all is taken away again.
"""

import random
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import blake2b, sha256
from typing import TypeVar
from unittest.mock import patch

from environments.provisioning import collection, graph
from environments.provisioning.ports import Failure
from environments.provisioning.step import Step
from environments.provisioning.steps import STEPS
from tests.fakes.cloud import Cloud, Crash, refuse
from tests.fakes.engine import FakeRun, spec
from tests.fakes.specifications import VARIANTS
from tests.fakes.turns import RunInTurns

CHANCE = 0.02
"""Of a fault at each moment. A run over a whole environment has some five hundred of them."""

_ABANDONED, _AWAY, _AGAIN = 0.2, 0.4, 0.6
"""A day whose draw is below the first is given up midway and all taken away; below the second, that is done when it stands; and
below the third, the same is run once more."""

_MOMENTS = 12
"""Calls and commits that a step takes on average, with the faults."""

_MOST_RETRIES = 50
"""Of a person, in one run: far more than chance asks for."""

_FAULTS = {
    "before": ("crash", "lost", "throttled", "error"),
    "after": ("crash", "lost"),
    "read": ("crash", "throttled"),
    "commit": ("crash",),
}

Given = TypeVar("Given")


def _happen(fault: str) -> None:
    if fault == "crash":
        raise Crash
    failure = Failure.RETRYABLE if fault == "throttled" else Failure.UNKNOWN
    raise refuse(
        failure, {"throttled": "RequestLimitExceeded", "error": "InternalError"}.get(fault, "ReadTimeoutError")
    )


class GivenUp(BaseException):
    """A person gives the day up here."""


class Draws:
    """Chance that depends on nothing but the seed, what is drawn for, and how often that was drawn before. So what one step
    meets is the same, whatever happens to the others."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._drawn: Counter[tuple[str, ...]] = Counter()

    def draw(self, *of: str) -> float:
        """Return a number from 0 up to 1."""
        self._drawn[of] += 1
        told = blake2b(f"{self._seed} {of} {self._drawn[of]}".encode(), digest_size=8)
        return int.from_bytes(told.digest()) / 2**64

    def one_of(self, choices: Sequence[Given], *of: str) -> Given:
        return choices[int(self.draw(*of) * len(choices))]

    def some_of(self, choices: Iterable[str], count: int, *of: str) -> list[str]:
        return sorted(choices, key=lambda choice: self.draw(*of, choice))[:count]


class Day:
    """The day of one seed. `log` holds each call and commit with its step, and the fault that it met."""

    def __init__(self, seed: int, chance: float = CHANCE) -> None:
        self.seed, self.chance = seed, chance
        self.draws = Draws(seed)
        self.log: list[tuple[str, str, str, str]] = []
        self.variant = self.draws.one_of(sorted(VARIANTS), "variant")
        applying = [step.key for step in graph.needed(STEPS, spec(**VARIANTS[self.variant]))]
        self.keys = frozenset(applying if seed % 10 == 0 else self.draws.some_of(applying, 3, "step"))
        self.program = program(self.variant, self.keys)
        stale_reads = self.draws.one_of((0, 0, 1, 5), "stale reads")
        self.cloud = Cloud(spec(**VARIANTS[self.variant]), stale_reads=stale_reads)
        self._gives_up_at = -1

    def live(self) -> None:
        """Raises `AssertionError` where it does not end in one of each, or in nothing of what was to go."""
        random.seed(self.seed)  # the engine's own: how long it waits before it tries again
        with patch.object(collection, "_MOST_AT_ONCE", 1):  # a step's parallel calls have their place in the order too
            self._live()

    def _live(self) -> None:
        end = self.draws.draw("end")
        if end < _ABANDONED:
            self._gives_up_at = int(self.draws.draw("given up") * _MOMENTS * len(self.program))
        run = RunInTurns(self.cloud, planned=True, program=self.program)
        try:
            self._run(run)
        except GivenUp:
            return self._take_away_what_may_stand(run)
        finally:
            self._gives_up_at = -1
        assert self.cloud.counts() == undisturbed(self.variant, self.keys), self
        if end < _AWAY:
            self._take_away(outputs_of(run))
        elif end < _AGAIN:
            self._live_again(outputs_of(run))

    def _take_away_what_may_stand(self, given_up: RunInTurns) -> None:
        self.cloud.show_all()
        away = graph.tear_down(STEPS, self.cloud.spec, given_up.journal.touched())
        self._run(RunInTurns(self.cloud, program=away, outputs=outputs_of(given_up)))
        remaining = undisturbed(self.variant, self.keys, taken_away=True)
        left = {kind: count for kind, count in self.cloud.counts().items() if count > remaining.get(kind, 0)}
        assert not left, f"{self}: {left}"

    def _live_again(self, outputs: dict[str, dict[str, object]]) -> None:
        self.cloud.show_all()
        made = list(self.cloud.changes)
        self._run(RunInTurns(self.cloud, program=self.program, outputs=outputs))
        assert self.cloud.changes == made, self
        assert self.cloud.counts() == undisturbed(self.variant, self.keys), self

    def _take_away(self, outputs: dict[str, dict[str, object]]) -> None:
        self.cloud.show_all()
        away = graph.tear_down(STEPS, self.cloud.spec, {step.key for step in self.program})
        self._run(RunInTurns(self.cloud, program=away, outputs=outputs))
        assert self.cloud.counts() == undisturbed(self.variant, self.keys, taken_away=True), self

    def _run(self, run: RunInTurns) -> RunInTurns:
        run.order = lambda step: self.draws.draw("turn", step)
        self.cloud.before = lambda operation: self._perhaps("before", run.turns.step, operation)
        self.cloud.after = lambda operation: self._perhaps("after", run.turns.step, operation)
        self.cloud.before_read = lambda operation: self._perhaps("read", run.turns.step, operation)
        run.journal.at_commit = lambda moment: self._perhaps("commit", run.journal.committing, moment)
        outcome = run.run(most=2000)
        for _ in range(_MOST_RETRIES):  # of what failed more often in a row than the engine tries by itself
            if outcome.state != "failed":
                break
            run.reopen()
            outcome = run.run(most=2000)
        assert outcome.state == "finished", f"{self}: {run.states()}"
        return run

    def _perhaps(self, moment: str, step: str, operation: str) -> None:
        drawn = self.draws.draw(moment, step, operation) / self.chance
        fault = _FAULTS[moment][int(drawn * len(_FAULTS[moment]))] if drawn < 1 else ""
        self.log.append((step, moment, operation, fault))
        if len(self.log) == self._gives_up_at:
            raise GivenUp
        if fault:
            _happen(fault)

    def digest(self) -> str:
        """Return what tells two days apart: every call and commit, in order, with the fault that it met."""
        return sha256(repr(self.log).encode()).hexdigest()

    def __str__(self) -> str:
        return f"seed {self.seed}"


def program(variant: str, keys: frozenset[str]) -> tuple[Step, ...]:
    """Return these steps with all that they require, directly or not, in their order."""
    wanted = set(keys)
    for step in reversed(STEPS):
        if step.key in wanted:
            wanted |= set(step.requires)
    return graph.needed([step for step in STEPS if step.key in wanted], spec(**VARIANTS[variant]))


@cache
def undisturbed(variant: str, keys: frozenset[str], *, taken_away: bool = False) -> dict[str, int]:
    """Return what stands after a day without faults."""
    of = spec(**VARIANTS[variant])
    run = FakeRun(Cloud(of), planned=True, program=program(variant, keys))
    assert run.run().state == "finished"
    if taken_away:
        standing = {step.key for step in run.steps}
        run = FakeRun(run.cloud, program=graph.tear_down(STEPS, of, standing), outputs=outputs_of(run))
        assert run.run().state == "finished", run.states()
    return run.cloud.counts()


def outputs_of(run: FakeRun) -> dict[str, dict[str, object]]:
    return {key: dict(record.outputs) for key, record in run.journal.records.items()}
