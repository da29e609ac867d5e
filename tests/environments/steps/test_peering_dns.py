import pytest

from environments.provisioning.step import Drifted, Missing, Ready
from environments.provisioning.steps.peering_dns import PeeringDns
from tests.environments.steps.conftest import Bench

STEP = PeeringDns()
SIDES = ("Requester", "Accepter")


@pytest.fixture
def peered(bench) -> Bench:
    bench.make_required(STEP)
    bench.forget()
    return bench


def _options(bench: Bench) -> dict[str, bool]:
    rows = bench.provider.read("ec2", "describe_vpc_peering_connections")["VpcPeeringConnections"]
    options = {side: rows[0][f"{side}VpcInfo"]["PeeringOptions"] for side in SIDES}
    return {side: bool(given.get("AllowDnsResolutionFromRemoteVpc")) for side, given in options.items()}


def test_each_side_is_switched_on_by_its_own_account(peered):
    assert isinstance(STEP.observe(peered.context), Missing)
    peered.make(STEP)
    assert peered.changes == ["ec2.modify_vpc_peering_connection_options"] * 2
    assert _options(peered) == {"Requester": True, "Accepter": True}


def test_second_apply_reads_once_and_changes_nothing(peered):
    peered.make(STEP)
    peered.forget()
    peered.apply(STEP)
    assert (peered.reads, peered.changes) == (["ec2.describe_vpc_peering_connections"], [])


def test_side_that_was_switched_off_is_named_and_switched_on(peered):
    peered.make(STEP)
    peered.customer.change(
        "ec2",
        "modify_vpc_peering_connection_options",
        VpcPeeringConnectionId=peered.outputs["peering_acceptance"]["peering_id"],
        AccepterPeeringConnectionOptions={"AllowDnsResolutionFromRemoteVpc": False},
    )
    found = STEP.observe(peered.context)
    assert isinstance(found, Drifted)
    assert found.differences == ("There is no peering names of the customer's VPC",)
    peered.forget()
    peered.make(STEP)
    assert peered.changes == ["ec2.modify_vpc_peering_connection_options"]
    assert _options(peered) == {"Requester": True, "Accepter": True}


def test_where_the_provider_is_not_shown_the_customers_side_the_customer_is_asked(memory_bench):
    memory_bench.make_required(STEP)
    memory_bench.make(STEP)
    (peering,) = memory_bench.memory.rows("ec2", "vpc_peering")
    del peering["AccepterVpcInfo"]["PeeringOptions"]
    memory_bench.forget()
    assert isinstance(STEP.observe(memory_bench.context), Drifted)
    assert memory_bench.reads == ["ec2.describe_vpc_peering_connections"] * 2


def test_it_goes_with_the_peering(peered):
    peered.make(STEP)
    peered.forget()
    assert isinstance(peered.tear_down(STEP), Ready)
    assert peered.changes == []
