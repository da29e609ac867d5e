"""Reading the history of an environment's health alarms, from where the latest reading ended, and keeping what it says."""

import json
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from environments.availability import history
from environments.availability.history import Alarm, Change
from environments.availability.models import HealthSpan, HealthWatch
from environments.availability.services import telling, turns
from environments.availability.spans import Span, overlaid
from environments.availability.states import Health
from environments.models import Environment, Resource
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.steps.measures import HEALTH
from environments.services import cloud
from portal.core import clock

log = logging.getLogger(__name__)

KEPT_BY_AWS = timedelta(days=14)
"""CloudWatch tells of a change for two weeks (CloudWatch CLI Reference, mon-describe-alarm-history); newer pages of its guide
say 30 days. What it may no longer tell is unknown, so the shorter one is counted on."""

_MOST_NAMES = 100
"""CloudWatch takes so many names in one call."""

OVERLAP = timedelta(hours=1)
"""So much is read again each time: a change may be told some time after it happened."""


def read(environment_id: str) -> None:
    """Read what is due of this environment. What AWS does not answer is kept as the reason, and tried again in turn."""
    watch = turns.claim(environment_id)
    if watch is None:
        return
    until = clock.now()
    start = _start(watch, until)
    try:
        alarms = _look(watch.environment, start)
    except CallFailed as failed:
        _fail(watch, failed)
    except Exception:
        log.exception("a reading of alarms stopped", extra={"environment": environment_id})
        _give_back(watch, {"message": "The reading itself stopped, by a fault of the portal's.", "remedy": ""})
    else:
        with transaction.atomic():
            keep(watch, alarms, start, until)
            telling.tell_if_missed(watch)
    turns.hint(1)


def keep(watch: HealthWatch, alarms: Iterable[Alarm], start: datetime, until: datetime) -> None:
    """Lay what was read of the time from `start` to `until` over what is known. Call it in a transaction."""
    held = HealthWatch.objects.select_for_update().get(pk=watch.pk)
    read = history.spans(alarms, start, until)
    reaching = Q(ended_at=None) | Q(ended_at__gte=start)
    rows = list(HealthSpan.objects.filter(reaching, environment=watch.environment_id).order_by("started_at"))
    kept = [Span(Health(row.state), row.started_at, row.ended_at or held.read_until or start) for row in rows]
    _write(watch, rows, overlaid(kept, read))
    watch.read_until = max(held.read_until or until, until)
    watch.save(update_fields=["read_until"])
    _give_back(watch, {})


def _start(watch: HealthWatch, until: datetime) -> datetime:
    told_from = max(watch.since, until - KEPT_BY_AWS)
    return max(told_from, watch.read_until - OVERLAP) if watch.read_until else told_from


def _look(environment: Environment, start: datetime) -> list[Alarm]:
    resources = list(turns.health_alarms().filter(environment=environment).order_by("name"))
    if not resources:
        return []
    account = cloud.entered(environment.aws_account, environment.region)
    # The present states first: a change after this look is in the history that is read after it.
    present = _present(account, [row.name for row in resources])
    return [_alarm(row, present.get(row.name, {}), _changes(account, row.name, start)) for row in resources]


def _present(account: cloud.LookingAccount, names: Sequence[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for first in range(0, len(names), _MOST_NAMES):
        asked = list(names[first : first + _MOST_NAMES])
        rows = account.pages("cloudwatch", "describe_alarms", "MetricAlarms", AlarmNames=asked)
        found |= {row["AlarmName"]: row for row in rows}
    return found


def _changes(account: cloud.LookingAccount, name: str, start: datetime) -> list[Change]:
    asked = {"AlarmName": name, "HistoryItemType": "StateUpdate", "StartDate": start, "ScanBy": "TimestampAscending"}
    rows = account.pages("cloudwatch", "describe_alarm_history", "AlarmHistoryItems", **asked)
    return [change for row in rows if row["AlarmName"] == name and (change := _change(row))]


def _change(row: dict[str, Any]) -> Change | None:
    """Return the change that an item tells of; None where its data is not what CloudWatch documents. Its neighbours then
    contradict each other, and the time between them is unknown."""
    try:
        data = json.loads(row["HistoryData"])
        return Change(row["Timestamp"], data["oldState"]["stateValue"], data["newState"]["stateValue"])
    except (KeyError, TypeError, ValueError):
        return None


def _alarm(resource: Resource, row: dict[str, Any], changes: Sequence[Change]) -> Alarm:
    machine = resource.name.removesuffix(f"-{HEALTH.key}")
    since = row.get("StateTransitionedTimestamp") or row.get("StateUpdatedTimestamp")
    return Alarm(machine.rpartition("-")[0], resource.first_seen_at, changes, row.get("StateValue", ""), since)


def _write(watch: HealthWatch, rows: Sequence[HealthSpan], spans: Sequence[Span]) -> None:
    """Have exactly these spans in place of the rows, the last one open. Rows that say the same stay."""
    wanted = [(span.state, span.start, span.end if span is not spans[-1] else None) for span in spans]
    same = 0
    for row, want in zip(rows, wanted, strict=False):
        if (row.state, row.started_at, row.ended_at) != want:
            break
        same += 1
    HealthSpan.objects.filter(pk__in=[row.pk for row in rows[same:]]).delete()
    HealthSpan.objects.bulk_create(
        HealthSpan(
            customer_id=watch.customer_id,
            environment_id=watch.environment_id,
            state=state,
            started_at=started_at,
            ended_at=ended_at,
        )
        for state, started_at, ended_at in wanted[same:]
    )


def _fail(watch: HealthWatch, failed: CallFailed) -> None:
    action = failed.operation or "the call"
    if failed.failure == Failure.DENIED:
        said = f"AWS denied {action}: the role does not let us in any more, or may not read this."
        remedy = "Deploy the current template of the provider's roles in this account."
    elif failed.failure == Failure.RETRYABLE:
        said, remedy = f"AWS did not answer {action}.", "It is tried again by itself."
    else:
        said, remedy = f"AWS refused {action}: {failed.code}.", "It is tried again by itself."
    _give_back(watch, {"message": said, "remedy": remedy})


def _give_back(watch: HealthWatch, failure: dict[str, str]) -> None:
    now = clock.now()
    watch.claimed_until, watch.due_at = None, now + turns.INTERVAL
    watch.failure = {**failure, "at": now.isoformat()} if failure else {}
    watch.save(update_fields=["claimed_until", "due_at", "failure"])
