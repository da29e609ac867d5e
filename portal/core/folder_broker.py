"""The broker in a folder, for one machine without Redis: kombu's own, safe against readers that come too early.

kombu opens a message's file and writes it afterwards; a worker that lists the folder in between reads nothing, and ends with an
unrecoverable error. Here a message appears under its name only when it is whole. The tables that say which queue hears which
exchange have the same gap, and a process that is killed within it would leave an empty table for good.
"""

import logging
import os
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from kombu.transport import filesystem
from kombu.utils.json import dumps

log = logging.getLogger(__name__)

_TRIES = 20
_PAUSE_SECONDS = 0.05
Answer = TypeVar("Answer")


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]
        """Write it beside its place, then move it there: one step that a reader sees either wholly or not at all."""
        name = f"{time.monotonic_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        beside = Path(self.data_folder_out, f".{name}")
        beside.write_bytes(dumps(payload).encode())
        os.replace(beside, Path(self.data_folder_out, name))

    def _get(self, queue: str) -> Any:  # type: ignore[override]
        """Return the next message; one that cannot be read is dropped, since messages are hints."""
        while True:
            try:
                return super()._get(queue)
            except ValueError:
                log.warning("unreadable message dropped")

    def get_table(self, exchange: str) -> Any:
        return self._patiently(exchange, lambda: super(Channel, self).get_table(exchange))

    def _queue_bind(self, exchange: str, *names: str) -> None:
        self._patiently(exchange, lambda: super(Channel, self)._queue_bind(exchange, *names))

    def _delete(self, queue: str, exchange: str, *names: Any, **more: Any) -> None:
        self._patiently(exchange, lambda: super(Channel, self)._delete(queue, exchange, *names, **more))

    def _patiently(self, exchange: str, ask: Callable[[], Answer]) -> Answer:
        """Ask again while another process is writing the table; one that stays unreadable is begun anew."""
        for _ in range(_TRIES):
            try:
                return ask()
            except ValueError:
                time.sleep(_PAUSE_SECONDS)
        self._exchange_file(exchange).unlink(missing_ok=True)
        return ask()


class Transport(filesystem.Transport):
    Channel = Channel
