"""Asking for a test alert: one at a time for each environment, and not more often than people read them."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from environments.alerts import rules
from environments.alerts.models import LIFETIME, TestAlert
from environments.models import Environment
from environments.services import known, plans
from portal.accounts.models import User
from portal.audit.services import record
from portal.core import clock, queue
from portal.core.errors import Conflict, Forbidden, TooMany

MOST_PER_HOUR = 5
_WINDOW = timedelta(hours=1)
_TOPIC_STEP = "alert_topic"


def send(environment: Environment, *, by: User) -> TestAlert:
    """Have a message published to the environment's alert topic. It replaces one that nobody confirmed yet, whose link ends.

    Raises `Forbidden`, `Conflict` where the environment has no alert topic, and `TooMany` after five within an hour.
    """
    if not rules.may_send(by):
        raise Forbidden("Test alerts are sent by the provider's engineers.")
    with transaction.atomic():
        plans.lock(environment.pk)
        topic = _topic(environment)
        _require_room(environment)
        now = clock.now()
        replaced = _replace_waiting(environment)
        made = TestAlert.objects.create(
            customer=environment.customer,
            environment=environment,
            topic=topic,
            requested_by=by,
            requested_at=now,
            expires_at=now + LIFETIME,
        )
        before = {"replaced": replaced} if replaced else None
        record("test_alert.requested", made, by=by, customer=environment.customer, before=before)
        queue.enqueue("alerts.publish", alert=made.pk)
    return made


def refusal(environment: Environment) -> str:
    """Return why no test alert can be sent here, empty where one can."""
    try:
        _topic(environment)
    except Conflict as error:
        return f"{error.message} {error.remedy}".strip()
    return ""


def _topic(environment: Environment) -> str:
    if not environment.is_production:
        raise Conflict(f"{environment} is not production, and only production is monitored: it has no alert topic.")
    made = known.outputs(environment).get(_TOPIC_STEP, {}) if environment.torn_down_at is None else {}
    if not made.get("topic_arn"):
        raise Conflict(f"{environment} has no alert topic yet.", remedy="Send the test once its run has made it.")
    return str(made["topic_arn"])


def _require_room(environment: Environment) -> None:
    since = clock.now() - _WINDOW
    rows = TestAlert.objects.filter(environment=environment, requested_at__gt=since).order_by("-requested_at")
    asked = list(rows.values_list("requested_at", flat=True)[:MOST_PER_HOUR])
    if len(asked) < MOST_PER_HOUR:
        return
    seconds = max(1, round((asked[-1] - since).total_seconds()))
    minutes = -(-seconds // 60)
    raise TooMany(
        f"{MOST_PER_HOUR} test alerts were sent within an hour, which is the limit. The next is free in {minutes} "
        f"{'minute' if minutes == 1 else 'minutes'}.",
        retry_after_seconds=seconds,
    )


def _replace_waiting(environment: Environment) -> str:
    """End the alert that waits still, and return its id; empty where none does."""
    waiting = TestAlert.objects.select_for_update().filter(environment=environment, replaced_at=None, confirmed_at=None)
    found = waiting.first()
    if found is None:
        return ""
    found.replaced_at = clock.now()
    found.save(update_fields=["replaced_at"])
    return found.pk
