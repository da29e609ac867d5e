from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from environments.provisioning import graph
from environments.provisioning.attempt import StepRecord
from environments.provisioning.step import Missing, Pending, Ready, StepRefused
from environments.provisioning.steps import STEPS
from environments.provisioning.steps.peering import PeeringAcceptance, PeeringRequest
from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS
from tests.environments.steps.conftest import EXTERNAL_ID, NORTHWIND, Bench, spec_of_northwind
from tests.fakes.cloud import Cloud
from tests.fakes.engine import FakeRun, spec

REQUEST, ACCEPTANCE = PeeringRequest(), PeeringAcceptance()
ABROAD = CUSTOMER_ACCOUNTS[3]
"""Its Region is not the provider's."""


def _later(**by: int) -> "time_machine.travel":
    return time_machine.travel(datetime.now(UTC) + timedelta(**by), tick=True)


@pytest.fixture
def requested(stand_in_bench) -> Bench:
    stand_in_bench.make_required(REQUEST)
    stand_in_bench.make(REQUEST)
    stand_in_bench.forget()
    return stand_in_bench


def test_request_is_one_call_and_carries_our_tags(bench):
    bench.make_required(REQUEST)
    assert isinstance(REQUEST.observe(bench.context), Missing)
    bench.forget()
    REQUEST.apply(bench.context, Missing())
    assert (bench.reads, bench.changes) == ([], ["ec2.create_vpc_peering_connection"])
    (peering,) = bench.provider.read("ec2", "describe_vpc_peering_connections")["VpcPeeringConnections"]
    tags = {tag["Key"]: tag["Value"] for tag in peering["Tags"]}
    assert tags["wso2:env"] == bench.spec.environment_id
    assert tags["wso2:step"] == "peering_request"
    assert peering["AccepterVpcInfo"]["OwnerId"] == NORTHWIND.account_id


def test_second_apply_reads_once_and_changes_nothing(bench):
    bench.make_required(REQUEST)
    bench.make(REQUEST)
    bench.accept()
    bench.make(ACCEPTANCE)
    bench.forget()
    bench.apply(REQUEST)
    bench.apply(ACCEPTANCE)
    assert (bench.reads, bench.changes) == (["ec2.describe_vpc_peering_connections"] * 2, [])


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
    requested.accept()
    identifier = requested.outputs["peering_request"]["peering_id"]
    assert requested.make(ACCEPTANCE).outputs == {"peering_id": identifier}


def test_customer_in_another_region_accepts_there(stand_in):
    abroad = replace(
        spec_of_northwind(),
        customer_account_id=ABROAD.account_id,
        customer_region=ABROAD.region,
        customer_vpc_id=ABROAD.production_vpc_id,
        customer_cidrs=(ABROAD.production_cidr,),
        role_arn=spec_of_northwind().role_arn.replace(NORTHWIND.account_id, ABROAD.account_id),
    )
    stand_in.trust_portal(ABROAD.account_id, EXTERNAL_ID)
    bench = Bench(abroad, stand_in=stand_in)
    bench.make_required(REQUEST)
    bench.make(REQUEST)
    bench.accept()
    assert isinstance(bench.make(ACCEPTANCE), Ready)
    (peering,) = stand_in.peerings()
    assert peering["AccepterVpcInfo"]["Region"] == ABROAD.region != bench.spec.provider_region


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
    assert refused.value.code == "peering_expired"


@pytest.mark.parametrize("code", ["rejected", "expired", "failed", "deleted"])
def test_each_end_stops_the_run_until_a_person_retries_with_a_new_request(code):
    sample = spec()
    run = FakeRun(Cloud(sample), program=[step for step in graph.needed(STEPS, sample) if step in _PEERING])
    run.run(accepts=False)
    first = run.last("peering_request").outputs["peering_id"]
    run.cloud.end_peerings(code)
    run.now += timedelta(days=1)
    run.run(accepts=False)
    assert run.last("peering_acceptance").error["code"] == f"peering_{code}"
    for key in ("peering_acceptance", *ACCEPTANCE.retry_from):
        run.journal.records[key] = StepRecord()
    assert run.run().state == "finished"
    assert run.last("peering_acceptance").outputs["peering_id"] != first
    assert run.cloud.counts()["ec2 vpc_peering"] == 1


_PEERING = [step for step in STEPS if step.key in ("customer_access", "peering_request", "peering_acceptance")]


def test_overlap_is_explained(stand_in):
    stand_in.trust_portal(NORTHWIND.account_id, EXTERNAL_ID)
    overlapping = stand_in.customer(NORTHWIND, "ec2").create_vpc(CidrBlock="10.200.0.0/16")["Vpc"]["VpcId"]
    bench = Bench(replace(spec_of_northwind(), customer_vpc_id=overlapping), stand_in=stand_in)
    bench.make(REQUEST)
    with pytest.raises(StepRefused) as refused:
        ACCEPTANCE.observe(bench.context)
    assert "overlap" in refused.value.message


def test_request_that_fails_at_once_says_so(memory_bench):
    memory_bench.memory.first_peering_status = "failed"
    with pytest.raises(StepRefused) as refused:
        memory_bench.apply(REQUEST)
    assert refused.value.code == "peering_failed"


def test_peering_that_somebody_else_made_is_theirs_until_adopted(bench):
    bench.make_required(REQUEST)
    theirs = bench.provider.change(
        "ec2",
        "create_vpc_peering_connection",
        VpcId=bench.spec.provider_vpc_id,
        PeerVpcId=bench.spec.customer_vpc_id,
        PeerOwnerId=bench.spec.customer_account_id,
        TagSpecifications=[{"ResourceType": "vpc-peering-connection", "Tags": [{"Key": "by", "Value": "hand"}]}],
    )["VpcPeeringConnection"]["VpcPeeringConnectionId"]
    with pytest.raises(StepRefused) as refused:
        REQUEST.observe(bench.context)
    assert refused.value.changes[0].aws_id == theirs
    adopting = replace(bench.context, adopted=frozenset({theirs}))
    found = REQUEST.observe(adopting)
    assert isinstance(found, Ready)
    assert found.outputs["peering_id"] == theirs
    bench.forget()
    REQUEST.remove(bench.context)
    assert bench.changes == [], "theirs stays"


def test_two_live_ones_are_for_a_person(memory_bench):
    memory_bench.make_required(REQUEST)
    for _ in range(2):
        REQUEST.apply(memory_bench.context, Missing())
    with pytest.raises(StepRefused) as refused:
        REQUEST.observe(memory_bench.context)
    assert refused.value.code == "several_peerings"


def test_tear_down_leaves_none_and_may_be_repeated_also_where_it_was_deleted_by_hand(bench):
    bench.make_required(REQUEST)
    identifier = bench.make(REQUEST).outputs["peering_id"]
    bench.accept()
    bench.make(ACCEPTANCE)
    bench.provider.change("ec2", "delete_vpc_peering_connection", VpcPeeringConnectionId=identifier)
    for step in (ACCEPTANCE, REQUEST):
        assert isinstance(bench.tear_down(step), Ready)
    bench.forget()
    REQUEST.remove(bench.context)
    assert bench.changes == []
