"""Real worker processes on the database of the tests, against the stand-in: what can be killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
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
        self.running: list[subprocess.Popen[bytes]] = []
        self.worker: subprocess.Popen[bytes] | None = None

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a Celery process in a process group of its own."""
        log = (self.folder / f"{arguments[0]}.log").open("ab")
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "portal", *arguments],
            cwd=settings.BASE_DIR,
            env=self.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        log.close()
        self.running.append(process)
        return process

    def start_worker(self) -> None:
        self.worker = self.start(*WORKER)

    def kill_worker(self) -> None:
        """SIGKILL: no handler runs, nothing is handed back."""
        assert self.worker
        kill(self.worker)

    def stop(self) -> None:
        for process in self.running:
            kill(process)

    def log(self) -> str:
        return "".join(path.read_text()[-4000:] for path in self.folder.glob("*.log"))


def kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.fixture(scope="module")
def workers(_server: Any, django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workers]:
    """A scheduler that lives on, and a worker that each test may kill."""
    _, endpoint = _server
    found = Workers(tmp_path_factory.mktemp("workers"), endpoint)
    found.start(*BEAT)
    found.start_worker()
    yield found
    found.stop()
