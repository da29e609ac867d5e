"""One deadline over a whole conversation, whatever the other side does."""

import time
from collections.abc import Callable

from portal.probes.outcome import Failure


class TimedOut(Failure):
    """The time of a probe, or of its connecting, has passed."""


class Deadline:
    """Starts to run when it is made."""

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self.seconds = seconds
        self._clock = clock
        self._ends = clock() + seconds

    def left(self) -> float:
        """Return the seconds left, more than zero. Raises TimedOut when there are none."""
        left = self._ends - self._clock()
        if left <= 0:
            raise TimedOut(
                f"The check was ended: it was not complete after {self.seconds:g} seconds.",
                "The server answers too slowly or not at all. Look at its load and at firewalls on the way, and try again.",
            )
        return left
