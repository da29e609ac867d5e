"""What the supervising process hands to its children, and how these end."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from portal.embedded import children, supervisor
from portal.embedded.aws_stand_in import accounts
from portal.embedded.children import Child, stop_all
from tests.services import free_port

PYTHON = [sys.executable, "-S", "-c"]
WAITS = "import time; print('up', flush=True); time.sleep(60)"
IGNORES = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"


def child_that(does: str, folder: Path, name: str = "child") -> Child:
    """Return a started child, after its first word."""
    child = Child(name, [*PYTHON, does], os.environ, folder / f"{name}.log")
    child.start()
    until = time.monotonic() + 20
    while not child.log.read_text() and time.monotonic() < until:
        time.sleep(0.02)
    return child


def test_nothing_of_this_shell_leads_a_call_to_real_aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    leading = {
        "AWS_PROFILE": "production",
        "AWS_SESSION_TOKEN": "real",
        "AWS_ENDPOINT_URL_S3": "https://s3.eu-west-1.amazonaws.com",
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true",
    }
    for name, value in {**leading, "AWS_ACCESS_KEY_ID": "real", "AWS_CONFIG_FILE": "/home/hanna/.aws/config"}.items():
        monkeypatch.setenv(name, value)

    environment = supervisor._environment(tmp_path, 8000, 8001)

    assert {name for name in environment if name.startswith("AWS_")} == {
        "AWS_ACCESS_KEY_ID",
        "AWS_CONFIG_FILE",
        "AWS_EC2_METADATA_DISABLED",
        "AWS_ENDPOINT_URL",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SETTLE_SECONDS",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_STAND_IN_CUSTOMER_ROLE",
        "AWS_STAND_IN_DNS",
    }
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:8001"
    assert environment["AWS_ACCESS_KEY_ID"] == accounts.access_key_of(accounts.PROVIDER_ACCOUNT_ID)[0]
    assert environment["AWS_CONFIG_FILE"] == os.devnull


def test_calls_on_this_machine_pass_by_a_proxy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.northwind.example:3128")
    monkeypatch.setenv("NO_PROXY", "intranet.example")
    monkeypatch.delenv("no_proxy", raising=False)

    environment = supervisor._environment(tmp_path, 8000, 8001)

    assert environment["NO_PROXY"] == environment["no_proxy"] == "intranet.example,127.0.0.1,localhost"


def test_what_the_shell_sets_for_the_portal_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUN_SWEEP_SECONDS", "1")
    monkeypatch.setenv("AWS_SETTLE_SECONDS", "2")

    environment = supervisor._environment(tmp_path, 8000, 8001)

    assert (environment["RUN_SWEEP_SECONDS"], environment["AWS_SETTLE_SECONDS"]) == ("1", "2")


def test_what_one_process_compiled_serves_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")

    environment = supervisor._environment(tmp_path, 8000, 8001)

    assert environment["PYTHONDONTWRITEBYTECODE"] == ""


def test_the_secret_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    first, second = supervisor._secret_key(tmp_path), supervisor._secret_key(tmp_path)

    assert first == second
    assert len(first) >= 50
    assert (tmp_path / "secret-key").stat().st_mode & 0o077 == 0


@pytest.fixture
def prepared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The commands that a start would run; nothing is started."""
    commands: list[str] = []
    monkeypatch.setattr(supervisor, "_django", lambda _, *command: commands.append(command[0]))
    monkeypatch.setattr(supervisor, "_is_taken", lambda _: True)
    monkeypatch.setattr(Child, "start", lambda _: None)
    return commands


def prepare(data: Path) -> None:
    environment = supervisor._environment(data, 8000, 8001)
    aws = Child("aws", [], environment, data / "aws.log")
    supervisor._prepare(aws, data, environment, samples=True)


