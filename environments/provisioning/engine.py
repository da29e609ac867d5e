"""The engine: advance a run until it waits or ends.

All steps whose requirements are met go at once, each on a thread. Whatever a step finds is kept in the journal; the journal is
fenced, so that an engine whose lease went to another worker stops at its next word.

The wall time of a run is its critical path: a step starts in the moment its last requirement is ready.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from environments.provisioning import graph, messages
from environments.provisioning.ports import CallFailed, Failure, Journal, LeaseLost, Progress
from environments.provisioning.sent import noted
from environments.provisioning.step import (
    AWS,
    CREATE,
    Context,
    Drifted,
    Finding,
    Missing,
    Pending,
    Ready,
    Step,
    StepRefused,
)

log = logging.getLogger(__name__)

READY, WAITING, RUNNING, FAILED, PENDING = "ready", "waiting", "running", "failed", "pending"

MOST_ATTEMPTS = 8
"""Retryable failures in a row before a step asks a person."""

_LOOKS = 8
"""Times that a confirmed change is looked for, a second apart, before it is made again: a repeated one shows even later."""

_LINGER = timedelta(seconds=3)
"""A wait on AWS shorter than this is sat out, which is cheaper than handing the run back."""

_SETTLE_LOOK, _RARELY = timedelta(seconds=1), timedelta(minutes=1)
_FIRST_LOOK = timedelta(seconds=0.25)
_UNSEEN = Pending(AWS, "AWS accepted the change and does not show it yet.", timedelta(seconds=1))
_FEW_ATTEMPTS = 4
"""What an earlier step made may not be shown everywhere for some seconds (EC2, IAM); longer than that, it is not there."""

_TRY_AGAIN = {
    Failure.RETRYABLE: "AWS asks to slow down, or did not answer. We try again.",
    Failure.CONFLICT: "AWS says that it is there already and does not show it yet.",
    Failure.MISSING: "AWS does not show everywhere yet what was made just now. We try again.",
}


@dataclass(frozen=True, slots=True)
class StepRecord:
    """What is known of a step. `unseen_at`: when the latest change was sent whose effect has not been seen yet, be it that
    its answer was lost or that AWS still shows what was before. `untouched`: the plan saw nothing of it a moment ago and no
    change of ours was ever sent for it, so that nothing can be there."""

    state: str = PENDING
    attempt: int = 0
    outputs: Mapping[str, Any] = field(default_factory=dict)
    next_at: datetime | None = None
    waits_on: str = ""
    waiting_since: datetime | None = None
    unseen_at: datetime | None = None
    looks: int = 0
    untouched: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an advance ended: `state` is finished, waiting or failed; `next_at` when to look again, where it waits."""

    state: str
    next_at: datetime | None = None


