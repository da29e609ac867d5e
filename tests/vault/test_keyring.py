import multiprocessing
import stat
from pathlib import Path

import pytest

from portal.vault.errors import KeyMissing
from portal.vault.keyring import FileKeyring

CONTEXT = {"tenant": "cus_1", "secret": "sec_1"}


def test_first_use_makes_a_key_that_only_its_owner_reads(tmp_path):
    keyring = FileKeyring(tmp_path / "keys")

    key_id = keyring.newest()

    file = tmp_path / "keys" / f"{key_id}.key"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in file.parent.iterdir()] == ["0001.key"]


def _wrap_by_a_new_process(folder: str, barrier, answers) -> None:
    keyring = FileKeyring(Path(folder))
    barrier.wait()
    answers.put(keyring.wrap(b"k" * 32, key_id=keyring.newest(), context=CONTEXT))


def test_processes_that_start_at_once_end_with_one_key(tmp_path):
    spawn = multiprocessing.get_context("fork")
    barrier, answers = spawn.Barrier(4), spawn.Queue()
    processes = [
        spawn.Process(target=_wrap_by_a_new_process, args=(str(tmp_path / "keys"), barrier, answers)) for _ in range(4)
    ]
    for process in processes:
        process.start()
    wrapped = [answers.get(timeout=20) for _ in processes]
    for process in processes:
        process.join()

    keyring = FileKeyring(tmp_path / "keys")
    assert {keyring.unwrap(each, key_id=keyring.newest(), context=CONTEXT) for each in wrapped} == {b"k" * 32}
    assert [entry.name for entry in (tmp_path / "keys").iterdir()] == ["0001.key"]


def test_running_process_uses_a_key_that_another_one_added(tmp_path):
    running, other = FileKeyring(tmp_path), FileKeyring(tmp_path)
    first = running.newest()
    wrapped = running.wrap(b"k" * 32, key_id=first, context=CONTEXT)

    added = other.add()

    assert (first, added, running.newest()) == ("0001", "0002", "0002")
    assert running.unwrap(wrapped, key_id=first, context=CONTEXT) == b"k" * 32


def test_lost_key_is_named(tmp_path):
    keyring = FileKeyring(tmp_path)
    wrapped = keyring.wrap(b"k" * 32, key_id=keyring.newest(), context=CONTEXT)
    (tmp_path / "0001.key").unlink()

    with pytest.raises(KeyMissing, match="0001"):
        FileKeyring(tmp_path).unwrap(wrapped, key_id="0001", context=CONTEXT)