def test_static_files_are_collected_again_only_when_they_changed(
    prepared: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare(tmp_path)
    assert sorted(prepared) == ["collectstatic", "migrate", "seed_demo"]

    prepared.clear()
    prepare(tmp_path)
    assert prepared == ["migrate", "seed_demo"]

    prepared.clear()
    monkeypatch.setattr(supervisor, "_static_sources", lambda: "another digest")
    prepare(tmp_path)
    assert "collectstatic" in prepared


def test_a_first_start_that_was_broken_off_starts_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data = tmp_path / "data"
    monkeypatch.setenv("DATA_DIR", str(data))
    monkeypatch.setattr(supervisor.signal, "signal", lambda *_: None)
    monkeypatch.setattr(supervisor, "_run", lambda folder, *_: (folder / "portal.sqlite3").write_text("half"))
    supervisor.main(["--port", str(free_port())])
    assert (data / "portal.sqlite3").exists()
    seen: list[bool] = []
    monkeypatch.setattr(supervisor, "_run", lambda folder, *_: seen.append((folder / "portal.sqlite3").exists()))

    supervisor.main(["--port", str(free_port())])

    assert seen == [False]


def test_a_start_that_went_through_keeps_its_data(
    prepared: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setattr(supervisor.signal, "signal", lambda *_: None)
    monkeypatch.setattr(supervisor, "_is_taken", lambda port: port != 8123)
    (tmp_path / "first-start-unfinished").touch()
    prepare(tmp_path)
    (tmp_path / "portal.sqlite3").write_text("whole")
    monkeypatch.setattr(supervisor, "_run", lambda *_: 0)

    assert supervisor.main(["--port", "8123"]) == 0

    assert (tmp_path / "portal.sqlite3").read_text() == "whole"


def test_a_child_that_ended_can_be_started_again(tmp_path: Path) -> None:
    child = child_that(WAITS, tmp_path)
    assert child.process
    first = child.process.pid
    assert not child.has_ended()

    os.kill(first, signal.SIGKILL)
    child.process.wait()
    assert child.has_ended()
    child.start()

    assert not child.has_ended()
    assert child.process.pid != first
    stop_all([child])


def test_a_child_that_does_not_listen_is_ended_by_force(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(children, "_STOP_SECONDS", 0.5)
    deaf, ready = child_that(IGNORES, tmp_path, "deaf"), child_that(WAITS, tmp_path, "ready")

    stop_all([deaf, ready])

    assert deaf.process
    assert ready.process
    assert (deaf.process.returncode, ready.process.returncode) == (-signal.SIGKILL, -signal.SIGTERM)


def test_the_first_child_is_stopped_last(tmp_path: Path) -> None:
    notes = tmp_path / "ended"
    noting = (
        "import pathlib, signal, sys, time\n"
        "def end(*_):\n"
        f"    with open({str(notes)!r}, 'a') as file: file.write(NAME + ' ')\n"
        "    sys.exit(0)\n"
        "signal.signal(15, end); print('up', flush=True); time.sleep(60)"
    )
    started = [child_that(f"NAME = {name!r}\n{noting}", tmp_path, name) for name in ("aws", "web")]

    stop_all(started)

    assert notes.read_text().split() == ["web", "aws"]


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's parent-death signal is Linux's")
def test_a_child_ends_with_its_parent_even_when_that_is_killed(tmp_path: Path) -> None:
    parent_does = (
        "import os, time; from pathlib import Path; from portal.embedded.children import Child\n"
        f"child = Child('child', {[*PYTHON, WAITS]!r}, os.environ, Path({str(tmp_path / 'log')!r})); child.start()\n"
        "print(child.process.pid, flush=True); time.sleep(60)"
    )
    root = Path(__file__).resolve().parents[2]
    with subprocess.Popen([sys.executable, "-c", parent_does], cwd=root, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        orphan = Path(f"/proc/{int(parent.stdout.readline())}")
        parent.kill()

    until = time.monotonic() + 10
    while _runs(orphan) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _runs(orphan)


def _runs(process: Path) -> bool:
    try:
        return "State:\tZ" not in (process / "status").read_text()
    except OSError:
        return False
