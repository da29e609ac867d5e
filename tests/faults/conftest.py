"""Real worker processes on the database of the tests, against the stand-in: what can be killed."""

import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from portal.embedded.aws_stand_in import accounts

WORKER = (
    "worker",
    "--pool",
    "threads",
    "--concurrency",
    "2",
    "--loglevel",
    "WARNING",
    "--without-mingle",
    "-n",
    "w@%h",
)
BEAT = ("beat", "--loglevel", "WARNING")


def database_url() -> str:
    """Return the address of the tests' own database, for another process."""
    found: dict[str, Any] = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{found['NAME']}"
    login = f"{found['USER']}:{found['PASSWORD']}@" if found["PASSWORD"] else f"{found['USER']}@"
    return f"postgres://{login}{found['HOST']}:{found['PORT'] or 5432}/{found['NAME']}"


class Workers:
    """Starts the portal's processes, and kills them without a word."""

    def __init__(self, folder: Path, endpoint: str, **variables: str) -> None:
        key, secret = accounts.access_key_of(accounts.PROVIDER_ACCOUNT_ID)
        self.folder = folder
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "SECRET_KEY": settings.SECRET_KEY,
            "DATABASE_URL": database_url(),
            "DATA_DIR": str(folder),
            "CELERY_BROKER_URL": "filesystem://",
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_SETTLE_SECONDS": "1",
            "RUN_LEASE_SECONDS": "2",
            "RUN_SWEEP_SECONDS": "1",
            "RUN_POLL_CUSTOMER_SECONDS": "1",
            **variables,
        }
        self.running: set[int] = set()
        self.worker = 0
        self._starter = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.processes"],
            cwd=settings.BASE_DIR,
            env=self.environment,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def start(self, *arguments: str) -> int:
        """Start a Celery process in a process group of its own; return its id."""
        assert self._starter.stdin
        assert self._starter.stdout
        log = self.folder / f"{arguments[0]}.log"
        print(shlex.join([str(log), *arguments]), file=self._starter.stdin, flush=True)
        process = int(self._starter.stdout.readline())
        self.running.add(process)
        return process

    def start_worker(self) -> None:
        self.worker = self.start(*WORKER)

    def kill_worker(self) -> None:
        """SIGKILL: no handler runs, nothing is handed back."""
        self._kill(self.worker)

    def stop(self) -> None:
        for process in list(self.running):
            self._kill(process)
        with self._starter:  # its input ends, and it with that
            pass

    def log(self) -> str:
        return "".join(path.read_text()[-4000:] for path in self.folder.glob("*.log"))

    def _kill(self, process: int) -> None:
        self.running.discard(process)
        with suppress(ProcessLookupError):  # it ended by itself; the log says why
            os.killpg(process, signal.SIGKILL)


@pytest.fixture(scope="module")
def workers(_server: Any, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    """A scheduler that lives on, and a worker that each test may kill."""
    _, endpoint = _server
    found = Workers(tmp_path_factory.mktemp("workers"), endpoint)
    found.start(*BEAT)
    found.start_worker()
    yield found
    found.stop()
