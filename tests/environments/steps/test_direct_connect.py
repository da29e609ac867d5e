"""The line that people order, patch and configure: waited for milestone by milestone."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from environments.provisioning.specification import DataCentre
from environments.provisioning.step import Pending, Ready
from environments.provisioning.steps.direct_connect import MILESTONES, DirectConnect
from tests.environments.steps.conftest import Bench

STEP = DirectConnect()
LINE = DataCentre("direct_connect", line_provider="Colt", line_location="Equinix LD5", vlan=101, line_asn=65010)
DAY = date(2026, 11, 2)


@pytest.fixture
def bench(memory_bench) -> Bench:
    memory_bench.spec = replace(memory_bench.spec, data_centre=LINE)
    return memory_bench


def observed(bench: Bench, count: int):
    """Look with the first milestones done, a week each."""
    done = {milestone.key: DAY + timedelta(weeks=week) for week, milestone in enumerate(MILESTONES[:count])}
    return STEP.observe(replace(bench.context, milestones=done))


@pytest.mark.parametrize(("choice", "applies"), [("direct_connect", True), ("vpn", False), ("none", False)])
def test_it_is_for_those_who_chose_it(bench, choice, applies):
    assert STEP.applies(replace(bench.spec, data_centre=DataCentre(choice))) is applies


@pytest.mark.parametrize(
    ("count", "said"),
    [
        (0, "Step 1 of 5: Order the line from Colt at Equinix LD5"),
        (1, "Step 2 of 5: Download the letter of authorisation"),
        (2, "Step 3 of 5: Colt has the cross-connect patched at Equinix LD5"),
        (3, "Step 4 of 5: Create the private virtual interface with VLAN 101 and ASN 65010"),
        (4, "Step 5 of 5: Bring the BGP session up"),
    ],
)
def test_next_open_milestone_is_what_it_waits_for(bench, count, said):
    found = observed(bench, count)
    assert isinstance(found, Pending)
    assert found.waits_on == "customer"
    assert found.reason.startswith(said)


def test_all_done_is_ready_with_when_each_was(bench):
    found = observed(bench, 5)
    assert isinstance(found, Ready)
    assert found.outputs["ordered"] == "2026-11-02"
    assert list(found.outputs) == [milestone.key for milestone in MILESTONES]


def test_nothing_is_asked_of_aws(bench):
    observed(bench, 0)
    observed(bench, 5)
    assert (bench.reads, bench.changes) == ([], [])


def test_tear_down_leaves_the_customers_line_alone(bench):
    assert isinstance(bench.tear_down(STEP), Ready)
    assert bench.changes == []
