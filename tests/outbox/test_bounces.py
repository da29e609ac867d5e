"""Mail that comes back: reports are read, whatever they look like; addresses that take no mail are told of once."""

import io
import mailbox
import smtplib
from email.message import EmailMessage

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from portal.audit.models import AuditEvent
from portal.core.errors import Conflict
from portal.core.ids import new_id
from portal.outbox import bounces, delivery, preferences, selectors
from portal.outbox.bounces import Outcome
from portal.outbox.models import Notice, OutboxMessage, UndeliverableAddress
from portal.outbox.states import MailState
from tests.factories import onboardings, people
from tests.outbox.telling import ASKED, mail_of, tell
from tests.outbox.test_delivery import leave, server  # noqa: F401 - fixture

pytestmark = pytest.mark.django_db
State = MailState

REPORT = """\
From: MAILER-DAEMON@mx.acme.example
To: {to}
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

I'm sorry to inform you.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.acme.example
Arrival-Date: Mon, 23 Nov 2026 12:00:00 +0000

Final-Recipient: rfc822; hanna@acme.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: {kind}

From: WSO2 onboarding <onboarding@wso2.example>
Message-ID: <{id}@portal.example>
Subject: Subject

--b--
"""


def report(id, *, action="failed", status="5.1.1", to="onboarding@wso2.example", kind="text/rfc822-headers"):
    return REPORT.format(id=id, action=action, status=status, to=to, kind=kind).encode()


@pytest.fixture
def sent():
    return leave(state=State.DELIVERED)


def state_of(message):
    message.refresh_from_db()
    return message.state


@pytest.mark.parametrize("kind", ["text/rfc822-headers", "message/rfc822"])
def test_report_that_encloses_the_message_is_noted(sent, kind):
    assert bounces.read(report(sent.pk, kind=kind)) == Outcome.NOTED

    assert state_of(sent) == State.FAILED
    assert sent.last_error == "bounced (5.1.1)"
    assert UndeliverableAddress.objects.get().email == "hanna@acme.example"


def test_report_to_the_messages_own_return_address_is_noted(sent):
    raw = report(new_id("msg"), to=f"bounces+{sent.pk}@portal.example")

    assert bounces.read(raw) == Outcome.NOTED
    assert state_of(sent) == State.FAILED


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"action": "delayed", "status": "4.4.1"}, Outcome.NOT_FINAL),
        ({"action": "delivered", "status": "2.0.0"}, Outcome.NOT_FINAL),
        ({"id": new_id("msg")}, Outcome.UNKNOWN),
        ({"id": "somebody-elses"}, Outcome.UNKNOWN),
    ],
)
def test_report_that_says_no_end_of_a_message_of_ours_changes_nothing(sent, changes, outcome):
    assert bounces.read(report(**{"id": sent.pk, **changes})) == outcome
    assert state_of(sent) == State.DELIVERED


@pytest.mark.parametrize("status", ["5.2.2", "5.7.1", "5.3.4", "4.4.7"])
def test_message_that_failed_for_another_reason_than_its_address_is_no_mark_against_it(sent, status):
    bounces.read(report(sent.pk, status=status))

    assert state_of(sent) == State.FAILED
    assert not UndeliverableAddress.objects.exists()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff\xfe\x00",
        b"Subject: Out of office\n\nBack on Monday",
        b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n--b--",
        b"Content-Type: multipart/report\n\nno parts",
        report("x").replace(b"Status: 5.1.1\n", b"Status:\n"),
        report("x").replace(b"--b--", b""),
    ],
)
def test_anything_can_come_back(raw):
    assert bounces.read(raw) in set(Outcome)


def test_account_manager_and_administrators_are_told_once():
    administrator, onboarding = people.administrator(), onboardings.onboarding()
    hanna = people.contact(onboarding.customer)
    for key in ("one", "two"):
        tell(hanna, ASKED, key=key, customer=onboarding.customer)
        delivery.deliver()

    for key in ("one", "two", "two"):
        bounces.read(report(mail_of(ASKED, key).pk))

    told = Notice.objects.filter(event="address.undeliverable")
    assert {notice.person for notice in told} == {administrator, onboarding.account_manager}
    assert told.count() == 2
    assert hanna.email in told[0].subject
    assert told[0].link == f"/people/?customer={onboarding.customer_id}"


def test_mail_to_an_address_without_account_concerns_the_administrators():
    administrator = people.administrator()
    bounces.read(report(leave(state=State.DELIVERED).pk))

    assert [notice.person for notice in Notice.objects.all()] == [administrator]


@pytest.mark.parametrize(
    ("code", "words", "marked"),
    [
        (550, b"5.1.1 no such user", True),
        (550, b"unknown user", True),
        (550, b"5.7.1 policy", False),
        (552, b"5.2.2 full", False),
        (450, b"greylisted", False),
    ],
)
def test_recipient_refused_by_the_server_is_an_address_that_takes_no_mail(server, code, words, marked):  # noqa: F811
    leave()
    server.error = smtplib.SMTPRecipientsRefused({"hanna@acme.example": (code, words)})

    delivery.deliver()

    assert UndeliverableAddress.objects.exists() == marked


def test_person_says_that_their_address_takes_mail_again():
    hanna = people.contact(people.customer())
    tell(hanna, ASKED)
    delivery.deliver()
    bounces.read(report(mail_of(ASKED).pk))
    assert selectors.undeliverable_since(hanna)

    preferences.try_address_again(hanna)

    assert selectors.undeliverable_since(hanna) is None
    assert AuditEvent.objects.filter(action="address.tried_again", actor=hanna).exists()
    with pytest.raises(Conflict):
        preferences.try_address_again(hanna)
    tell(hanna, ASKED, key="two")
    assert delivery.deliver() == 1


def test_message_that_may_have_left_is_not_sent_again_once_it_came_back(sent):
    OutboxMessage.objects.update(state=State.DUE)

    bounces.read(report(sent.pk))

    assert delivery.deliver() == 0


def run(*arguments, given=b"", monkeypatch=None):
    out = io.StringIO()
    if monkeypatch:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given)))
    call_command("read_bounces", *arguments, stdout=out)
    return out.getvalue().strip()


def test_command_reads_one_report_from_its_input(sent, monkeypatch):
    assert run(given=report(sent.pk), monkeypatch=monkeypatch) == "1 noted"
    assert state_of(sent) == State.FAILED


def test_command_reads_what_is_new_in_a_maildir_once(sent, tmp_path):
    folder = mailbox.Maildir(tmp_path / "bounces")
    folder.add(report(sent.pk))
    away = EmailMessage()
    away["Subject"] = "Out of office"
    folder.add(away)

    assert run("--maildir", str(tmp_path / "bounces")) == "1 no report, 1 noted"
    assert run("--maildir", str(tmp_path / "bounces")) == "nothing new"


def test_command_says_that_there_is_no_maildir(tmp_path):
    with pytest.raises(CommandError, match="no maildir"):
        run("--maildir", str(tmp_path / "nowhere"))
