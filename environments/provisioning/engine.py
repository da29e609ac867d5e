"""The engine: advance a run until it waits or ends.

All steps whose requirements are met go at once, each on a thread. Whatever a step finds is kept in the journal; the journal is
fenced, so that an engine whose lease went to another worker stops at its next word.

The wall time of a run is its critical path: a step starts in the moment its last requirement is ready. Of what stood before
and is as it was, not even that: it is looked at ahead (`foresight`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from environments.provisioning import foresight, graph
from environments.provisioning.attempt import PENDING, READY, RUNNING, WAITING, Attempt, StepRecord
from environments.provisioning.foresight import Foresight, Outputs, Seen
from environments.provisioning.ports import Journal, Progress
from environments.provisioning.step import AWS, Context, Step

_LINGER = timedelta(seconds=3)
"""A wait on AWS shorter than this is sat out, which is cheaper than handing the run back."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an advance ended: `state` is finished, waiting or failed; `next_at` when to look again, where it waits."""

    state: str
    next_at: datetime | None = None


class Engine:
    """One advance of one run. `known`: what each step gave when it was last ready, in an earlier run."""

    def __init__(
        self,
        steps: Sequence[Step],
        records: Mapping[str, StepRecord],
        *,
        context: Callable[[str, Outputs, datetime], Context],
        journal: Journal,
        clock: Callable[[], datetime],
        settle: timedelta,
        threads: int = 16,
        known: Outputs | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.steps = tuple(steps)
        self.records = {step.key: records.get(step.key, StepRecord()) for step in steps}
        self.context = context
        self.journal = journal
        self.clock = clock
        self.settle = settle
        self.threads = threads
        self.sleep = sleep
        self.foresight = Foresight(self.steps, known or {})
        self.under_way: dict[Future[Progress], Attempt] = {}
        self.looking: dict[Future[Seen | None], str] = {}

    def advance(self) -> Outcome:
        """Run what can run until nothing can. Raises `LeaseLost` as soon as the journal says so."""
        with ThreadPoolExecutor(self.threads, thread_name_prefix="step") as pool:
            try:
                while self._start(pool) or self._linger():
                    self._collect()
                self.journal.flush()
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
        return self._outcome()

    def _start(self, pool: ThreadPoolExecutor) -> bool:
        """Start every step that may start, then look ahead at others; return whether any is under way."""
        while proven := self.foresight.proven(self.records):
            for seen in proven:
                self._take(seen)
        now = self.clock()
        for step in self._due(now):
            attempt = Attempt(step, self.records[step.key], clock=self.clock, settle=self.settle)
            self.records[step.key] = replace(attempt.record, state=RUNNING)
            self.journal.progress(Progress(step.key, RUNNING, attempt.record.attempt, now))
            self.under_way[pool.submit(self._work, attempt)] = attempt
        for step, given in self.foresight.worth(self.records):
            self.looking[pool.submit(self._look_ahead, step, given)] = step.key
        return bool(self.under_way or self.looking)

    def _due(self, now: datetime) -> list[Step]:
        ready = {key for key, record in self.records.items() if record.state == READY}
        busy = {attempt.step.key for attempt in self.under_way.values()} | set(self.looking.values())
        return [step for step in graph.startable(self.steps, ready) if step.key not in busy and self._is_due(step, now)]

    def _is_due(self, step: Step, now: datetime) -> bool:
        record = self.records[step.key]
        if record.state == WAITING:
            return record.next_at is None or record.next_at <= now
        return record.state in (PENDING, RUNNING)

    def _work(self, attempt: Attempt) -> Progress:
        return attempt.run(self._context(attempt.step))

    def _look_ahead(self, step: Step, given: Outputs) -> Seen | None:
        return foresight.look(step, self._context(step, given), given)

    def _context(self, step: Step, given: Outputs | None = None) -> Context:
        ready = {key: record.outputs for key, record in self.records.items() if record.state == READY}
        return self.context(step.key, {**(given or {}), **ready}, self.clock())

    def _linger(self) -> bool:
        """Sit out a short wait; return whether there was one."""
        next_at = self._next_at(AWS)
        if next_at is None or next_at - self.clock() > _LINGER:
            return False
        self.journal.beat()
        self.sleep(max(0.0, min(0.25, (next_at - self.clock()).total_seconds())))
        return True

    def _collect(self) -> None:
        if not (self.under_way or self.looking):
            return
        going: list[Future[Any]] = [*self.under_way, *self.looking]
        done, _ = wait(going, timeout=self._patience(), return_when=FIRST_COMPLETED)
        if not done:
            self.journal.beat()
        for looked in [future for future in self.looking if future in done]:
            del self.looking[looked]
            if seen := looked.result():
                self.foresight.note(seen)
        for worked in [future for future in self.under_way if future in done]:
            self._settle(self.under_way.pop(worked), worked.result())

    def _settle(self, attempt: Attempt, progress: Progress) -> None:
        self.records[attempt.step.key] = attempt.record
        if attempt.changed:
            self.foresight.changed(attempt.step.key)
        self.journal.progress(progress)

    def _take(self, seen: Seen) -> None:
        """A step whose turn has come was seen ahead."""
        attempt = Attempt(seen.step, self.records[seen.step.key], clock=self.clock, settle=self.settle)
        self._settle(attempt, attempt.seen(seen.ready))

    def _patience(self) -> float:
        """Return for how many seconds nothing but a call that ends needs attention: until the next look, 1 at most."""
        next_at = self._next_at()
        return max(0.0, min(1.0, (next_at - self.clock()).total_seconds())) if next_at else 1.0

    def _next_at(self, owner: str = "") -> datetime | None:
        """When the next step that waits (on this owner) is to be looked at; None where none does."""
        waiting = [record for record in self.records.values() if record.state == WAITING and record.next_at]
        return min(
            (record.next_at for record in waiting if owner in ("", record.waits_on) and record.next_at), default=None
        )

    def _outcome(self) -> Outcome:
        states = {record.state for record in self.records.values()}
        if states <= {READY}:
            return Outcome("finished")
        if WAITING in states:
            return Outcome("waiting", self._next_at())
        return Outcome("failed")
