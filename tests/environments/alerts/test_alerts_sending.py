"""A test alert is sent by an engineer, published once by the worker, and confirmed by whoever has its link."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import connection

from environments.alerts import models as alerts
from environments.alerts import tasks
from environments.alerts.services import links, publishing, sending
from environments.alerts.states import AlertState
from environments.provisioning.ports import CallFailed, Failure
from environments.states import EnvironmentKind
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from portal.outbox.models import MailboxMessage, Notice
from tests.environments.alerts.acts import sent, token_in
from tests.factories import environments, people

pytestmark = pytest.mark.django_db(transaction=True)


def published(cloud):
    return cloud.cloud.rows("sns", "message")


def failing(cloud, failure: Failure, code: str) -> None:
    def fail(operation: str) -> None:
        if operation == "sns.publish":
            raise CallFailed(failure, code, code, operation="publish")

    cloud.cloud.before = fail


def test_message_says_that_it_is_a_test_of_what_and_carries_the_link(production, cloud):
    alert = sent(production)
    (message,) = published(cloud)
    assert message["TopicArn"] == alert.topic
    assert message["Subject"] == f"Test alert: {production.name}, {production.customer.name}"
    assert message["Message"].startswith("This is a test: nothing is wrong.")
    assert f"{settings.PORTAL_URL}/test-alerts/{token_in(cloud)}/" in message["Message"]
    assert alert.state == AlertState.SENT
    assert set(alert.recipients) == {"night@acme.example", "operations@acme.example"}
    assert alert.expires_at - alert.requested_at == timedelta(days=7)


def test_link_is_kept_as_a_digest_and_stands_nowhere_else(production, cloud, caplog):
    sent(production)
    token = token_in(cloud)
    links.confirm(token)
    everything = str(list(alerts.TestAlert.objects.values())) + caplog.text
    everything += str(list(AuditEvent.objects.values())) + str(list(Notice.objects.values()))
    assert token not in everything


def test_worker_publishes_an_alert_once(production, cloud):
    alert = sending.send(production, by=people.engineer())
    tasks.publish(alert=alert.pk)
    tasks.publish(alert=alert.pk)
    tasks.sweep()
    assert len(published(cloud)) == 1


def test_sending_and_its_outcome_are_on_record(production, cloud):
    engineer = people.engineer()
    alert = sent(production, by=engineer)
    links.confirm(token_in(cloud), name="Ada", address="ada@acme.example")
    events = AuditEvent.objects.filter(subject_id=alert.pk).order_by("sequence")
    assert [(event.action, event.actor) for event in events] == [
        ("test_alert.requested", engineer),
        ("test_alert.sent", None),
        ("test_alert.confirmed", None),
    ]
    assert events[2].after == {"state": "confirmed", "name": "Ada", "address": "ada@acme.example"}


def test_only_who_provisions_sends_one(production):
    for person in (people.account_manager(), people.approver(), people.contact(production.customer)):
        with pytest.raises(Forbidden):
            sending.send(production, by=person)


def test_there_is_nothing_to_test_without_a_topic(behind):
    engineer = people.engineer()
    for kind, said in (
        (EnvironmentKind.TEST, "only production is monitored"),
        (EnvironmentKind.PRODUCTION, "no alert"),
    ):
        with pytest.raises(Conflict, match=said):
            sending.send(environments.environment(kind=kind), by=engineer)


def test_newer_alert_replaces_one_that_waits(production, cloud):
    first = sent(production)
    link = token_in(cloud)
    second = sent(production)
    first.refresh_from_db()
    assert (first.state, second.state) == (AlertState.REPLACED, AlertState.SENT)
    assert AuditEvent.objects.get(action="test_alert.requested", subject_id=second.pk).before == {"replaced": first.pk}
    with pytest.raises(Conflict, match="A newer test alert was sent"):
        links.confirm(link)


def test_replaced_alert_that_no_worker_took_is_not_published(production, cloud):
    first = sending.send(production, by=people.engineer())
    sending.send(production, by=people.engineer())
    publishing.publish(first.pk)
    assert published(cloud) == []


def test_five_an_hour_are_enough(production):
    engineer = people.engineer()
    with time_machine.travel(clock.now(), tick=False) as moment:
        for _ in range(5):
            sending.send(production, by=engineer)
        moment.shift(timedelta(minutes=50))
        with pytest.raises(TooMany, match="The next is free in 10 minutes") as refused:
            sending.send(production, by=engineer)
        assert refused.value.retry_after_seconds == 600
        moment.shift(timedelta(minutes=11))
        sending.send(production, by=engineer)


@pytest.mark.parametrize(
    ("failure", "code", "message", "remedy"),
    [
        (Failure.DENIED, "AuthorizationError", "AWS denied publish", "deploy the current template"),
        (Failure.MISSING, "NotFound", "publish did not find what it needs", "send another test alert"),
        (Failure.UNKNOWN, "ReadTimeoutError", "may have gone out or not", "If it arrives, confirm by its link"),
    ],
)
def test_failure_says_what_why_and_what_to_do(production, cloud, failure, code, message, remedy):
    failing(cloud, failure, code)
    alert = sent(production)
    assert alert.state == AlertState.FAILED
    assert message in alert.failure["message"]
    assert remedy in alert.failure["remedy"]
    assert AuditEvent.objects.filter(action="test_alert.failed", subject_id=alert.pk).exists()
    production.refresh_from_db()
    assert production.check_requested_at


def test_nobody_to_reach_is_a_failure_of_its_own(production, cloud):
    for row in cloud.cloud.rows("sns", "subscription"):
        row["SubscriptionArn"] = "PendingConfirmation"
    assert sent(production).failure["code"] == "nobody_confirmed"
    assert published(cloud) == []


def test_alert_that_went_out_although_its_answer_was_lost_is_confirmed_like_any_other(production, cloud):
    def lose(operation: str) -> None:
        if operation == "sns.publish":
            raise CallFailed(Failure.UNKNOWN, "ReadTimeoutError", "", operation="publish")

    cloud.cloud.after = lose
    alert = sent(production)
    assert alert.state == AlertState.FAILED
    links.confirm(token_in(cloud))
    alert.refresh_from_db()
    assert (alert.state, len(alert.recipients)) == (AlertState.CONFIRMED, 2)


def test_sweep_gives_up_what_a_worker_took_and_did_not_finish(production):
    alert = sending.send(production, by=people.engineer())
    alerts.TestAlert.objects.filter(pk=alert.pk).update(claimed_at=clock.now() - timedelta(minutes=6))
    tasks.sweep()
    alert.refresh_from_db()
    assert alert.failure["code"] == "outcome_unknown"


def test_sweep_hints_again_at_what_no_worker_took(production, monkeypatch):
    hints = []
    alert = sending.send(production, by=people.engineer())
    monkeypatch.setattr(publishing.queue, "enqueue", lambda task, **ids: hints.append((task, ids)))
    alerts.TestAlert.objects.filter(pk=alert.pk).update(requested_at=clock.now() - timedelta(minutes=1))
    tasks.sweep()
    assert hints == [("alerts.publish", {"alert": alert.pk})]


def test_link_confirms_once_and_tells_who_sent_it(production, cloud):
    engineer = people.engineer()
    alert = sent(production, by=engineer)
    links.confirm(token_in(cloud), name=" Ada \n Night ")
    alert.refresh_from_db()
    assert (alert.state, alert.confirmed_name) == (AlertState.CONFIRMED, "Ada Night")
    notice = Notice.objects.get(event="test_alert.confirmed")
    assert (notice.person, notice.link) == (engineer, f"/environments/{production.pk}/checklist/")
    with pytest.raises(Conflict, match="confirmed this test alert already"):
        links.confirm(token_in(cloud))


def test_link_ends_after_seven_days(production, cloud):
    alert = sent(production)
    with time_machine.travel(clock.now() + timedelta(days=7, minutes=1)):
        assert alert.state == AlertState.EXPIRED
        with pytest.raises(Conflict, match="This link has ended"):
            links.confirm(token_in(cloud))


def test_link_that_was_not_made_here_is_unknown(production):
    with pytest.raises(NotFound):
        links.opened("made-up")


def test_what_is_typed_has_limits(production, cloud):
    sent(production)
    with pytest.raises(Invalid) as refused:
        links.confirm(token_in(cloud), name="A" * 121, address="nobody")
    assert [problem.pointer for problem in refused.value.problems] == ["name", "address"]


def test_database_lets_one_alert_wait(production):
    with connection.cursor() as cursor:
        names = connection.introspection.get_constraints(cursor, alerts.TestAlert._meta.db_table)
    assert names["one_test_alert_waits_per_environment"]["unique"]


def test_where_a_stand_in_takes_awss_place_the_mailbox_shows_it_and_says_so(production, settings):
    settings.AWS_STAND_IN_CUSTOMER_ROLE = "Administrator"
    alert = sent(production)
    assert alert.simulated == "The AWS stand-in sends no mail: the message was put into this portal's mailbox instead."
    kept = MailboxMessage.objects.filter(subject__startswith="Test alert")
    assert set(kept.values_list("recipient", flat=True)) == set(alert.recipients)
    assert "/test-alerts/" in kept[0].text


def test_stand_in_with_a_mail_server_reaches_nobody_and_says_so(production, settings, mailoutbox):
    settings.AWS_STAND_IN_CUSTOMER_ROLE, settings.MAIL_DELIVERY = "Administrator", "smtp"
    assert sent(production).simulated.endswith("reached nobody.")
    assert not MailboxMessage.objects.exists()
    assert mailoutbox == []
