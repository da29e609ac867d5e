from dataclasses import replace

import pytest

from environments.provisioning import names
from environments.provisioning.step import REMOVE, Drifted, Missing, Ready
from environments.provisioning.steps.alarms import Alarms
from environments.provisioning.steps.alerts import topic_arn
from environments.provisioning.steps.launch_templates import nodes_of
from environments.provisioning.steps.measures import CPU, HEAP, MEASURES
from tests.environments.steps.conftest import Bench
from tests.fakes.engine import spec

STEP = Alarms()
MACHINE = "api-manager-1"


@pytest.fixture
def ready(bench) -> Bench:
    bench.make_required(STEP)
    bench.forget()
    return bench


def _alarms(bench):
    prefix = names.of(bench.spec, "")
    rows = bench.customer.pages("cloudwatch", "describe_alarms", "MetricAlarms", AlarmNamePrefix=prefix)
    return {row["AlarmName"].removeprefix(prefix): row for row in rows}


def _put(bench, name, **changes):
    """A person changes an alarm by hand."""
    row = _alarms(bench)[name]
    kept = (
        "AlarmName ActionsEnabled AlarmActions OKActions Metrics Namespace MetricName Dimensions Statistic Period "
        "EvaluationPeriods DatapointsToAlarm Threshold ComparisonOperator TreatMissingData"
    )
    given = {key: row[key] for key in kept.split() if row.get(key) not in (None, [])}
    bench.customer.change("cloudwatch", "put_metric_alarm", **{**given, **changes})


def test_every_machine_has_an_alarm_for_each_measure_that_tells_the_topic(ready):
    made = ready.make(STEP)
    assert len(made.resources) == len(nodes_of(ready.spec)) * len(MEASURES)
    alarms, topic = _alarms(ready), topic_arn(ready.context)
    machine = ready.outputs["instances"][MACHINE]
    disk = alarms[f"{MACHINE}-disk"]
    assert (disk["MetricName"], disk["Threshold"], disk["Statistic"]) == ("disk_used_percent", 85, "Maximum")
    assert disk["Dimensions"] == [{"Name": "InstanceId", "Value": machine}]
    assert alarms[f"{MACHINE}-health"]["TreatMissingData"] == "breaching", "a silent machine is not healthy"
    used = next(query for query in alarms[f"{MACHINE}-heap"]["Metrics"] if query["Id"] == "used")
    assert used["MetricStat"]["Metric"]["Dimensions"] == [{"Name": "InstanceId", "Value": machine}]
    assert all(row["AlarmActions"] == row["OKActions"] == [topic] for row in alarms.values())


def test_fresh_alarms_take_one_call_each_and_no_look(ready):
    assert isinstance(STEP.apply(ready.context, Missing()), Ready)
    assert ready.reads == []
    assert ready.changes == ["cloudwatch.put_metric_alarm"] * len(STEP.wanted(ready.spec))


def test_second_apply_takes_one_read_and_changes_nothing(ready):
    ready.make(STEP)
    ready.forget()
    ready.apply(STEP)
    assert (ready.reads, ready.changes) == (["cloudwatch.describe_alarms"], [])


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("cpu", {"Threshold": 99.0}, f"alerts when is something else instead of {CPU.told}"),
        ("cpu", {"EvaluationPeriods": 9}, f"alerts when is something else instead of {CPU.told}"),
        ("heap", {"ComparisonOperator": "LessThanThreshold"}, f"alerts when is something else instead of {HEAP.told}"),
        ("cpu", {"AlarmActions": []}, "tells is nobody instead of wso2-"),
        ("cpu", {"ActionsEnabled": False}, "tells is nobody instead of wso2-"),
        (
            "disk",
            {"Dimensions": [{"Name": "InstanceId", "Value": "i-0123"}]},
            "watches is another machine (i-0123) instead of api-manager-1",
        ),
    ],
)
def test_each_setting_is_watched_and_mended(ready, name, changes, said):
    ready.make(STEP)
    _put(ready, f"{MACHINE}-{name}", **changes)
    found = STEP.observe(ready.context)
    assert isinstance(found, Drifted)
    (differing,) = [change for change in found.changes if change.differences]
    assert differing.differences[0].startswith(said)
    ready.forget()
    ready.make(STEP)
    assert ready.changes == ["cloudwatch.put_metric_alarm"]
    assert isinstance(STEP.observe(ready.context), Ready)


def test_machine_that_was_made_again_is_watched_instead(ready):
    ready.make(STEP)
    ready.outputs["instances"] = {**ready.outputs["instances"], MACHINE: "i-0fedcba9876543210"}
    found = STEP.observe(ready.context)
    assert isinstance(found, Drifted)
    assert len(found.differences) == len(MEASURES)
    ready.make(STEP)
    dimensions = _alarms(ready)[f"{MACHINE}-cpu"]["Dimensions"]
    assert dimensions == [{"Name": "InstanceId", "Value": "i-0fedcba9876543210"}]


def test_alarms_of_a_machine_that_is_no_longer_wanted_go(ready):
    ready.make(STEP)
    ready.spec = replace(ready.spec, products=ready.spec.products[:1])
    found = STEP.observe(ready.context)
    assert isinstance(found, Drifted)
    assert {change.action for change in found.changes} == {"keep", REMOVE}
    ready.make(STEP)
    assert all(name.startswith("api-manager-") for name in _alarms(ready))


def test_tear_down_takes_them_in_one_call_and_may_be_repeated(ready):
    ready.make(STEP)
    ready.forget()
    ready.tear_down(STEP)
    assert ready.changes == ["cloudwatch.delete_alarms"]
    assert _alarms(ready) == {}
    STEP.remove(ready.context)


def test_non_production_is_not_monitored():
    assert STEP.applies(spec())
    assert not STEP.applies(replace(spec(), kind="test"))
