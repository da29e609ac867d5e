"""Hints to the worker, sent after commit and never inside the request.

A hint names a task and carries ids. Publishing to a broker that is down can block for seconds, so one background thread
per process publishes; when the broker does not answer the hint is dropped, and the sweep finds the work in the database.
"""

import atexit
import logging
import queue
import threading
from contextlib import suppress
from typing import Any

from celery import current_app
from django.db import transaction

log = logging.getLogger(__name__)

_MOST_WAITING = 10_000
_KEPT_SECONDS = 300
"""A hint that no worker took by then is worth nothing: the sweep gave a newer one. Longer than clocks of machines differ."""
_hints: queue.Queue[tuple[str, dict[str, Any]] | None] = queue.Queue(maxsize=_MOST_WAITING)
_starting = threading.Lock()
_publisher: threading.Thread | None = None


def enqueue(task: str, **ids: str) -> None:
    """Hint that `task` has something to do for these ids, once the current transaction is committed."""
    transaction.on_commit(lambda: _hand_over(task, ids))


def _hand_over(task: str, ids: dict[str, Any]) -> None:
    _ensure_publisher()
    try:
        _hints.put_nowait((task, ids))
    except queue.Full:
        log.warning("hint dropped, the sweep will find the work", extra={"task": task})


def _ensure_publisher() -> None:
    global _publisher
    with _starting:
        if _publisher is None or not _publisher.is_alive():
            _publisher = threading.Thread(target=_publish_all, name="hint-publisher", daemon=True)
            _publisher.start()
            atexit.register(_drain)


def _publish_all() -> None:
    while (hint := _hints.get()) is not None:
        task, ids = hint
        try:
            current_app.send_task(task, kwargs=ids, retry=False, ignore_result=True, expires=_KEPT_SECONDS)
        except Exception as error:  # noqa: BLE001 - whatever the broker's client raises, the hint is only a hint
            log.warning("hint not published", extra={"task": task, "error": type(error).__name__})


def _drain() -> None:
    """Let hints of the last request leave before the process ends (two seconds at most)."""
    with suppress(queue.Full):
        _hints.put_nowait(None)
    if _publisher:
        _publisher.join(timeout=2)