class Engine:
    """One advance of one run."""

    def __init__(
        self,
        steps: Sequence[Step],
        records: Mapping[str, StepRecord],
        *,
        context: Callable[[str, Mapping[str, Mapping[str, Any]], datetime], Context],
        journal: Journal,
        clock: Callable[[], datetime],
        settle: timedelta,
        threads: int = 16,
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
        self.under_way: dict[Future[Progress], str] = {}

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
        """Start every step that may start; return whether any is under way."""
        now = self.clock()
        for step in self._due(now):
            record = self.records[step.key]
            self.records[step.key] = replace(record, state=RUNNING)
            self.journal.progress(Progress(step.key, RUNNING, record.attempt, now))
            self.under_way[pool.submit(self._work, step, record)] = step.key
        return bool(self.under_way)

    def _due(self, now: datetime) -> list[Step]:
        ready = {key for key, record in self.records.items() if record.state == READY}
        busy = set(self.under_way.values())
        return [step for step in graph.startable(self.steps, ready) if step.key not in busy and self._is_due(step, now)]

    def _is_due(self, step: Step, now: datetime) -> bool:
        record = self.records[step.key]
        if record.state == WAITING:
            return record.next_at is None or record.next_at <= now
        return record.state in (PENDING, RUNNING)

    def _linger(self) -> bool:
        """Sit out a short wait; return whether there was one."""
        next_at = self._next_at(AWS)
        if next_at is None or next_at - self.clock() > _LINGER:
            return False
        self.journal.beat()
        self.sleep(max(0.0, min(0.25, (next_at - self.clock()).total_seconds())))
        return True

    def _collect(self) -> None:
        if not self.under_way:
            return
        done, _ = wait(self.under_way, timeout=self._patience(), return_when=FIRST_COMPLETED)
        if not done:
            self.journal.beat()
        for future in done:
            key = self.under_way.pop(future)
            progress = future.result()
            self.records[key] = replace(
                self.records[key],
                state=progress.state,
                attempt=progress.attempt,
                outputs=progress.outputs,
                next_at=progress.next_at,
                waits_on=progress.waits_on,
                waiting_since=progress.waiting_since,
            )
            self.journal.progress(progress)

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

    # ---- one step, on its own thread

    def _work(self, step: Step, record: StepRecord) -> Progress:
        outputs = {key: known.outputs for key, known in self.records.items() if known.state == READY}
        ctx = self.context(step.key, outputs, self.clock())
        try:
            return self._seek(step, record, ctx)
        except CallFailed as failed:
            return self._failed(step, record, failed)
        except StepRefused as refused:
            return self._stop(step, record, messages.refusal(refused))
        except LeaseLost:
            raise
        except Exception as defect:
            log.exception("step met what it was not written for", extra={"step": step.key})
            return self._stop(step, record, messages.defect(defect))

    def _seek(self, step: Step, record: StepRecord, ctx: Context) -> Progress:
        finding = self._first_look(step, record, ctx)
        if isinstance(finding, Missing | Drifted):
            settled_at = self._settled_at(step, record, finding)
            if settled_at and self.clock() < settled_at:
                return self._wait(step, record, _unsettled(settled_at, settled_at - self.clock(), self.settle))
            if record.looks:
                self._note(step, unseen_at=record.unseen_at, looks=record.looks - 1)
                return self._wait(step, record, _UNSEEN)
            finding = self._apply(step, ctx, finding) or step.observe(ctx)
        if isinstance(finding, Ready):
            self._note(step, unseen_at=None, looks=0)
            now = self.clock()
            return Progress(step.key, READY, 0, now, outputs=finding.outputs, resources=finding.resources)
        if isinstance(finding, Pending):
            return self._pending(step, record, finding)
        return self._not_yet(step, record, finding)

    def _first_look(self, step: Step, record: StepRecord, ctx: Context) -> Finding:
        """Look what is there; where nothing can be, that look is saved, once."""
        if not (step.starts_unseen and record.untouched):
            return step.observe(ctx)
        self.records[step.key] = replace(self.records[step.key], untouched=False)
        return Missing()

    def _apply(self, step: Step, ctx: Context, found: Missing | Drifted) -> Finding | None:
        """Apply, and note the moment where the effect may be there without being seen."""
        sent_at = self.clock()
        ctx, sent = noted(ctx)
        try:
            standing = step.apply(ctx, found)
        except CallFailed as failed:
            if failed.failure == Failure.UNKNOWN or sent.confirmed:
                self._note(step, unseen_at=sent_at, looks=0)
            raise
        self._note(step, unseen_at=sent_at, looks=_LOOKS)
        return standing

    def _note(self, step: Step, *, unseen_at: datetime | None, looks: int) -> None:
        """Only the thread of the step writes while the step is under way."""
        self.records[step.key] = replace(self.records[step.key], unseen_at=unseen_at, looks=looks)

    def _settled_at(self, step: Step, record: StepRecord, found: Missing | Drifted) -> datetime | None:
        """When a create whose effect was never seen may be made again; None where that is no matter."""
        if not step.settles or record.unseen_at is None or not _would_create(found):
            return None
        return record.unseen_at + self.settle

    def _pending(self, step: Step, record: StepRecord, pending: Pending) -> Progress:
        if pending.give_up_at and pending.give_up_at <= self.clock():
            return self._stop(step, record, messages.overdue(pending.reason, pending.give_up_at))
        if pending.waits_on == AWS:
            pending = replace(pending, look_again=min(pending.look_again, self._soon(record)))
        return self._wait(step, replace(record, attempt=0), pending)

    def _soon(self, record: StepRecord) -> timedelta:
        """Return the time until the next look: much is ready in a moment, and the longer it takes, the less another matters."""
        waited = (
            self.clock() - record.waiting_since if record.waiting_since and record.waits_on == AWS else timedelta(0)
        )
        return max(_FIRST_LOOK, waited)

    def _wait(self, step: Step, record: StepRecord, pending: Pending) -> Progress:
        now = self.clock()
        same_wait = record.waits_on == pending.waits_on
        return Progress(
            step.key,
            WAITING,
            record.attempt,
            now,
            resources=pending.resources,
            waits_on=pending.waits_on,
            reason=pending.reason,
            waiting_since=(same_wait and record.waiting_since) or now,
            next_at=now + pending.look_again,
            give_up_at=pending.give_up_at,
        )

    def _not_yet(self, step: Step, record: StepRecord, finding: Missing | Drifted) -> Progress:
        """AWS took the change and does not show it yet."""
        if record.attempt + 1 >= MOST_ATTEMPTS:
            differs = "; ".join(finding.differences) if isinstance(finding, Drifted) else "it is not there"
            message = f"AWS accepted the change and still shows another state: {differs}."
            remedy = "Look at it in the AWS console, mend what differs, then retry this step."
            return self._stop(step, record, {"code": "not_seen", "message": message, "remedy": remedy})
        return self._wait(step, replace(record, attempt=record.attempt + 1), _UNSEEN)

    def _failed(self, step: Step, record: StepRecord, failed: CallFailed) -> Progress:
        if failed.failure == Failure.UNKNOWN:
            reason = "The answer to a call was lost. We look whether it took effect before anything is made again."
            return self._wait(step, record, Pending(AWS, reason, _SETTLE_LOOK))
        reason = _TRY_AGAIN.get(failed.failure, "")
        most = _FEW_ATTEMPTS if failed.failure == Failure.MISSING else MOST_ATTEMPTS
        if reason and record.attempt + 1 < most:
            pending = Pending(AWS, reason, back_off(record.attempt))
            return self._wait(step, replace(record, attempt=record.attempt + 1), pending)
        return self._stop(step, record, messages.explain(failed))

    def _stop(self, step: Step, record: StepRecord, error: dict[str, str]) -> Progress:
        return Progress(step.key, FAILED, record.attempt + 1, self.clock(), error=error)


def _would_create(found: Missing | Drifted) -> bool:
    """Return whether something would be made that may be there unseen, rather than only mended or removed."""
    if isinstance(found, Missing) or not found.changes:
        return True
    return any(change.action == CREATE for change in found.changes)


def back_off(attempt: int) -> timedelta:
    """Return how long to wait before the next try: 0.5 s doubled each time, 60 s at most, half of it by chance."""
    longest = min(60.0, 0.5 * 2**attempt)
    return timedelta(seconds=longest / 2 + random.uniform(0, longest / 2))  # noqa: S311 - jitter, not a secret


def _unsettled(settled_at: datetime, left: timedelta, settle: timedelta) -> Pending:
    """Return the wait until an effect would have been seen. It is looked for often at first and more rarely the longer it is
    not seen: what AWS shows late, it shows within seconds."""
    reason = (
        f"An earlier call may have made it unseen. Until {settled_at:%H:%M:%S} UTC we look before it is made again."
    )
    rarely = min(left, _RARELY, max(_SETTLE_LOOK, (settle - left) / 2))
    return Pending(AWS, reason, max(rarely, timedelta(milliseconds=10)))
