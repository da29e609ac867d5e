from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from environments.provisioning.step import Missing, Pending, Ready, StepRefused
from environments.provisioning.steps.peering import PeeringAcceptance, PeeringRequest
from tests.environments.steps.conftest import NORTHWIND, Bench, spec_of_northwind


@pytest.fixture
def bench(stand_in_bench) -> Bench:
    return stand_in_bench


REQUEST, ACCEPTANCE = PeeringRequest(), PeeringAcceptance()


def _later(**by: int) -> "time_machine.travel":
    return time_machine.travel(datetime.now(UTC) + timedelta(**by), tick=True)


@pytest.fixture
def requested(bench) -> Bench:
    bench.make(REQUEST)
    return bench


def test_request_is_made_once_and_carries_our_tags(requested):
    assert isinstance(REQUEST.observe(requested.context), Ready)
    (peering,) = requested.stand_in.peerings()
    tags = {tag["Key"]: tag["Value"] for tag in peering["Tags"]}
    assert tags["wso2:env"] == requested.spec.environment_id
    assert tags["wso2:step"] == "peering_request"
    assert peering["AccepterVpcInfo"]["OwnerId"] == NORTHWIND.account_id


def test_nothing_is_there_before(bench):
    assert isinstance(REQUEST.observe(bench.context), Missing)
    assert bench.stand_in.peerings() == []


def test_acceptance_waits_for_the_customer_within_seven_days(requested):
    with _later(seconds=2):
        found = ACCEPTANCE.observe(requested.context)
        assert isinstance(found, Pending)
        assert found.waits_on == "customer"
        assert found.give_up_at
        assert timedelta(days=6, hours=23) < found.give_up_at - datetime.now(UTC) <= timedelta(days=7, seconds=5)


def test_request_on_its_way_waits_for_aws(requested):
    found = ACCEPTANCE.observe(requested.context)
    assert isinstance(found, Pending)
    assert found.waits_on == "aws"


def test_accepted_by_the_customer_is_ready(requested):
    requested.stand_in.accept(NORTHWIND.account_id, requested.outputs["peering_request"]["peering_id"])
    assert isinstance(requested.make(ACCEPTANCE), Ready)


def test_rejected_is_told_with_a_remedy_and_may_be_requested_anew(requested):
    identifier = requested.outputs["peering_request"]["peering_id"]
    requested.stand_in.customer(NORTHWIND, "ec2").reject_vpc_peering_connection(VpcPeeringConnectionId=identifier)
    with pytest.raises(StepRefused) as refused:
        ACCEPTANCE.observe(requested.context)
    assert refused.value.code == "peering_rejected"
    assert isinstance(REQUEST.observe(requested.context), Missing), "a dead one does not count"
    assert requested.make(REQUEST).outputs["peering_id"] != identifier


def test_unaccepted_for_seven_days_has_expired(requested):
    with _later(days=7, minutes=1), pytest.raises(StepRefused) as refused:
        ACCEPTANCE.observe(requested.context)
    assert refused.value.code in ("peering_expired", "overdue")


def test_overlap_is_explained(stand_in):
    stand_in.trust_portal(NORTHWIND.account_id, "external-id-of-northwind")
    ec2 = stand_in.customer(NORTHWIND, "ec2")
    overlapping = ec2.create_vpc(CidrBlock="10.200.0.0/16")["Vpc"]["VpcId"]
    bench = Bench(spec_of_northwind(), stand_in=stand_in)
    object.__setattr__(bench.spec, "customer_vpc_id", overlapping)
    with pytest.raises(StepRefused) as refused:
        bench.apply(REQUEST)
    assert "overlap" in refused.value.message


def test_remove_takes_away_only_what_is_ours(requested):
    REQUEST.remove(requested.context)
    assert isinstance(REQUEST.observe(requested.context), Missing)
    ours = requested.spec
    theirs = requested.stand_in.provider("ec2").create_vpc_peering_connection(
        VpcId=ours.provider_vpc_id, PeerVpcId=ours.customer_vpc_id, PeerOwnerId=ours.customer_account_id
    )
    requested.forget()
    REQUEST.remove(requested.context)
    assert theirs
    assert requested.changes == []
