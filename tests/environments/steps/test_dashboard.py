import json
from dataclasses import replace

import pytest

from environments.provisioning import names
from environments.provisioning.step import Drifted, Missing, Ready
from environments.provisioning.steps.dashboard import Dashboard
from tests.environments.steps.conftest import Bench
from tests.fakes.engine import spec

STEP = Dashboard()


@pytest.fixture
def ready(bench) -> Bench:
    bench.make_required(STEP)
    bench.forget()
    return bench


def _widgets(bench):
    name = names.of(bench.spec, "dashboard")
    answer = bench.customer.read("cloudwatch", "get_dashboard", DashboardName=name)
    return json.loads(answer["DashboardBody"])["widgets"]


def test_it_shows_the_alarms_and_each_measure_of_every_machine(ready):
    ready.make(STEP)
    lamps, *pictures = _widgets(ready)
    assert len(lamps["properties"]["alarms"]) == 10
    assert [one["properties"]["title"] for one in pictures] == ["Disk", "CPU", "Memory", "JVM heap", "Health"]
    machines = {name for name in ready.outputs["instances"] if name != "addresses"}
    for picture in pictures:
        drawn = [
            line[-1].get("label", "") if isinstance(line[-1], dict) else "" for line in picture["properties"]["metrics"]
        ]
        expressions = [
            line[0].get("label", "") for line in picture["properties"]["metrics"] if isinstance(line[0], dict)
        ]
        assert machines <= {*drawn, *expressions}


def test_fresh_dashboard_takes_one_call_and_the_second_apply_one_read(ready):
    assert isinstance(STEP.apply(ready.context, Missing()), Ready)
    assert (ready.reads, ready.changes) == ([], ["cloudwatch.put_dashboard"])
    ready.forget()
    ready.apply(STEP)
    assert (ready.reads, ready.changes) == (["cloudwatch.get_dashboard"], [])


def test_dashboard_that_was_changed_by_hand_is_drawn_again(ready):
    ready.make(STEP)
    name = names.of(ready.spec, "dashboard")
    body = json.dumps({"widgets": _widgets(ready)[:1]})
    ready.customer.change("cloudwatch", "put_dashboard", DashboardName=name, DashboardBody=body)
    found = STEP.observe(ready.context)
    assert isinstance(found, Drifted)
    assert found.changes[0].differences[0].startswith("shows is something else instead of alarms, disk, CPU")
    ready.make(STEP)
    assert isinstance(STEP.observe(ready.context), Ready)


def test_tear_down_leaves_nothing_and_may_be_repeated(ready):
    ready.make(STEP)
    ready.tear_down(STEP)
    assert isinstance(STEP.observe(ready.context), Missing)
    STEP.remove(ready.context)


def test_non_production_has_none():
    assert not STEP.applies(replace(spec(), kind="test"))
