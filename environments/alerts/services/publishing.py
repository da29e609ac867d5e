"""Publishing a test alert to the topic in the customer's account, by the worker.

A message that was sent cannot be called back, and a lost answer does not say whether it left. So a worker takes an alert once;
whatever becomes of that, the same alert is not published a second time.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from environments.alerts.models import TestAlert
from environments.alerts.services import looking, simulating
from environments.models import Environment
from environments.provisioning import messages
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.specification import Spec
from environments.provisioning.steps.alerts import confirmed
from environments.services import cloud, known, plans
from portal.accounts.services import one_time
from portal.audit.services import record
from portal.core import clock, queue

_HINT_AFTER = timedelta(seconds=30)
_GIVEN_UP_AFTER = timedelta(minutes=5)
"""Longer than the calls of one alert can take, with their repetitions."""
_LONGEST_SUBJECT = 100
"""What SNS takes, in ASCII. Source: SNS API Reference, "Publish"."""

_NOBODY = {
    "code": "nobody_confirmed",
    "message": "Nobody has confirmed that they want alerts, so the message would reach nobody.",
    "remedy": "Have a recipient confirm by the link that AWS sent to them, then send another test alert.",
}
_UNKNOWN = {
    "code": "outcome_unknown",
    "message": "AWS did not answer, so the test alert may have gone out or not.",
    "remedy": "If it arrives, confirm by its link. Otherwise send another test alert.",
}


def publish(alert_id: str) -> None:
    """Publish an alert that waits to be sent; one that another worker took, or that was replaced, is left alone."""
    token = one_time.make()
    alert = _take(alert_id, token)
    if alert is None:
        return
    try:
        account = _account(alert.environment)
        recipients = confirmed(
            account.pages("sns", "list_subscriptions_by_topic", "Subscriptions", TopicArn=alert.topic)
        )
        if not recipients:
            _fail(alert, _NOBODY)
            return
        alert.recipients = recipients
        alert.save(update_fields=["recipients"])
        subject, text = _words(alert, token)
        sent = {"TopicArn": alert.topic, "Subject": subject, "Message": text}
        answer = account.send_change("sns", "publish", sent)
    except CallFailed as failed:
        _fail(alert, _explained(failed))
        return
    _finish(alert, str(answer.get("MessageId", "")), simulating.deliver(alert, subject, text))


def sweep() -> None:
    """Hint again at what no worker took, and give up what a worker took and did not finish."""
    now = clock.now()
    waiting = TestAlert.objects.filter(
        sent_at=None, replaced_at=None, confirmed_at=None, failure={}, expires_at__gt=now
    )
    for id in waiting.filter(claimed_at=None, requested_at__lt=now - _HINT_AFTER).values_list("pk", flat=True):
        queue.enqueue("alerts.publish", alert=id)
    for alert in waiting.filter(claimed_at__lt=now - _GIVEN_UP_AFTER).select_related("environment__customer"):
        _fail(alert, _UNKNOWN)


def _take(alert_id: str, token: str) -> TestAlert | None:
    rows = TestAlert.objects.filter(pk=alert_id, claimed_at=None, replaced_at=None, expires_at__gt=clock.now())
    if rows.update(claimed_at=clock.now(), token_hash=one_time.digest(token)) != 1:
        return None
    return TestAlert.objects.select_related("environment__customer").get(pk=alert_id)


def _account(environment: Environment) -> cloud.LookingAccount:
    specification = environment.specifications.order_by("-version")[0]
    return cloud.customer(Spec.of(specification.content).completed(known.outputs(environment)))


def _words(alert: TestAlert, token: str) -> tuple[str, str]:
    """Return subject and text of the message."""
    environment = alert.environment
    subject = f"Test alert: {environment.name}, {environment.customer.name}"
    link = f"{settings.PORTAL_URL}{reverse('test_alert_link', args=[token])}"
    text = (
        f"This is a test: nothing is wrong.\n\n{settings.PROVIDER_NAME} tests whether alerts of {environment.name}, "
        f"{environment.customer.name}, reach you. Please say that this one did, within 7 days:\n\n{link}\n\n"
        "You need no log-in. The link does nothing else."
    )
    return subject.encode("ascii", "replace").decode()[:_LONGEST_SUBJECT], text


def _finish(alert: TestAlert, message_id: str, simulated: str) -> None:
    with transaction.atomic():
        plans.lock(alert.environment_id)
        alert.message_id, alert.simulated = message_id, simulated
        alert.sent_at, alert.failure = clock.now(), {}
        alert.save(update_fields=["message_id", "simulated", "sent_at", "failure"])
        after = {"topic": alert.topic, "recipients": sorted(alert.recipients), "message_id": message_id}
        record("test_alert.sent", alert, by=None, customer=alert.environment.customer, after=after)


def _fail(alert: TestAlert, failure: dict[str, str]) -> None:
    """Keep why, unless somebody confirmed it meanwhile: then it did arrive."""
    with transaction.atomic():
        plans.lock(alert.environment_id)
        if TestAlert.objects.filter(pk=alert.pk, confirmed_at=None, failure={}).update(failure=failure) != 1:
            return
        record("test_alert.failed", alert, by=None, customer=alert.environment.customer, after=failure)
        looking.ask(alert.environment)


def _explained(failed: CallFailed) -> dict[str, str]:
    if failed.failure == Failure.UNKNOWN:
        return _UNKNOWN
    told = messages.explain(failed)
    return {**told, "remedy": told["remedy"].replace("retry this step", "send another test alert")}
