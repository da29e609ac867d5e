"""Hints never block a request and never leave before the commit."""

import threading
import time
from queue import Queue

import pytest
from celery import current_app
from django.conf import settings
from django.db import transaction

from portal.core import queue


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch) -> list[tuple]:
    sent: list[tuple] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, kwargs, **_: sent.append((name, kwargs)))
    return sent


def wait_for(condition: object, seconds: float = 2) -> None:
    until = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < until
        time.sleep(0.005)


@pytest.mark.django_db(transaction=True)
def test_a_hint_leaves_after_the_commit(published: list[tuple]) -> None:
    with transaction.atomic():
        queue.enqueue("environments.advance_run", run="run_1")
        time.sleep(0.05)
        assert published == []

    wait_for(lambda: published == [("environments.advance_run", {"run": "run_1"})])


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_act_leaves_no_hint(published: list[tuple]) -> None:
    with transaction.atomic():
        queue.enqueue("environments.advance_run", run="run_1")
        transaction.set_rollback(True)

    time.sleep(0.05)
    assert published == []


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_does_not_hold_up_the_act(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow_refusal(*_: object, **__: object) -> None:
        time.sleep(0.5)
        raise ConnectionError

    monkeypatch.setattr(current_app, "send_task", slow_refusal)

    began = time.monotonic()
    queue.enqueue("outbox.deliver")

    assert time.monotonic() - began < 0.2


@pytest.mark.django_db(transaction=True)
def test_a_hint_that_no_worker_takes_does_not_stay_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **options: sent.append(options))

    queue.enqueue("outbox.deliver")

    wait_for(lambda: sent)
    assert sent[0]["expires"] >= 60


def test_a_process_ends_although_its_hints_cannot_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    full: Queue = Queue(maxsize=1)
    full.put(("outbox.deliver", {}))
    monkeypatch.setattr(queue, "_hints", full)
    monkeypatch.setattr(queue, "_publisher", None)

    ending = threading.Thread(target=queue._drain, daemon=True)
    ending.start()
    ending.join(timeout=1)

    assert not ending.is_alive()


def test_sweeps_do_not_pile_up_while_no_worker_runs() -> None:
    assert all(entry["options"]["expires"] >= 60 for entry in settings.CELERY_BEAT_SCHEDULE.values())


@pytest.mark.django_db(transaction=True)
def test_after_a_refusal_the_next_hint_still_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []

    def refuse_once(name: str, **_: object) -> None:
        sent.append(name)
        if len(sent) == 1:
            raise ConnectionError

    monkeypatch.setattr(current_app, "send_task", refuse_once)

    queue.enqueue("first")
    queue.enqueue("second")

    wait_for(lambda: sent == ["first", "second"])
