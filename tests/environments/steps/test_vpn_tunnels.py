"""The state of the tunnels as evidence: the customer's router brings them up, and nobody else."""

import pytest

from environments.provisioning.step import Pending, Ready, StepRefused
from environments.provisioning.steps.vpn_connection import VpnConnection
from environments.provisioning.steps.vpn_tunnels import VpnTunnels
from tests.environments.steps.conftest import Bench, bench_of
from tests.environments.steps.test_vpn import STATIC
from tests.fakes.cloud.services.ec2_vpn import dial_in

STEP = VpnTunnels()


@pytest.fixture
def bench(world, request) -> Bench:
    bench = bench_of(world, request, data_centre=STATIC)
    bench.make_required(STEP)
    bench.forget()
    return bench


def bring_up(bench: Bench, count: int) -> None:
    if bench.in_memory:
        dial_in(bench.memory, count)
    else:
        connection = bench.outputs["vpn_connection"]["vpn_connection_id"]
        bench.stand_in.customer(bench.spec.customer_account_id, "ec2").create_tags(
            Resources=[connection], Tags=[{"Key": "stand-in:tunnels-up", "Value": str(count)}]
        )


def test_it_waits_for_the_customer_and_says_how_both_tunnels_are(bench):
    found = STEP.observe(bench.context)
    assert isinstance(found, Pending)
    assert found.waits_on == "customer"
    assert found.look_again == bench.context.poll_customer
    assert found.reason.count("down (IPSEC IS DOWN)") == 2
    assert [seen.attributes["status"] for seen in found.resources] == ["DOWN", "DOWN"]
    assert (bench.reads, bench.changes) == (["ec2.describe_vpn_connections"], [])


def test_both_up_is_ready_with_the_last_change_of_each(bench):
    bring_up(bench, 2)
    found = STEP.observe(bench.context)
    assert isinstance(found, Ready)
    assert [tunnel["status"] for tunnel in found.outputs["tunnels"]] == ["UP", "UP"]
    assert all(tunnel["since"] for tunnel in found.outputs["tunnels"])
    assert found.outputs["note"] == ""


def test_one_up_is_ready_with_a_note_about_the_other(bench):
    bring_up(bench, 1)
    found = STEP.observe(bench.context)
    assert isinstance(found, Ready)
    other = found.outputs["tunnels"][1]["address"]
    assert found.outputs["note"] == f"Only one tunnel is up. Configure the one to {other} too."


def test_tunnels_that_fall_are_waited_for_again(bench):
    bring_up(bench, 2)
    bring_up(bench, 0)
    assert isinstance(STEP.observe(bench.context), Pending)


def test_connection_that_somebody_deleted_is_said(bench):
    VpnConnection().remove(bench.context)
    with pytest.raises(StepRefused, match="no longer there"):
        STEP.observe(bench.context)


def test_tear_down_has_nothing_to_take_away(bench):
    assert isinstance(bench.tear_down(STEP), Ready)
