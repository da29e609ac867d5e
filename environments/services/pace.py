"""How many calls go to one AWS account and Region at the same time: as many as AWS takes without asking to slow down.

Additive increase, multiplicative decrease, as TCP does it: the limit starts at 16, halves when AWS throttles a call, and grows
by one after 16 good answers while it is in full use. It is shared by all runs of the process; every process finds its own.

Wait for a turn before the intent of a change is written, never between intent and call: an engine that was paused there would
send a change that nobody expects any more.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from environments.provisioning.ports import CallFailed, Failure
from portal import aws

START, LEAST, MOST = 16, 1, 64
GOOD_ANSWERS = 16
"""Good answers in a row for one call more at the same time."""

_THROTTLING = aws.THROTTLED - {"OperationAborted"}
"""S3's OperationAborted means that the bucket is being changed by another call, and not that there are too many."""


class Pace:
    """The limit for one account and Region."""

    def __init__(self) -> None:
        self.limit = START
        self._free = threading.Condition()
        self._under_way = 0
        self._good = 0
        self._cuts = 0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait until one call more may be under way; learn from how it ends."""
        cuts = self._enter()
        try:
            yield
        except CallFailed as failed:
            self._leave(cuts, throttled=_is_throttled(failed))
            raise
        except BaseException:
            self._leave(cuts, throttled=None)
            raise
        self._leave(cuts, throttled=False)

    def _enter(self) -> int:
        with self._free:
            self._free.wait_for(lambda: self._under_way < self.limit)
            self._under_way += 1
            return self._cuts

    def _leave(self, cuts: int, *, throttled: bool | None) -> None:
        """`cuts`: how often the limit had been cut when the call began; None: the end of the call says nothing about AWS."""
        with self._free:
            was_full = self._under_way >= self.limit
            self._under_way -= 1
            if throttled:
                self._slow_down(cuts)
            elif throttled is False and was_full:
                self._speed_up()
            self._free.notify_all()

    def _slow_down(self, cuts: int) -> None:
        """Calls that began before the latest cut were too many because of what was before it: they cut once, together."""
        self._good = 0
        if cuts == self._cuts:
            self.limit = max(LEAST, self.limit // 2)
            self._cuts += 1

    def _speed_up(self) -> None:
        self._good += 1
        if self._good >= GOOD_ANSWERS:
            self.limit, self._good = min(MOST, self.limit + 1), 0


_paces: dict[tuple[str, str], Pace] = {}
_making = threading.Lock()


@contextmanager
def turn(account_id: str, region: str) -> Iterator[None]:
    """Hold one of the places of this account and Region while a call is made. Around it, `CallFailed` passes through."""
    with of(account_id, region).turn():
        yield


def of(account_id: str, region: str) -> Pace:
    with _making:
        return _paces.setdefault((account_id, region), Pace())


def _is_throttled(failed: CallFailed) -> bool:
    return failed.failure == Failure.RETRYABLE and failed.code in _THROTTLING
