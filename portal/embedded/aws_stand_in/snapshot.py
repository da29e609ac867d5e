"""The stand-in's memory on disk: written within a second of every change, read at start.

The process forks and the child writes, so that requests pause only for the fork. The file is replaced in one step. Its form is
tied to moto's version: with another one the stand-in starts empty, and says so.
"""

import os
import sys
import threading
import weakref
from pathlib import Path
from typing import Any

import dill
import moto
from moto import backends as moto_backends

SERVICES = ("ec2", "iam", "sts", "s3", "route53", "cloudtrail", "kms", "logs", "ses", "secretsmanager")
_WEAKLY_HELD = ("vpc_refs", "vpc_pcx_refs", "backend_refs")
_GATHER_SECONDS = 0.2


def save(path: Path) -> None:
    """Write everything the stand-in knows. No request may be under way."""
    held = {
        service: {
            account: dict(dict.items(regions)) for account, regions in dict.items(moto_backends.get_backend(service))
        }
        for service in SERVICES
    }
    partial = path.with_suffix(f".{os.getpid()}.partial")
    with partial.open("wb") as file:
        dill.dump((moto.__version__, held), file)
    partial.replace(path)


def load(path: Path) -> bool:
    """Fill moto's backends from the file. Returns False where there is none, or it is another version's."""
    if not path.exists():
        return False
    with path.open("rb") as file:
        version, held = dill.load(file)  # noqa: S301 - our own file, in our own data folder
    if version != moto.__version__:
        sys.stderr.write(
            f"The state of the AWS stand-in is moto {version}'s; this is {moto.__version__}. It starts empty.\n"
        )
        return False
    for service, accounts in held.items():
        for account, regions in accounts.items():
            for region, backend in regions.items():
                moto_backends.get_backend(service)[account][region] = backend
                _hold_weakly(backend)
    return True


def _hold_weakly(backend: Any) -> None:
    """Register the backend where its class keeps weak references: peering across accounts finds the other side there."""
    for name in _WEAKLY_HELD:
        held = getattr(type(backend), name, None)
        if held is not None:
            held[type(backend)].add(weakref.ref(backend))


class Gate:
    """Lets requests through, and holds them for the moment in which the memory must stand still."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._held = False

    def __enter__(self) -> None:
        with self._changed:
            self._changed.wait_for(lambda: not self._held)
            self._inside += 1

    def __exit__(self, *_: object) -> None:
        with self._changed:
            self._inside -= 1
            self._changed.notify_all()

    def still(self, act: Any) -> Any:
        """Wait until no request is inside, then `act` while none can enter."""
        with self._changed:
            self._changed.wait_for(lambda: not self._held)
            self._held = True
            self._changed.wait_for(lambda: self._inside == 0)
        try:
            return act()
        finally:
            with self._changed:
                self._held = False
                self._changed.notify_all()


class Keeper:
    """Writes the memory soon after each change, on a thread of its own; one writing at a time."""

    def __init__(self, path: Path, gate: Gate) -> None:
        self._path, self._gate = path, gate
        self._dirty = threading.Event()
        threading.Thread(target=self._serve, name="keeper", daemon=True).start()

    def note_change(self) -> None:
        self._dirty.set()

    def _serve(self) -> None:
        while self._dirty.wait():
            threading.Event().wait(_GATHER_SECONDS)
            self._dirty.clear()
            os.waitpid(self._gate.still(self._fork), 0)

    def _fork(self) -> int:
        child = os.fork()
        if child == 0:
            try:
                save(self._path)
            finally:
                os._exit(0)
        return child
