"""CloudWatch: alarms whose states have a history, which moto does not tell; and that begin without data, as AWS's do.

Nothing evaluates an alarm here: its state is what `SetAlarmState` made it. Timestamps are the stand-in's own.
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.cloudwatch.models import CloudWatchBackend
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult

from portal.embedded.aws_stand_in import patches

KEPT = timedelta(days=14)
"""How long the history tells of a state, also of an alarm that was deleted since."""

_PAGE = 100


def install() -> None:
    CloudWatchResponse.describe_alarm_history = _describe_history
    _put_without_data()
    _set_with_history()


def _put_without_data() -> None:
    put = CloudWatchBackend.put_metric_alarm

    def put_metric_alarm(self: Any, name: str, *given: Any, **more: Any) -> Any:
        before = self.alarms.get(name)
        alarm = put(self, name, *given, **more)
        alarm.state_value = before.state_value if before else "INSUFFICIENT_DATA"
        alarm.state_updated_timestamp = before.state_updated_timestamp if before else _now()
        alarm.state_transitioned_timestamp = alarm.state_updated_timestamp
        return alarm

    CloudWatchBackend.put_metric_alarm = put_metric_alarm


def _set_with_history() -> None:
    put = CloudWatchBackend.set_alarm_state

    def set_alarm_state(self: Any, alarm_name: str, reason: str, reason_data: str, state_value: str) -> None:
        before = self.alarms[alarm_name].state_value if alarm_name in self.alarms else ""
        put(self, alarm_name, reason, reason_data, state_value)
        if before == state_value:
            return
        alarm = self.alarms[alarm_name]
        alarm.state_updated_timestamp = alarm.state_transitioned_timestamp = _now()
        _history(self).append(_item(alarm_name, before, state_value, reason, alarm.state_updated_timestamp))

    CloudWatchBackend.set_alarm_state = set_alarm_state


def _item(name: str, before: str, after: str, reason: str, at: datetime) -> dict[str, Any]:
    data = {"version": "1.0", "oldState": {"stateValue": before}}
    return {
        "AlarmName": name,
        "AlarmType": "MetricAlarm",
        "Timestamp": at,
        "HistoryItemType": "StateUpdate",
        "HistorySummary": f"Alarm updated from {before} to {after}",
        "HistoryData": json.dumps({**data, "newState": {"stateValue": after, "stateReason": reason}}),
    }


def _describe_history(self: Any) -> ActionResult:
    """Tell of one page, the newest first unless asked otherwise."""
    given = self._get_params()
    found = [item for item in _history(self.cloudwatch_backend) if _is_asked_for(item, given)]
    found.sort(key=lambda item: item["Timestamp"], reverse=given.get("ScanBy") != "TimestampAscending")
    start, size = int(given.get("NextToken") or 0), int(given.get("MaxRecords") or _PAGE)
    answer: dict[str, Any] = {"AlarmHistoryItems": found[start : start + size]}
    if len(found) > start + size:
        answer["NextToken"] = str(start + size)
    return ActionResult(answer)


def _is_asked_for(item: dict[str, Any], given: dict[str, Any]) -> bool:
    at = item["Timestamp"]
    return bool(
        given.get("AlarmName", item["AlarmName"]) == item["AlarmName"]
        and given.get("HistoryItemType", item["HistoryItemType"]) == item["HistoryItemType"]
        and at > _now() - KEPT
        and at >= _moment(given.get("StartDate"), at)
        and at <= _moment(given.get("EndDate"), at)
    )


def _moment(given: Any, otherwise: datetime) -> datetime:
    if given is None:
        return otherwise
    found: datetime = datetime.fromisoformat(given) if isinstance(given, str) else given
    return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)


def _history(backend: Any) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = vars(backend).setdefault("alarm_history", [])
    return kept


def _now() -> datetime:
    return patches.now()
