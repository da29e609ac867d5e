"""`python3 manage.py up`: everything starts, stays, stops, and never outlives its parent."""

import json
import os
import signal
import socket
import time
import urllib.request
from pathlib import Path

import pytest

from tests.stack import SERVICES, Stack, running, start

pytestmark = [pytest.mark.stateful, pytest.mark.timeout(1500), pytest.mark.xdist_group("stack")]


def children_of(pid: int) -> set[int]:
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            except OSError:
                continue
            if parent == pid:
                found |= {int(entry.name), *children_of(int(entry.name))}
    return found


def alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def health(stack: Stack) -> dict:
    with urllib.request.urlopen(f"{stack.url}/health/ready", timeout=5) as answer:  # noqa: S310
        return json.load(answer)


def test_it_starts_over_keeps_its_data_and_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "portal.sqlite3").write_text("what an earlier start left, and not a database")

    with running(tmp_path, "--fresh") as stack:
        printed = "".join(stack.printed)
        children = children_of(stack.process.pid)
        assert health(stack) == {"status": "ok", "failing": []}
        assert stack.url in printed
        assert "hanna@northwind.example" in printed
        assert len(children) >= 4

        assert stack.stop() == 0
        assert [pid for pid in children if alive(pid)] == []

        again = start(tmp_path, {name: stack.environment[name] for name in SERVICES})
        try:
            keeps_its_data(again, tmp_path)
            ends_with_its_parent(again)
        finally:
            again.process.kill()
            again.process.wait()


def keeps_its_data(again: Stack, data: Path) -> None:
    key, state = (data / "secret-key").read_text(), (data / "aws.dill").stat().st_size
    again.wait_until_ready()
    assert "hanna@northwind.example" in "".join(again.printed)
    assert (data / "secret-key").read_text() == key
    assert (data / "aws.dill").stat().st_size == pytest.approx(state, rel=0.2)


def ends_with_its_parent(stack: Stack) -> None:
    victims = children_of(stack.process.pid)
    os.kill(stack.process.pid, signal.SIGKILL)
    until = time.monotonic() + 20
    while any(alive(pid) for pid in victims):
        assert time.monotonic() < until, [Path(f"/proc/{pid}/cmdline").read_text() for pid in victims if alive(pid)]
        time.sleep(0.1)


def test_a_taken_port_is_a_clear_message_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        stack = start(tmp_path, None, "--port", str(holder.getsockname()[1]))
        assert stack.process.wait(timeout=60) == 1

    time.sleep(0.2)
    assert "is taken. Stop what runs there, or choose another with --port." in "".join(stack.printed)
    assert list(tmp_path.iterdir()) == []
