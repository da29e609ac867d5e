"""The journal: one writer thread per worker process commits what all its runs say, in groups.

The threads that call AWS never touch the database. They hand over an entry; for the intent of a call that changes something
they wait until it is durable, for everything else they go on. One transaction takes whatever has gathered: with 16
threads that is about 20 commits where a transaction each would be 144, and writers do not queue behind each other.

Each run's entries of a transaction are fenced by its epoch: if another worker has the run, none of them is written and whoever
speaks next for it gets `LeaseLost`.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now

from environments.models import AwsCall, Run
from environments.provisioning.ports import LeaseLost, Progress
from environments.services import board
from environments.services.shared_reads import SharedReads
from environments.states import CallOutcome, RunState
from portal.core import clock

log = logging.getLogger(__name__)

_IDLE_SECONDS = 5
_TRIES = 5
_READS_LAST = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write for a run, as long as nobody raised its epoch."""

    run_id: str
    customer_id: str
    environment_id: str
    epoch: int


@dataclass(slots=True)
class Entry:
    """Something to write under a lease: a call as a new row, or whatever `write` does. `durable` is resolved after the
    commit."""

    lease: Lease
    write: Callable[[], object] | None = None
    call: AwsCall | None = None
    durable: Future[None] = field(default_factory=Future)


class Writer:
    """The one thread that writes. It starts with the first entry and ends when nothing came for some seconds."""

    def __init__(self) -> None:
        self._entries: queue.Queue[Entry] = queue.Queue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def put(self, entry: Entry) -> None:
        with self._starting:
            self._entries.put(entry)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._serve, name="journal", daemon=True)
                self._thread.start()

    def _serve(self) -> None:
        try:
            while batch := self._gather():
                _commit(batch)
        finally:
            connection.close()

    def _gather(self) -> list[Entry]:
        """Return what has gathered; an empty list when the thread is to end."""
        try:
            batch = [self._entries.get(timeout=_IDLE_SECONDS)]
        except queue.Empty:
            with self._starting:
                if self._entries.empty():
                    self._thread = None
                    return []
                batch = [self._entries.get_nowait()]
        while not self._entries.empty():
            batch.append(self._entries.get_nowait())
        return batch


_writer = Writer()


def _commit(batch: list[Entry]) -> None:
    """Write a batch in one transaction; where that fails, entry by entry, so that one cannot spoil the rest."""
    try:
        lost = _write(batch)
    except Exception:  # noqa: BLE001 - whatever is wrong with one entry, all runs wait for this thread
        connection.close()
        for entry in batch:
            _commit_alone(entry)
        return
    for entry in batch:
        _resolve(entry, LeaseLost(entry.lease.run_id) if entry.lease in lost else None)


def _commit_alone(entry: Entry) -> None:
    """Write one entry; a database that is away gets some seconds to come back."""
    error: Exception | None = None
    for tried in range(_TRIES):
        try:
            lost = _write([entry])
        except DatabaseError as refused:
            error = refused
            connection.close()
            time.sleep(0.1 * 2**tried)
        except Exception as defect:  # noqa: BLE001 - see above
            error = defect
            break
        else:
            _resolve(entry, LeaseLost(entry.lease.run_id) if lost else None)
            return
    log.error("journal entry not written", extra={"run": entry.lease.run_id, "error": type(error).__name__})
    _resolve(entry, error)


def _resolve(entry: Entry, error: Exception | None) -> None:
    if error:
        entry.durable.set_exception(error)
    else:
        entry.durable.set_result(None)


def _write(batch: list[Entry]) -> set[Lease]:
    """Write the batch and return the leases that are lost."""
    with transaction.atomic():
        lost = {lease for lease in {entry.lease for entry in batch} if not renew(lease)}
        held = [entry for entry in batch if entry.lease not in lost]
        _insert([entry.call for entry in held if entry.call])
        for entry in held:
            if entry.write:
                entry.write()
    return lost


def renew(lease: Lease) -> bool:
    """Prolong the lease by the database's clock; False where it belongs to somebody else now."""
    mine = Run.objects.filter(pk=lease.run_id, epoch=lease.epoch, state=RunState.RUNNING)
    return bool(mine.update(lease_until=Now() + lease_length()))


def lease_length() -> timedelta:
    return settings.RUN_LEASE


def at_once() -> datetime:
    """Return a time that every database's clock counts as past: SQLite's knows milliseconds only."""
    return clock.now().replace(microsecond=0)


def _insert(calls: list[AwsCall]) -> None:
    """Insert each once, also where an earlier try was committed and its confirmation lost."""
    AwsCall.objects.bulk_create(calls, update_conflicts=True, unique_fields=["id"], update_fields=["outcome"])


class RunJournal:
    """The journal of one claimed run: what the engine's `Journal` port and the accounts of `cloud` speak to."""

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self.reads = SharedReads(lasts=_READS_LAST)
        self._lost = threading.Event()
        self._last: Future[None] | None = None

    def progress(self, progress: Progress) -> None:
        self._say(lambda: board.keep(self.lease, progress))

    def note(self, write: Callable[[], object]) -> None:
        """Write something else about the run, in the writer's next transaction."""
        self._say(write)

    def durably(self, write: Callable[[], object]) -> None:
        """Write something else about the run and return when it is durable. Raises `LeaseLost`."""
        self._wait(self._put(write))

    def beat(self) -> None:
        self._put().add_done_callback(self._notice)

    def flush(self) -> None:
        self._wait(self._put())

    def intend(self, call: AwsCall) -> None:
        """Make the intent durable before the call may be sent. Raises `LeaseLost`."""
        call.outcome = CallOutcome.INTENT
        self._wait(self._put(call=call))

    def answered(self, call: AwsCall) -> None:
        """Keep the outcome of a call whose intent is durable."""
        fields = ["outcome", "error_code", "request_id", "duration_ms"]
        self._say(lambda: call.save(update_fields=fields))

    def looked(self, call: AwsCall) -> None:
        """Keep a call that changed nothing."""
        self._put(call=call).add_done_callback(self._notice)

    def _say(self, write: Callable[[], object]) -> None:
        self._put(write).add_done_callback(self._notice)

    def _put(self, write: Callable[[], object] | None = None, *, call: AwsCall | None = None) -> "Future[None]":
        if self._lost.is_set():
            raise LeaseLost(self.lease.run_id)
        entry = Entry(self.lease, write, call)
        _writer.put(entry)
        return entry.durable

    def _wait(self, durable: "Future[None]") -> None:
        """Return when it is durable; a journal that cannot be written stops the work like a lost lease."""
        try:
            durable.result()
        except Exception as error:
            self._lost.set()
            raise LeaseLost(self.lease.run_id) from error

    def _notice(self, durable: "Future[None]") -> None:
        if durable.exception() is not None:
            self._lost.set()
