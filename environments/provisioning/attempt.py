"""One try of one step: look, make what is missing, and say where that has led. It runs on a thread of its own."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from environments.provisioning import messages
from environments.provisioning.ports import CallFailed, Failure, LeaseLost, Progress
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

_MOST_UNKNOWN = 12
"""The same of calls whose answer was lost. More of them, since some steps wait minutes before each is sent again."""

_LOOKED_FOR = timedelta(seconds=8)
"""For how long a confirmed change is looked for before it is made again: a repeated one would show even later."""

_FIRST_LOOK = timedelta(seconds=0.25)
_SETTLE_LOOK, _RARELY = timedelta(seconds=1), timedelta(minutes=1)
_UNSEEN = Pending(AWS, "AWS accepted the change and does not show it yet.", timedelta(seconds=1))
_FEW_ATTEMPTS = 4
"""What an earlier step made may not be shown everywhere for some seconds (EC2, IAM); longer than that, it is not there."""

_TRY_AGAIN = {
    Failure.RETRYABLE: "AWS asks to slow down, is busy with the same thing, or did not answer. We try again.",
    Failure.CONFLICT: "AWS says that it is there already and does not show it yet.",
    Failure.MISSING: "AWS does not show everywhere yet what was made just now. We try again.",
}


@dataclass(frozen=True, slots=True)
class StepRecord:
    """What is known of a step. `unseen_at`: when the latest change was sent whose effect has not been seen yet, be it that
    its answer was lost or that AWS still shows what was before. `look_until`: when AWS has had long enough to show a change
    that it confirmed. `untouched`: the plan saw nothing of it a moment ago and no change of ours was ever sent for it, so that
    nothing can be there."""

    state: str = PENDING
    attempt: int = 0
    outputs: Mapping[str, Any] = field(default_factory=dict)
    next_at: datetime | None = None
    waits_on: str = ""
    waiting_since: datetime | None = None
    unseen_at: datetime | None = None
    look_until: datetime | None = None
    untouched: bool = False


class Attempt:
    """A try that is under way. `record` is what was known of the step, and at the end what is known now. `changed`: something
    was sent to AWS that may have changed something."""

    def __init__(self, step: Step, record: StepRecord, *, clock: Callable[[], datetime], settle: timedelta) -> None:
        self.step = step
        self.record = record
        self.clock = clock
        self.settle = settle
        self.changed = False

    def run(self, ctx: Context) -> Progress:
        """Look and act. Raises `LeaseLost`; every other error becomes part of the answer."""
        try:
            progress = self._seek(ctx)
        except CallFailed as failed:
            progress = self._failed(failed)
        except StepRefused as refused:
            progress = self._stop(messages.refusal(refused))
        except LeaseLost:
            raise
        except Exception as defect:
            log.exception("step met what it was not written for", extra={"step": self.step.key})
            progress = self._stop(messages.defect(defect))
        self._note(progress)
        return progress

    def seen(self, ready: Ready) -> Progress:
        """It was looked at ahead of its turn, and that counts."""
        progress = self._ready(ready)
        self._note(progress)
        return progress

    def _note(self, progress: Progress) -> None:
        self.record = replace(
            self.record,
            state=progress.state,
            attempt=progress.attempt,
            outputs=progress.outputs,
            next_at=progress.next_at,
            waits_on=progress.waits_on,
            waiting_since=progress.waiting_since,
        )

    def _seek(self, ctx: Context) -> Progress:
        finding = self._first_look(ctx)
        if isinstance(finding, Missing | Drifted):
            settled_at = self._settled_at(finding)
            if settled_at and self.clock() < settled_at:
                return self._wait(_unsettled(settled_at, settled_at - self.clock(), self.settle))
            if self.record.look_until and self.clock() < self.record.look_until:
                return self._wait(_UNSEEN)
            finding = self._apply(ctx, finding) or self.step.observe(ctx)
        if isinstance(finding, Ready):
            return self._ready(finding)
        if isinstance(finding, Pending):
            return self._pending(finding)
        return self._not_yet(finding)

    def _ready(self, ready: Ready) -> Progress:
        self.record = replace(self.record, unseen_at=None, look_until=None)
        return Progress(self.step.key, READY, 0, self.clock(), outputs=ready.outputs, resources=ready.resources)

    def _first_look(self, ctx: Context) -> Finding:
        """Look what is there; where nothing can be, that look is saved, once."""
        if not (self.step.starts_unseen and self.record.untouched):
            return self.step.observe(ctx)
        self.record = replace(self.record, untouched=False)
        return Missing()

    def _apply(self, ctx: Context, found: Missing | Drifted) -> Finding | None:
        """Apply, and note the moment where the effect may be there without being seen."""
        sent_at, self.changed = self.clock(), True
        ctx, sent = noted(ctx)
        try:
            standing = self.step.apply(ctx, found)
        except CallFailed as failed:
            if failed.failure == Failure.UNKNOWN or sent.confirmed:
                self.record = replace(self.record, unseen_at=sent_at, look_until=None)
            raise
        self.record = replace(self.record, unseen_at=sent_at, look_until=sent_at + _LOOKED_FOR)
        return standing

    def _settled_at(self, found: Missing | Drifted) -> datetime | None:
        """When a create whose effect was never seen may be made again; None where that is no matter."""
        if not self.step.settles or self.record.unseen_at is None or not _would_create(found):
            return None
        return self.record.unseen_at + self.settle

    def _pending(self, pending: Pending) -> Progress:
        if pending.give_up_at and pending.give_up_at <= self.clock():
            return self._stop(messages.overdue(pending.reason, pending.give_up_at))
        if pending.waits_on == AWS:
            pending = replace(pending, look_again=min(pending.look_again, self._soon()))
        return self._wait(pending, attempt=0)

    def _soon(self) -> timedelta:
        """Return the time until the next look: much is ready in a moment, and the longer it takes, the less another matters."""
        if self.record.waiting_since is None or self.record.waits_on != AWS:
            return _FIRST_LOOK
        return max(_FIRST_LOOK, self.clock() - self.record.waiting_since)

    def _wait(self, pending: Pending, *, attempt: int | None = None) -> Progress:
        now = self.clock()
        same_wait = self.record.waits_on == pending.waits_on
        return Progress(
            self.step.key,
            WAITING,
            self.record.attempt if attempt is None else attempt,
            now,
            resources=pending.resources,
            waits_on=pending.waits_on,
            reason=pending.reason,
            waiting_since=(same_wait and self.record.waiting_since) or now,
            next_at=now + pending.look_again,
            give_up_at=pending.give_up_at,
        )

    def _not_yet(self, finding: Missing | Drifted) -> Progress:
        """AWS took the change and does not show it yet."""
        if self.record.attempt + 1 >= MOST_ATTEMPTS:
            differs = "; ".join(finding.differences) if isinstance(finding, Drifted) else "it is not there"
            message = f"AWS accepted the change and still shows another state: {differs}."
            remedy = "Look at it in the AWS console, mend what differs, then retry this step."
            return self._stop({"code": "not_seen", "message": message, "remedy": remedy})
        return self._wait(_UNSEEN, attempt=self.record.attempt + 1)

    def _failed(self, failed: CallFailed) -> Progress:
        if failed.failure == Failure.UNKNOWN and self.record.attempt + 1 < _MOST_UNKNOWN:
            reason = "The answer to a call was lost. We look whether it took effect before anything is made again."
            look_again = max(_SETTLE_LOOK, back_off(self.record.attempt))
            return self._wait(Pending(AWS, reason, look_again), attempt=self.record.attempt + 1)
        reason = _TRY_AGAIN.get(failed.failure, "")
        most = _FEW_ATTEMPTS if failed.failure == Failure.MISSING else MOST_ATTEMPTS
        if reason and self.record.attempt + 1 < most:
            return self._wait(Pending(AWS, reason, back_off(self.record.attempt)), attempt=self.record.attempt + 1)
        return self._stop(messages.explain(failed))

    def _stop(self, error: dict[str, str]) -> Progress:
        return Progress(self.step.key, FAILED, self.record.attempt + 1, self.clock(), error=error)


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
