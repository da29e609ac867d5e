"""The compose file and the image, held against reality where no container engine runs.

The same processes as in `docker-compose.yml` are started with the same variables against a real PostgreSQL and Redis; only
the host names of the two services are replaced, and the port of the web process.
"""

import json
import os
import re
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis
import yaml

from tests.services import POSTGRESQL_URL, free_port, needs_postgresql, needs_redis

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
DOCKERFILE = (ROOT / "Dockerfile").read_text()
PROCESSES = ("web", "worker", "scheduler")


def test_web_worker_and_scheduler_are_separate_and_from_one_image() -> None:
    images = {COMPOSE["services"][name]["image"] for name in (*PROCESSES, "migrate")}

    assert images == {"onboarding-portal"}
    assert {COMPOSE["services"][name]["build"] for name in PROCESSES} == {"."}
    assert len({tuple(COMPOSE["services"][name]["command"]) for name in PROCESSES}) == 3


def test_every_file_that_the_image_copies_exists() -> None:
    copied = [line.split()[1] for line in DOCKERFILE.splitlines() if line.startswith("COPY")]

    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_the_image_installs_only_what_is_pinned_with_hashes() -> None:
    (install,) = re.findall(r"^RUN (pip install.*)$", DOCKERFILE, re.MULTILINE)

    assert "--require-hashes" in install
    assert "-r requirements/base.txt" in install


def test_the_image_does_not_run_as_root() -> None:
    assert re.search(r"^USER portal$", DOCKERFILE, re.MULTILINE)


@pytest.fixture
def variables(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The compose file's variables, pointing at a database and a Redis of this machine."""
    name = f"compose_{secrets.token_hex(4)}"
    with psycopg.connect(POSTGRESQL_URL, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        given = COMPOSE["services"]["web"]["environment"]
        image = dict(re.findall(r"(\w+)=([^\s\\]+)", DOCKERFILE.split("ENV ")[1].split("\n\n")[0]))
        yield {
            **{key: os.environ[key] for key in ("PATH", "HOME") if key in os.environ},
            **image,
            **{key: re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value) for key, value in given.items()},
            "DATABASE_URL": POSTGRESQL_URL.rsplit("/", 1)[0] + f"/{name}",
            "REDIS_URL": "redis://127.0.0.1:6379/14",
            "CELERY_BROKER_URL": "redis://127.0.0.1:6379/15",
            "DATA_DIR": str(tmp_path / "data"),
            "STATIC_ROOT": str(tmp_path / "static"),
            "SECRET_KEY": secrets.token_urlsafe(50),
            "RUN_SWEEP_SECONDS": "1",
        }
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def command_of(service: str, port: int) -> list[str]:
    program, *arguments = COMPOSE["services"][service]["command"]
    beside_python = Path(sys.executable).parent / program
    return [str(beside_python), *(word.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in arguments)]


def answers(url: str, seconds: float) -> dict:
    until = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2) as response:  # noqa: S310
                return json.load(response)
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)


@needs_postgresql
@needs_redis
def test_the_processes_of_the_compose_file_serve_and_work(variables: dict[str, str], tmp_path: Path) -> None:
    port = free_port()
    (tmp_path / "data").mkdir()
    for broker in ("REDIS_URL", "CELERY_BROKER_URL"):
        redis.Redis.from_url(variables[broker]).flushdb()
    run = {"cwd": ROOT, "env": variables}
    subprocess.run([sys.executable, "-m", "django", "collectstatic", "--noinput", "-v0"], check=True, **run)
    subprocess.run(command_of("migrate", port), check=True, capture_output=True, **run)
    logs = {name: (tmp_path / f"{name}.log").open("w+") for name in PROCESSES}
    started = {
        name: subprocess.Popen(command_of(name, port), stdout=logs[name], stderr=subprocess.STDOUT, **run)
        for name in PROCESSES
    }
    try:
        assert answers(f"http://127.0.0.1:{port}/health/ready", 30) == {"status": "ok", "failing": []}
        until = time.monotonic() + 40
        while not re.search(r"environments\.sweep.*(succeeded|received)", Path(logs["worker"].name).read_text()):
            assert time.monotonic() < until, Path(logs["worker"].name).read_text()[-3000:]
            time.sleep(0.2)
        assert {name: process.poll() for name, process in started.items()} == dict.fromkeys(PROCESSES)
    finally:
        for process in started.values():
            process.terminate()
        ended = {name: process.wait(timeout=20) for name, process in started.items()}
        for log in logs.values():
            log.close()
    assert ended["web"] == 0
    assert ended["worker"] == 0
