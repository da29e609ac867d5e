"""The whole portal as `python3 manage.py up` starts it, for tests that look at it from outside.

On the database and broker that the test run is given: SQLite and a folder, or PostgreSQL and Redis.
"""

import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import redis

from tests.services import free_port

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 600
STOP_SECONDS = 90
SERVICES = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL")


@dataclass
class Stack:
    """A running portal: its address, the AWS stand-in's, and what it printed."""

    process: subprocess.Popen[str]
    port: int
    aws_port: int
    data: Path
    environment: dict[str, str] = field(default_factory=dict, repr=False)
    printed: list[str] = field(default_factory=list, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.aws_port}"

    def wait_until_ready(self) -> None:
        until = time.monotonic() + READY_SECONDS
        while not any("The portal is ready" in line for line in self.printed):
            assert self.process.poll() is None, "".join(self.printed)
            assert time.monotonic() < until, "".join(self.printed)
            time.sleep(0.1)

    def manage(self, *command: str) -> None:
        """Run a command of the portal's on this stack's database."""
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=self.environment, check=True)

    def tell(self, code: str) -> str:
        """Run this code in the portal's shell, on this stack's database; return what it printed."""
        command = [sys.executable, "manage.py", "shell", "--no-imports", "-c", code]
        environment = {**self.environment, "PORTAL_URL": self.url}
        done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
        return done.stdout

    def stop(self) -> int:
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=STOP_SECONDS)


@contextmanager
def running(data: Path, *arguments: str, **settings: str) -> Iterator[Stack]:
    """Start the portal on its own data, with these settings, and stop it at the end."""
    with _services() as services:
        stack = start(data, {**(services or dict.fromkeys(SERVICES, "")), **settings}, *arguments)
        try:
            stack.wait_until_ready()
            yield stack
        finally:
            if stack.process.poll() is None:
                stack.stop()


def start(data: Path, more: dict[str, str] | None = None, *arguments: str) -> Stack:
    port, aws_port = free_port(), free_port()
    command = [sys.executable, "manage.py", "up", "--port", str(port), "--aws-port", str(aws_port), *arguments]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "DJANGO_", "PYTEST_"))},
        **(more or dict.fromkeys(SERVICES, "")),
        "DATA_DIR": str(data),
        "PYTHONUNBUFFERED": "1",
    }
    process = subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=_hear_ctrl_c,
    )
    stack = Stack(process, port, aws_port, data, environment)
    threading.Thread(target=_listen, args=(stack,), daemon=True).start()
    return stack


def _hear_ctrl_c() -> None:
    """A shell that puts the tests into the background has them ignore Ctrl-C, and what they start with them."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _listen(stack: Stack) -> None:
    assert stack.process.stdout
    with stack.process.stdout as output:
        for line in output:
            stack.printed.append(line)


@contextmanager
def _services() -> Iterator[dict[str, str]]:
    """A database and a broker of its own on the servers of this run; nothing where it runs on SQLite."""
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        yield {}
        return
    name = f"stack_{secrets.token_hex(4)}"
    broker = os.environ["REDIS_URL"].rsplit("/", 1)[0] + "/12"
    redis.Redis.from_url(broker).flushdb()
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        connection.execute(f"ALTER DATABASE {name} SET synchronous_commit = off")
        yield {
            "DATABASE_URL": server.rsplit("/", 1)[0] + f"/{name}",
            "REDIS_URL": broker.rsplit("/", 1)[0] + "/13",
            "CELERY_BROKER_URL": broker,
        }
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
