"""A worker that is killed at each point of a delivery, against a real mail server: nothing is lost, and copies are counted."""

import os
import subprocess
import sys
import time
from contextlib import contextmanager

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from portal.core import clock
from portal.outbox import delivery
from portal.outbox.models import MailboxMessage, OutboxMessage
from portal.outbox.states import MailState
from tests import at_once
from tests.faults.conftest import database_url
from tests.outbox.sinks import Sink
from tests.outbox.test_delivery import leave
from tests.probes.servers import serving

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]
State = MailState


@contextmanager
def sink_of(sink, settings):
    with serving(sink) as port:
        settings.EMAIL_BACKEND = "portal.outbox.smtp.SmtpBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", port, False
        settings.EMAIL_HOST_USER = ""
        yield port
        sink.goes_on.set()


@contextmanager
def worker(port, folder):
    """A worker process of its own, which is killed at the end of the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.outbox.worker"],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "SECRET_KEY": settings.SECRET_KEY,
            "DATABASE_URL": database_url(),
            "DATA_DIR": str(folder),
            "MAIL_DELIVERY": "smtp",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(port),
            "EMAIL_USE_TLS": "false",
        },
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def claims_end():
    OutboxMessage.objects.filter(state=State.DUE).update(next_at=clock.now())


@pytest.mark.parametrize("point", ["EHLO", "MAIL", "RCPT", "DATA"])
def test_worker_that_dies_before_the_words_leaves_one_copy(settings, tmp_path, point):
    message, sink = leave(), Sink(stops_at=point)
    with sink_of(sink, settings) as port:
        with worker(port, tmp_path):
            assert sink.reached.wait(60)
        sink.goes_on.set()
        message.refresh_from_db()
        assert (message.state, message.handed_over_at) == (State.DUE, None), "it is known not to have left"
        claims_end()

        assert delivery.deliver() == 1

    assert sink.copies() == {message.pk: 1}


def test_worker_that_dies_before_it_hears_the_yes_loses_nothing(settings, tmp_path):
    """The one case in which no sender can know. The second copy has the same `Message-ID`."""
    message, sink = leave(), Sink(stops_at="taken")
    with sink_of(sink, settings) as port:
        with worker(port, tmp_path):
            assert sink.reached.wait(60)
        sent_again(message, sink)

    assert sink.copies() == {message.pk: 2}


def test_worker_that_dies_before_it_notes_the_yes_loses_nothing(settings, tmp_path):
    message, sink = leave(), Sink(stops_at="taken")
    with sink_of(sink, settings) as port:
        with worker(port, tmp_path) as process:
            assert sink.reached.wait(60)
            with transaction.atomic():
                OutboxMessage.objects.update(subject=F("subject"))  # the worker's note waits for this to end
                sink.goes_on.set()
                time.sleep(0.5)
                process.kill()
                process.wait()
                forget_the_dead()
        sent_again(message, sink)

    assert sink.copies() == {message.pk: 2}


def forget_the_dead():
    """A server that still holds the note of somebody dead would write it down: end the session that waits for this one."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )


def sent_again(message, sink):
    sink.goes_on.set()
    message.refresh_from_db()
    assert message.state == State.DUE
    assert message.handed_over_at is not None, "it may have left"
    claims_end()
    assert delivery.deliver() == 1
    message.refresh_from_db()
    assert message.state == State.DELIVERED


@pytest.mark.parametrize("point", ["RCPT", "DATA"])
def test_worker_whose_claim_ends_while_the_server_is_slow_sends_no_second_copy(settings, point):
    message, sink = leave(), Sink(stops_at=point)
    with sink_of(sink, settings):

        def be_late():
            return delivery.deliver()

        def take_over():
            assert sink.reached.wait(30)
            claims_end()
            sent = delivery.deliver()
            sink.goes_on.set()
            return sent

        assert at_once.outcomes([be_late, take_over]) == [0, 1]

    assert sink.copies() == {message.pk: 1}
    message.refresh_from_db()
    assert message.state == State.DELIVERED


def test_many_messages_leave_by_one_connection(settings):
    messages, sink = [leave(f"message {number}") for number in range(5)], Sink()
    with sink_of(sink, settings):
        assert delivery.deliver() == 5

    assert sink.copies() == {message.pk: 1 for message in messages}
    assert sink.greeted == 1


def test_embedded_mailbox_keeps_one_of_two_copies(settings):
    settings.EMAIL_BACKEND = "portal.outbox.mailbox.MailboxBackend"
    leave()
    delivery.deliver()
    OutboxMessage.objects.update(state=State.DUE)
    claims_end()

    assert delivery.deliver() == 1

    assert MailboxMessage.objects.count() == 1


def test_bounces_come_back_under_the_messages_own_address(settings):
    settings.BOUNCE_ADDRESS = "bounces@portal.example"
    message, sink = leave(), Sink()
    with sink_of(sink, settings):
        delivery.deliver()

    assert sink.senders == [f"bounces+{message.pk}@portal.example"]
    assert b"From: WSO2 onboarding <onboarding@wso2.example>" in sink.taken[0]
