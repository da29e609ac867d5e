"""Reads that several steps, or several environments of one account, have in common, made once for all of them.

A check of a hundred environments would otherwise ask AWS a hundred times for what one answer holds. Where a read is filtered by
the environment's tag or VPC, it is widened to those of all environments that are checked together; the steps compare by
themselves what is theirs, since filters are never trusted alone.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import timedelta
from typing import Any

_MOST_VALUES = 200
"""AWS takes at most this many values in one filter (EC2 API Reference, Filter)."""


class SharedReads:
    """What was read so far. `widened` says, by the name of a filter, which values all environments together ask for.

    `lasts`: an answer older than this is asked for anew; None: all answers are of one look.
    """

    def __init__(self, widened: Mapping[str, Sequence[str]] | None = None, lasts: timedelta | None = None) -> None:
        self._widened = {name: sorted(set(values))[:_MOST_VALUES] for name, values in (widened or {}).items()}
        self._lasts = lasts
        self._answers: dict[str, tuple[float, Future[Any]]] = {}
        self._lock = threading.Lock()
        self.sent = 0

    def once(self, who: object, name: str, params: dict[str, Any], send: Callable[[dict[str, Any]], Any]) -> Any:
        """Return the answer to a read, which is sent only where nobody asked the same before; an error is everybody's."""
        wide = self._wide(params)
        key = json.dumps([repr(who), name, wide], sort_keys=True, default=str)
        found, mine = self._find(key)
        if mine:
            try:
                found.set_result(send(wide))
            except Exception as error:  # noqa: BLE001 - whoever waits for it gets it as it is
                found.set_exception(error)
        return found.result()

    def forget(self) -> None:
        """Something was changed: what was read before may no longer be so."""
        with self._lock:
            self._answers.clear()

    def _find(self, key: str) -> tuple[Future[Any], bool]:
        """Return the place of an answer, and whether it is for the caller to get it."""
        now = time.monotonic()
        with self._lock:
            at, found = self._answers.get(key, (0.0, None))
            if found is not None and (self._lasts is None or now - at < self._lasts.total_seconds()):
                return found, False
            fresh: Future[Any] = Future()
            self._answers[key] = (now, fresh)
            self.sent += 1
            return fresh, True

    def _wide(self, params: dict[str, Any]) -> dict[str, Any]:
        filters = params.get("Filters")
        if not isinstance(filters, list):
            return params
        return {**params, "Filters": [self._wider(one) for one in filters]}

    def _wider(self, one: dict[str, Any]) -> dict[str, Any]:
        values = self._widened.get(one.get("Name", ""), ())
        return {**one, "Values": list(values)} if set(one.get("Values", ())) <= set(values) and values else one
