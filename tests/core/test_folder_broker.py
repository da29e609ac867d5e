"""The broker in a folder, where a reader comes at every wrong moment."""

from pathlib import Path
from queue import Empty

import pytest
from kombu import Connection

from portal.core.folder_broker import Transport


@pytest.fixture
def connection(tmp_path):
    folder, control = tmp_path / "queue", tmp_path / "control"
    folder.mkdir()
    control.mkdir()
    options = {"data_folder_in": str(folder), "data_folder_out": str(folder), "control_folder": str(control)}
    with Connection("localhost", transport=Transport, transport_options=options) as found:
        yield found


def test_message_goes_through(connection):
    with connection.SimpleQueue("hints") as queue:
        queue.put({"run": "run_1"})
        assert queue.get(timeout=2).payload == {"run": "run_1"}


def test_messages_keep_their_order(connection):
    channel = connection.channel()
    for number in range(5):
        channel._put("hints", {"number": number})
    assert [channel._get("hints")["number"] for _ in range(5)] == list(range(5))


def test_half_written_message_is_not_seen_and_an_unreadable_one_is_dropped(connection, tmp_path):
    channel = connection.channel()
    (tmp_path / "queue" / ".1_a.hints.msg").write_text("{")
    (tmp_path / "queue" / "1_b.hints.msg").write_text("")
    with pytest.raises(Empty):
        channel._get("hints")
    channel._put("hints", {"run": "run_1"})
    assert channel._get("hints") == {"run": "run_1"}


def test_table_that_a_killed_process_left_empty_is_begun_anew(connection, tmp_path, monkeypatch):
    monkeypatch.setattr("portal.core.folder_broker._PAUSE_SECONDS", 0)
    Path(tmp_path / "control" / "hints.exchange").write_text("")
    channel = connection.channel()
    channel._queue_bind("hints", "hints", "", "hints")
    assert [row.queue for row in channel.get_table("hints")] == ["hints"]


def test_celery_uses_it():
    from portal.celery import app

    assert app.connection_for_write("filesystem://").get_transport_cls() is Transport
