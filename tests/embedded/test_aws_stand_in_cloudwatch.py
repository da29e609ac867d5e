"""Alarms: they begin without data, and the history of their states is told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS
from tests.aws import RunningStandIn

NORTHWIND = CUSTOMER_ACCOUNTS[0]
HEALTH = "northwind-api-manager-1-health"


@pytest.fixture
def cloudwatch(stand_in: RunningStandIn) -> Any:
    return stand_in.customer(NORTHWIND, "cloudwatch")


def put(cloudwatch: Any, name: str = HEALTH, threshold: float = 1.0) -> None:
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Namespace="CWAgent",
        MetricName="procstat_lookup_pid_count",
        Statistic="Minimum",
        Period=60,
        EvaluationPeriods=2,
        Threshold=threshold,
        ComparisonOperator="LessThanThreshold",
    )


def become(cloudwatch: Any, *states: str, name: str = HEALTH) -> None:
    for state in states:
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="a test")


def told(cloudwatch: Any, **asked: Any) -> list[str]:
    pages = cloudwatch.get_paginator("describe_alarm_history").paginate(HistoryItemType="StateUpdate", **asked)
    return [
        item["HistorySummary"].removeprefix("Alarm updated ") for page in pages for item in page["AlarmHistoryItems"]
    ]


def test_an_alarm_begins_without_data_and_keeps_its_state_when_it_is_put_again(cloudwatch: Any) -> None:
    put(cloudwatch)
    (fresh,) = cloudwatch.describe_alarms()["MetricAlarms"]
    become(cloudwatch, "OK")

    put(cloudwatch, threshold=2.0)

    (again,) = cloudwatch.describe_alarms()["MetricAlarms"]
    assert (fresh["StateValue"], again["StateValue"], again["Threshold"]) == ("INSUFFICIENT_DATA", "OK", 2.0)
    assert again["StateTransitionedTimestamp"] > fresh["StateTransitionedTimestamp"]


def test_each_change_of_a_state_is_told_once_in_the_order_that_is_asked_for(cloudwatch: Any) -> None:
    put(cloudwatch)
    put(cloudwatch, "another")

    become(cloudwatch, "OK", "OK", "ALARM")
    become(cloudwatch, "OK", name="another")

    ascending = ["from INSUFFICIENT_DATA to OK", "from OK to ALARM"]
    assert told(cloudwatch, AlarmName=HEALTH, ScanBy="TimestampAscending") == ascending
    assert told(cloudwatch, AlarmName=HEALTH) == ascending[::-1]
    assert len(told(cloudwatch)) == 3


def test_history_comes_in_pages_and_can_be_of_a_time(cloudwatch: Any) -> None:
    put(cloudwatch)
    become(cloudwatch, "OK", "ALARM", "OK", "ALARM", "OK")
    later = datetime.now(UTC) + timedelta(hours=1)

    assert len(told(cloudwatch, AlarmName=HEALTH, PaginationConfig={"PageSize": 2})) == 5
    assert told(cloudwatch, AlarmName=HEALTH, StartDate=later) == []
    assert len(told(cloudwatch, AlarmName=HEALTH, StartDate=later - timedelta(hours=2), EndDate=later)) == 5


def test_history_outlives_its_alarm_and_ends_after_two_weeks(cloudwatch: Any, stand_in: RunningStandIn) -> None:
    put(cloudwatch)
    become(cloudwatch, "OK")
    cloudwatch.delete_alarms(AlarmNames=[HEALTH])

    assert told(cloudwatch, AlarmName=HEALTH) == ["from INSUFFICIENT_DATA to OK"]
    stand_in.pass_time(timedelta(days=15))
    assert told(cloudwatch, AlarmName=HEALTH) == []
