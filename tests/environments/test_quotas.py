"""Quotas are looked at before a run, and what has no room blocks the plan with a remedy."""

import pytest

from environments.provisioning import plan as planning
from environments.provisioning import quotas
from environments.provisioning.collection import Collection, There
from environments.provisioning.step import Wanted
from environments.provisioning.steps import STEPS
from tests.fakes.cloud import Cloud
from tests.fakes.engine import FakeRun, spec

CODE = "vpc/L-F678F1CE"


class Vpcs(Collection):
    """Two VPCs that are not there."""

    key = "vpcs"
    title = "VPCs"
    doing = done = "Making VPCs"
    quotas = {"vpc": CODE}

    def wanted(self, spec):
        return [Wanted("vpc", "one"), Wanted("vpc", "two")]

    def look(self, ctx):
        return {}

    def make(self, ctx, wanted):
        return There(wanted.name)

    def unmake(self, ctx, name, there):
        """Nothing is made here."""


def _checked(limit: float) -> planning.PlannedStep:
    cloud = Cloud(spec())
    account = cloud.spec.customer_account_id
    cloud.world("service-quotas").tables[(account, "eu-west-1", "_limit")] = {CODE: {"value": limit}}
    ctx = FakeRun(cloud).context("plan", {}, cloud.now)
    (found,) = quotas.checked(planning.make([Vpcs()], ctx), [Vpcs()], ctx)
    assert cloud.changes == []
    return found


def test_enough_room_changes_nothing_in_the_plan():
    assert _checked(100).action == "create"


def test_too_little_room_blocks_and_says_how_much_is_missing():
    found = _checked(2)
    assert (found.action, found.code) == ("blocked", "quota")
    assert "2 more are needed" in found.reason
    assert "Service Quotas" in found.remedy


def test_nothing_to_create_asks_nothing():
    cloud = Cloud(spec())
    ctx = FakeRun(cloud).context("plan", {}, cloud.now)
    kept = [planning.PlannedStep("vpcs", "VPCs", planning.KEEP)]
    assert quotas.checked(kept, [Vpcs()], ctx) == kept
    assert cloud.reads == []


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.key)
def test_every_quota_that_a_step_names_is_one_we_can_count(step):
    assert set(step.quotas.values()) <= set(quotas.QUOTAS)
