import smtplib
from datetime import timedelta
from threading import Lock

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from portal.core import clock
from portal.outbox import delivery, services
from portal.outbox.models import MailboxMessage, OutboxMessage
from tests import at_once

State = OutboxMessage.State


def leave(key: str = "one", *, recipient: str = "hanna@acme.example", **changes) -> OutboxMessage:
    values = {"subject": "Subject", "text": "Text", "html": "<p>Text</p>", "next_at": clock.now(), **changes}
    return OutboxMessage.objects.create(key=key, recipient=recipient, **values)


class Server(BaseEmailBackend):
    """A mail server that raises what it is told to, and knows what it took."""

    error: Exception | None = None
    taken: list[str] = []
    lock = Lock()

    def send_messages(self, messages):
        if Server.error:
            raise Server.error
        with Server.lock:
            Server.taken.extend(message.extra_headers["Message-ID"] for message in messages)
        return len(messages)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(delivery, "get_connection", Server)
    Server.error, Server.taken = None, []
    return Server


@pytest.mark.django_db
def test_message_is_sent_once_as_text_and_html():
    message = leave()

    assert (delivery.deliver(), delivery.deliver()) == (1, 0)

    (sent,) = mail.outbox
    assert (sent.to, sent.subject, sent.body) == (["hanna@acme.example"], "Subject", "Text")
    assert [(part.content, part.mimetype) for part in sent.alternatives] == [("<p>Text</p>", "text/html")]
    assert sent.extra_headers["Message-ID"] == f"<{message.pk}@127.0.0.1>"
    message.refresh_from_db()
    assert (message.state, message.attempts, message.text) == (State.DELIVERED, 1, "Text")


@pytest.mark.django_db
def test_words_of_a_one_time_link_are_erased_once_it_left():
    message = leave(one_time_link=True)

    delivery.deliver()

    message.refresh_from_db()
    assert (message.text, message.html) == ("", "")
    assert mail.outbox[0].body == "Text"


@pytest.mark.django_db
def test_message_of_the_future_waits():
    leave(next_at=clock.now() + timedelta(seconds=5))

    assert delivery.deliver() == 0


@pytest.mark.django_db
def test_refused_connection_is_tried_again_later_each_time(server):
    message = leave()
    server.error = ConnectionRefusedError("secret words of the server")
    pauses = []

    for _ in range(4):
        with time_machine.travel(message.next_at, tick=False):
            delivery.deliver()
            before, message = message.next_at, OutboxMessage.objects.get(pk=message.pk)
        pauses.append((message.next_at - before).total_seconds())

    assert pauses == [30, 60, 120, 240]
    assert (message.state, message.last_error) == (State.DUE, "ConnectionRefusedError")


@pytest.mark.django_db
def test_message_leaves_when_the_server_is_back(server):
    message = leave()
    server.error = TimeoutError()
    delivery.deliver()
    server.error = None

    with time_machine.travel(clock.now() + timedelta(seconds=31)):
        assert delivery.deliver() == 1

    message.refresh_from_db()
    assert (message.state, message.last_error, message.attempts) == (State.DELIVERED, "", 2)


@pytest.mark.django_db
def test_twelfth_failure_is_the_last(server):
    message = leave(attempts=delivery.MOST_ATTEMPTS - 1)
    server.error = TimeoutError()

    delivery.deliver()

    message.refresh_from_db()
    assert message.state == State.FAILED


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "state"),
    [
        (smtplib.SMTPRecipientsRefused({"hanna@acme.example": (550, b"no such user")}), State.FAILED),
        (smtplib.SMTPRecipientsRefused({"hanna@acme.example": (450, b"greylisted")}), State.DUE),
        (smtplib.SMTPDataError(552, b"too big"), State.FAILED),
        (smtplib.SMTPDataError(451, b"later"), State.DUE),
        (smtplib.SMTPAuthenticationError(535, b"wrong password"), State.DUE),
        (smtplib.SMTPServerDisconnected(), State.DUE),
        (OSError(), State.DUE),
    ],
)
def test_what_can_never_arrive_is_given_up_at_once(server, error, state):
    message = leave()
    server.error = error

    delivery.deliver()

    message.refresh_from_db()
    assert message.state == state
    assert "no such user" not in message.last_error


@pytest.mark.django_db
def test_one_refused_message_holds_up_no_other():
    leave("bad", subject="two\nlines")
    leave("good")

    assert delivery.deliver() == 1
    assert dict(OutboxMessage.objects.values_list("key", "state")) == {"bad": State.FAILED, "good": State.DELIVERED}


@pytest.mark.django_db
def test_worker_that_dies_after_sending_leaves_a_message_that_is_sent_again_with_the_same_id(server, monkeypatch):
    leave()

    def die(message):
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(delivery, "_note_delivery", die)
        with pytest.raises(SystemExit):
            delivery.deliver()

    assert delivery.deliver() == 0, "the claim still stands"
    with time_machine.travel(clock.now() + delivery.CLAIM + timedelta(seconds=1)):
        assert delivery.deliver() == 1

    assert len(server.taken) == 2
    assert len(set(server.taken)) == 1


@pytest.mark.django_db
def test_worker_whose_claim_ended_cannot_overrule_the_next():
    late = leave()
    assert delivery._claim(late)
    OutboxMessage.objects.filter(pk=late.pk).update(attempts=2)

    delivery._note_failure(late, ValueError())

    late.refresh_from_db()
    assert late.state == State.DUE


@pytest.mark.django_db(transaction=True)
def test_workers_at_once_send_every_message_once(server):
    for number in range(30):
        leave(f"message {number}")

    sent = at_once.outcomes([delivery.deliver] * 4)

    assert sum(sent) == 30
    assert len(server.taken) == len(set(server.taken)) == 30


@pytest.mark.django_db
def test_same_key_leaves_one_message():
    for _ in range(2):
        services.email(
            "unknown_account",
            "hanna@acme.example",
            key="same",
            subject="A subject\r\nBcc: everybody@acme.example",
            customer=None,
            context={"email": "<b>hanna</b>@acme.example"},
        )

    message = OutboxMessage.objects.get()
    assert message.subject == "A subject Bcc: everybody@acme.example"
    assert "<b>" not in message.html
    assert "<b>" in message.text


@pytest.mark.django_db(transaction=True)
def test_rolled_back_act_leaves_no_mail():
    with transaction.atomic():
        leave()
        transaction.set_rollback(True)

    assert delivery.deliver() == 0


@pytest.mark.django_db
def test_mailbox_keeps_what_would_be_sent(settings):
    settings.EMAIL_BACKEND = "portal.outbox.mailbox.MailboxBackend"
    leave()

    delivery.deliver()

    kept = MailboxMessage.objects.get()
    assert (kept.recipient, kept.subject, kept.text, kept.html) == (
        "hanna@acme.example",
        "Subject",
        "Text",
        "<p>Text</p>",
    )
