"""Child processes that never outlive their parent."""

import ctypes
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None  # opened here: between fork and exec it might not open
_STOP_SECONDS = 8


def die_with_parent() -> None:
    """Have the kernel end this process when its parent ends, however that ends (Linux, prctl(2))."""
    if _LIBC:
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass(slots=True)
class Child:
    """One process of the portal, started again when it ends by itself."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    file: IO[bytes] | None = None

    def start(self) -> None:
        if self.file:
            self.file.close()
        self.file = self.log.open("ab")
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            self.command,
            env=dict(self.environment),
            stdout=self.file,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C is the parent's to pass on, in order
            preexec_fn=die_with_parent,
        )

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def ask_to_stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def wait(self, until: float) -> None:
        """Wait for the end until this moment of the monotonic clock, then end it by force."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.file:
            self.file.close()


def stop_all(children: list[Child]) -> None:
    """Stop all at once; the AWS stand-in, the first of them, last and with its own time: calls under way still get their
    answer, and it writes down what stands in it."""
    for group in (children[1:], children[:1]):
        until = time.monotonic() + _STOP_SECONDS
        for child in group:
            child.ask_to_stop()
        for child in group:
            child.wait(until)
