"""A confirmed test alert as evidence: it proves that alerts arrive as long as topic and recipients are those that it was sent
to, and no newer test failed."""

from __future__ import annotations

from datetime import datetime

from environments.alerts.models import TestAlert
from environments.alerts.states import OPEN, AlertState
from environments.checklist.messages import Message, NotReceived, Received, Seen, register
from environments.models import Environment

KEY = "test_alert"
_NOT_THE_SAME = "A test alert arrived, but {what} since it was sent. Send another one."


def find(environment: Environment, seen: Seen) -> Received | NotReceived:
    """Judge by the newest test that has an outcome; one that is under way takes nothing from the one before."""
    for alert in TestAlert.objects.filter(environment=environment).order_by("-id"):
        if alert.confirmed_at:
            changed = _changed(alert, seen)
            return NotReceived(_NOT_THE_SAME.format(what=changed)) if changed else _proof(alert, alert.confirmed_at)
        if alert.state not in (*OPEN, AlertState.REPLACED):
            return NotReceived(_refuted(alert))
    return NotReceived()


def _changed(alert: TestAlert, seen: Seen) -> str:
    """Return what is not as it was when the alert was sent, in words that follow "but"; empty where all is the same."""
    if seen.get("alert_topic", {}).get("topic_arn", alert.topic) != alert.topic:
        return "the topic is another one"
    now = seen.get("alert_recipients", {}).get("subscriptions", alert.recipients)
    left = sorted(alert.recipients.keys() - now.keys())
    new = sorted(one for one in now if now[one] != alert.recipients.get(one))
    told = [f"{', '.join(left)} gets none any more"] if left else []
    told += [f"{', '.join(new)} was added or confirmed anew"] if new else []
    return " and ".join(told)


def _proof(alert: TestAlert, at: datetime) -> Received:
    who = " ".join(filter(None, (alert.confirmed_name, alert.confirmed_address)))
    words = "A test alert arrived: somebody confirmed it by its link" + (f", giving the name {who}" if who else "")
    seen = {"alert": alert.pk, "topic": alert.topic, "recipients": sorted(alert.recipients)}
    return Received(words, at, seen, alert.simulated)


def _refuted(alert: TestAlert) -> str:
    day = f"{alert.requested_at:%d %B %Y %H:%M} UTC"
    if alert.state == AlertState.EXPIRED:
        return f"Nobody confirmed the test alert of {day} within 7 days."
    return f"The test alert of {day} was not sent: {alert.failure['message']}"


register(Message(KEY, "Test alert", find))
