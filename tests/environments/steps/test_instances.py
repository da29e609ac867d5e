from dataclasses import replace

import pytest

from environments.provisioning import names
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.step import Drifted, Missing, Pending, Ready, StepRefused
from environments.provisioning.steps.instances import Instances
from tests.environments.steps.conftest import Bench, bench_of

MACHINES = Instances()


@pytest.fixture
def ready(bench: Bench) -> Bench:
    """Everything that machines need stands."""
    bench.make_required(MACHINES)
    return bench


@pytest.fixture
def made(ready: Bench) -> Bench:
    ready.outputs["instances"] = ready.make(MACHINES).outputs
    return ready


def _live(bench: Bench) -> dict[str, dict]:
    rows = [
        row
        for reservation in bench.customer.pages("ec2", "describe_instances", "Reservations", Filters=[])
        for row in reservation["Instances"]
        if row["State"]["Name"] not in ("terminated", "shutting-down")
    ]
    return {names.name_in(row["Tags"]).removeprefix(names.of(bench.spec, "")): row for row in rows}


def _id(bench: Bench, name: str = "api-manager-1") -> str:
    return bench.outputs["instances"][name]


def test_one_call_makes_each_machine_and_waits_until_it_runs(ready):
    assert isinstance(MACHINES.observe(ready.context), Missing)
    ready.forget()
    found = MACHINES.apply(ready.context, Missing())
    assert ready.changes == ["ec2.run_instances"] * 2
    assert ready.reads == []
    assert isinstance(found, Pending | Ready)
    assert isinstance(ready.make(MACHINES), Ready)


def test_product_on_one_machine_has_its_planned_address_in_the_first_zone(made):
    machines = _live(made)
    assert {name: row["PrivateIpAddress"] for name, row in machines.items()} == {
        "api-manager-1": "10.20.0.10",
        "identity-server-1": "10.20.0.11",
    }
    first = made.outputs["subnets"]["subnet_ids"][0]
    assert {row["SubnetId"] for row in machines.values()} == {first}
    assert made.outputs["instances"]["addresses"]["api-manager-1"] == "10.20.0.10"


def test_machines_answer_the_second_metadata_service_only_and_stand_behind_the_products_group(made):
    group = made.outputs["security_groups"]["products"]
    for row in _live(made).values():
        assert row["MetadataOptions"]["HttpTokens"] == "required"
        assert [one["GroupId"] for one in row["SecurityGroups"]] == [group]


def test_nodes_of_one_product_stand_in_different_zones(world, request):
    bench = bench_of(world, request)
    first, second = bench.spec.products
    bench.spec = replace(bench.spec, products=(replace(first, pattern="ha"), second))
    bench.make_required(MACHINES)
    bench.make(MACHINES)
    machines = _live(bench)
    assert sorted(machines) == ["api-manager-1", "api-manager-2", "identity-server-1"]
    assert machines["api-manager-1"]["SubnetId"] != machines["api-manager-2"]["SubnetId"]
    assert machines["api-manager-1"]["PrivateIpAddress"] != "10.20.0.10", "that is the load balancer's"


def test_again_takes_one_read(made):
    made.forget()
    made.make(MACHINES)
    assert made.reads == ["ec2.describe_instances"]
    assert made.changes == []


def test_stopped_machine_is_started(made):
    made.customer.change("ec2", "stop_instances", InstanceIds=[_id(made)])
    found = MACHINES.observe(made.context)
    assert isinstance(found, Drifted)
    assert "state is stopped instead of running" in found.differences[0]
    made.forget()
    made.make(MACHINES)
    assert made.changes == ["ec2.start_instances"]


def test_relaxed_metadata_and_swapped_group_are_mended_in_place(made):
    made.customer.change("ec2", "modify_instance_metadata_options", InstanceId=_id(made), HttpTokens="optional")
    other = made.outputs["security_groups"]["database"]
    made.customer.change("ec2", "modify_instance_attribute", InstanceId=_id(made), Groups=[other])
    found = MACHINES.observe(made.context)
    assert isinstance(found, Drifted)
    assert f"security group is {other} instead of products" in found.differences[0]
    assert "metadata is version 1 too" in found.differences[0]
    before = _id(made)
    assert made.make(MACHINES).outputs["api-manager-1"] == before


def test_another_operating_system_is_for_a_person(made):
    made.spec = replace(made.spec, machines=replace(made.spec.machines, systems=("red_hat",)))
    found = MACHINES.observe(made.context)
    assert isinstance(found, Drifted)
    with pytest.raises(StepRefused) as refused:
        MACHINES.apply(made.context, found)
    assert refused.value.code == "not_changeable"
    assert "data volume is kept" in refused.value.remedy


def test_terminated_machine_is_made_again_with_the_next_token(made):
    before = _id(made)
    made.customer.change("ec2", "terminate_instances", InstanceIds=[before])
    after = made.make(MACHINES).outputs["api-manager-1"]
    assert after != before
    assert len(_live(made)) == 2


def test_same_request_again_makes_nothing_twice(made):
    """An answer was lost and AWS does not show the machine yet."""
    MACHINES.apply(made.context, Missing())
    assert len(_live(made)) == 2


def test_machine_of_a_product_that_left_is_terminated(made):
    made.spec = replace(made.spec, products=made.spec.products[:1])
    made.make(MACHINES)
    assert list(_live(made)) == ["api-manager-1"]


def test_two_machines_of_one_name_are_for_a_person(memory_bench):
    memory_bench.make_required(MACHINES)
    memory_bench.make(MACHINES)
    here = (memory_bench.spec.customer_account_id, memory_bench.spec.customer_region, "instance")
    machines = memory_bench.memory.world("ec2").tables[here]
    machines["i-2"] = {**next(iter(machines.values())), "InstanceId": "i-2"}
    with pytest.raises(StepRefused) as refused:
        MACHINES.observe(memory_bench.context)
    assert refused.value.code == "several_machines"


def test_profile_that_iam_does_not_show_yet_is_tried_again(memory_bench):
    memory_bench.make_required(MACHINES)
    for profile in memory_bench.memory.rows("iam", "instance_profile"):
        profile["roles"].clear()
    with pytest.raises(CallFailed) as failed:
        MACHINES.apply(memory_bench.context, Missing())
    assert failed.value.failure == Failure.RETRYABLE


def test_address_of_somebody_else_is_told(memory_bench):
    memory_bench.make_required(MACHINES)
    here = (memory_bench.spec.customer_account_id, memory_bench.spec.customer_region, "instance")
    theirs = {"PrivateIpAddress": "10.20.0.10", "State": {"Name": "running"}, "_since": memory_bench.now, "Tags": []}
    memory_bench.memory.world("ec2").tables.setdefault(here, {})["i-theirs"] = theirs
    with pytest.raises(StepRefused) as refused:
        MACHINES.apply(memory_bench.context, Missing())
    assert refused.value.code == "address_in_use"
    assert "10.20.0.10" in refused.value.message


def test_removal_leaves_nothing(made):
    made.tear_down(MACHINES)
    assert _live(made) == {}
    made.forget()
    made.tear_down(MACHINES)
    assert made.changes == []
