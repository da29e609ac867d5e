"""Reads that several steps, or several environments of one account, have in common, made once for all of them.

A check of a hundred environments would otherwise ask AWS a hundred times for what one answer holds. Where a read is filtered by
the environment's tag or VPC, or by what a name begins with, it is widened to those of all environments that are checked
together; the steps compare by themselves what is theirs, since filters are never trusted alone.
"""

import json
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import timedelta
from typing import Any

_MOST_VALUES, _MOST_TAG_VALUES = 200, 20
"""AWS takes at most this many values in one filter (EC2 API Reference, Filter; Tagging API Reference, TagFilter)."""

_PREFIX = "AlarmNamePrefix"


class SharedReads:
    """What was read so far. `widened` says, by the name of a filter, which values all environments together ask for; `prefix`
    how the names of all of them begin.

    `lasts`: an answer older than this is asked for anew; None: all answers are of one look.
    """

    def __init__(
        self, widened: Mapping[str, Sequence[str]] | None = None, lasts: timedelta | None = None, *, prefix: str = ""
    ) -> None:
        self._widened = {name: sorted(set(values)) for name, values in (widened or {}).items()}
        self._prefix = prefix
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
        wide = dict(params)
        if isinstance(filters := params.get("Filters"), list):
            wide["Filters"] = [self._wider(one, one.get("Name", ""), _MOST_VALUES) for one in filters]
        if isinstance(filters := params.get("TagFilters"), list):
            wide["TagFilters"] = [self._wider(one, f"tag:{one.get('Key')}", _MOST_TAG_VALUES) for one in filters]
        if self._prefix and params.get(_PREFIX, "").startswith(self._prefix):
            wide[_PREFIX] = self._prefix
        return wide

    def _wider(self, one: dict[str, Any], name: str, most: int) -> dict[str, Any]:
        """Return a filter for one value as that for all, or, where these are too many for one, for those around it."""
        every, asked = self._widened.get(name, []), one.get("Values", [])
        if len(asked) != 1 or asked[0] not in every:
            return one
        start = every.index(asked[0]) // most * most
        return {**one, "Values": every[start : start + most]}
