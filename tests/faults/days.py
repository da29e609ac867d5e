"""A random day, worse than any real one: crashes before and after calls and commits, lost answers, throttling, errors, reads
that lag. Its seed says all of it, so that it can be had again.

Every tenth day is over a whole environment, the others over three capabilities with all that these require. On some, the same
is run once more when it stands; on some all is taken away and made again, or given up midway and taken away.
"""

import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b, sha256
from typing import Any, TypeVar

from environments.provisioning import graph
from environments.provisioning.attempt import READY
from environments.provisioning.ports import Failure
from environments.provisioning.removal import Removal
from environments.provisioning.specification import Spec
from environments.provisioning.step import Step
from environments.provisioning.steps import STEPS
from tests.fakes.cloud import Cloud, Crash, refuse
from tests.fakes.engine import FakeRun, spec
from tests.fakes.specifications import VARIANTS
from tests.fakes.turns import RunInPlace, RunInTurns

CHANCE = 0.02
"""Of a fault at each moment. A run over a whole environment has some five hundred of them."""

_GIVEN_UP, _AWAY, _AGAIN = 0.2, 0.4, 0.6
"""A day whose draw is below the first is given up midway and all taken away; below the second, all is taken away when it stands
and then made again; below the third, the same is run once more."""

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


class Place:
    """A cloud, and what is known of it from the runs so far, as the portal knows it."""

    def __init__(self, of: Spec, *, stale_reads: int = 0) -> None:
        self.cloud = Cloud(of, stale_reads=stale_reads)
        self.outputs: dict[str, Mapping[str, Any]] = {}

    def note(self, run: FakeRun) -> None:
        for step in run.steps:
            self.outputs.pop(step.key, None)
            record = run.journal.records.get(step.key)
            if record and record.state == READY and not isinstance(step, Removal):
                self.outputs[step.key] = record.outputs

    def do(self, program: Sequence[Step]) -> None:
        """Do it without faults."""
        run = RunInPlace(self.cloud, program=program, outputs=self.outputs)
        assert run.run().state == "finished", run.states()
        self.note(run)


class Day:
    """The day of one seed. `log` holds each call and commit with its step, and the fault that it met."""

    def __init__(self, seed: int, chance: float = CHANCE) -> None:
        self.seed, self.chance = seed, chance
        self.draws = Draws(seed)
        self.log: list[tuple[str, str, str, str]] = []
        variant = self.draws.one_of(sorted(VARIANTS), "variant")
        self.spec = spec(**VARIANTS[variant])
        applying = [step.key for step in graph.needed(STEPS, self.spec)]
        self.keys = applying if seed % 10 == 0 else self.draws.some_of(applying, 3, "step")
        self.program = program(self.spec, self.keys)
        self.place = Place(self.spec, stale_reads=self.draws.one_of((0, 0, 1, 5), "stale reads"))
        self.calm = Place(self.spec)
        self._gives_up_at = -1

    def live(self) -> None:
        """Raises `AssertionError` where it does not end in one of each, or in nothing of what was to go."""
        random.seed(self.seed)  # the engine's own: how long it waits before it tries again
        end = self.draws.draw("end")
        if end < _GIVEN_UP:
            self._gives_up_at = int(self.draws.draw("given up") * _MOMENTS * len(self.program))
        built = self._run(planned=True, program=self.program)
        try:
            self._end(built)
        except GivenUp:
            self._take_away_what_may_stand(built)
            return
        self._gives_up_at = -1
        self._compare(self.program)
        if end < _AWAY:
            self._take_away()
        elif end < _AGAIN:
            self._do_again()

    def _take_away_what_may_stand(self, given_up: RunInTurns) -> None:
        self.place.note(given_up)
        self._end(self._run(program=self._away(given_up.journal.touched())))
        self.calm.do(self.program)
        self.calm.do(self._away(self._all))
        remaining = self.calm.cloud.counts()
        left = {kind: count for kind, count in self.place.cloud.counts().items() if count > remaining.get(kind, 0)}
        assert not left, f"{self}: {left}"

    def _take_away(self) -> None:
        """Take everything away, then make it again."""
        for program in (self._away(self._all), self.program):
            self._end(self._run(program=program))
            self._compare(program)

    def _do_again(self) -> None:
        made, counts = list(self.place.cloud.changes), self.place.cloud.counts()
        self._end(self._run(program=self.program))
        assert self.place.cloud.changes == made, self
        assert self.place.cloud.counts() == counts, self

    @property
    def _all(self) -> set[str]:
        return {step.key for step in self.program}

    def _away(self, standing: set[str]) -> tuple[Step, ...]:
        return graph.tear_down(STEPS, self.spec, standing)

    def _compare(self, program: Sequence[Step]) -> None:
        """It has come to the same as on a day without faults."""
        self.calm.do(program)
        assert self.place.cloud.counts() == self.calm.cloud.counts(), self

    def _run(self, **given: Any) -> RunInTurns:
        """Return a run of this day. What was done before it was long ago."""
        cloud = self.place.cloud
        cloud.show_all()
        run = RunInTurns(cloud, outputs=self.place.outputs, **given)
        run.order = lambda step: self.draws.draw("turn", step)
        cloud.before = lambda operation: self._perhaps("before", run.turns.step, operation)
        cloud.after = lambda operation: self._perhaps("after", run.turns.step, operation)
        cloud.before_read = lambda operation: self._perhaps("read", run.turns.step, operation)
        run.journal.at_commit = lambda moment: self._perhaps("commit", run.journal.committing, moment)
        return run

    def _end(self, run: RunInTurns) -> None:
        outcome = run.run(retries=True, most=2000)
        for _ in range(_MOST_RETRIES):  # of what failed more often in a row than the engine tries by itself
            if outcome.state != "failed":
                break
            run.reopen()
            outcome = run.run(retries=True, most=2000)
        assert outcome.state == "finished", f"{self}: {run.states()}"
        self.place.note(run)

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


def program(of: Spec, keys: Iterable[str]) -> tuple[Step, ...]:
    """Return these steps with all that they require, directly or not, in their order."""
    wanted = set(keys)
    for step in reversed(STEPS):
        if step.key in wanted:
            wanted |= set(step.requires)
    return graph.needed([step for step in STEPS if step.key in wanted], of)
