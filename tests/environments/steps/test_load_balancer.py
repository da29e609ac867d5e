from dataclasses import replace

import pytest

from environments.provisioning import names
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.step import Drifted, Missing, Pending, Ready, StepRefused
from environments.provisioning.steps.certificate import Certificate
from environments.provisioning.steps.listeners import Listeners
from environments.provisioning.steps.load_balancer import LoadBalancer, LoadBalancerZones
from environments.provisioning.steps.target_groups import TargetGroups, Targets, doors
from tests.environments.steps.conftest import Bench, bench_of, spec_of_northwind
from tests.environments.steps.test_certificate import publish

BALANCER, ZONES, GROUPS = LoadBalancer(), LoadBalancerZones(), TargetGroups()
LISTENERS, TARGETS, CERTIFICATE = Listeners(), Targets(), Certificate()
ALL = (BALANCER, ZONES, GROUPS, LISTENERS, TARGETS)


def _patterned(first: str, second: str):
    known = spec_of_northwind().products
    return tuple(replace(one, pattern=pattern) for one, pattern in zip(known, (first, second), strict=True))


@pytest.fixture
def bench(world, request) -> Bench:
    """The API Manager on two nodes, the Identity Server on one."""
    bench = bench_of(world, request)
    bench.spec = replace(bench.spec, products=_patterned("ha", "single"))
    return bench


@pytest.fixture
def made(bench: Bench) -> Bench:
    for step in ALL:
        bench.make_required(step)
        bench.make(step)
    return bench


def _listeners(bench: Bench) -> dict[int, dict]:
    arn = bench.outputs["load_balancer"]["api-manager"]
    return {
        row["Port"]: row
        for row in bench.customer.pages("elbv2", "describe_listeners", "Listeners", LoadBalancerArn=arn)
    }


def _held(bench: Bench, group: str) -> set[str]:
    arn = bench.outputs["target_groups"][group]
    rows = bench.customer.read("elbv2", "describe_target_health", TargetGroupArn=arn)["TargetHealthDescriptions"]
    return {row["Target"]["Id"] for row in rows}


def _group(bench: Bench, port: int) -> str:
    return names.of(bench.spec, f"am-{port}")


@pytest.mark.parametrize(
    ("reason", "told"),
    [("Subnet subnet-1 has no free address.", "Subnet subnet-1 has no free address."), ("", "It gives no reason.")],
)
def test_balancer_that_aws_could_not_set_up_is_told_with_what_to_do(memory_bench, reason, told):
    memory_bench.spec = replace(memory_bench.spec, products=_patterned("ha", "single"))
    memory_bench.make_required(BALANCER)
    found = BALANCER.apply(memory_bench.context, Missing())
    assert isinstance(found, Pending)
    (row,) = memory_bench.memory.rows("elbv2", "load_balancer")
    row["State"] = {"Code": "failed", **({"Reason": reason} if reason else {})}
    with pytest.raises(StepRefused) as refused:
        memory_bench.make(BALANCER)
    assert refused.value.code == "load_balancer_failed"
    assert refused.value.message == f"AWS could not set up the load balancer {row['LoadBalancerName']}. {told}"
    assert "delete the load balancer" in refused.value.remedy


def test_balancer_that_failed_is_taken_away_with_the_rest(memory_bench):
    memory_bench.spec = replace(memory_bench.spec, products=_patterned("ha", "single"))
    memory_bench.make_required(BALANCER)
    BALANCER.apply(memory_bench.context, Missing())
    memory_bench.memory.rows("elbv2", "load_balancer")[0]["State"] = {"Code": "failed"}
    assert isinstance(memory_bench.tear_down(BALANCER), Ready)


def test_products_on_one_machine_have_none():
    spec = spec_of_northwind()
    assert not any(step.applies(spec) for step in ALL)
    assert all(step.applies(replace(spec, products=_patterned("single", "ha"))) for step in ALL)


def test_one_call_makes_the_balancer_at_the_products_address(bench):
    bench.make_required(BALANCER)
    assert isinstance(BALANCER.observe(bench.context), Missing)
    bench.forget()
    found = BALANCER.apply(bench.context, Missing())
    assert isinstance(found, Pending | Ready)
    assert bench.changes == ["elbv2.create_load_balancer"]
    assert bench.reads == []
    assert BALANCER.wanted(bench.spec)[0].attributes["address"] == "10.20.0.10"
    bench.make(BALANCER)
    (row,) = bench.customer.pages("elbv2", "describe_load_balancers", "LoadBalancers")
    assert (row["Type"], row["Scheme"]) == ("network", "internal")
    assert [zone["SubnetId"] for zone in row["AvailabilityZones"]] == bench.outputs["subnets"]["subnet_ids"]


def test_each_part_is_made_with_as_few_calls_as_there_are_things(bench):
    expected = {
        ZONES: ["elbv2.modify_load_balancer_attributes"],
        GROUPS: ["elbv2.create_target_group"] * 3,
        LISTENERS: ["elbv2.create_listener"] * 3,
        TARGETS: ["elbv2.register_targets"] * 3,
    }
    for step, changes in expected.items():
        bench.make_required(step)
        bench.forget()
        assert isinstance(bench_apply(bench, step), Ready), step.key
        assert bench.changes == changes
        assert bench.reads == []


def bench_apply(bench: Bench, step):
    found = step.apply(bench.context, Missing())
    bench.outputs[step.key] = found.outputs
    return found


def test_only_ports_that_customers_use_are_open_and_lead_to_all_nodes(made):
    listeners = _listeners(made)
    assert sorted(listeners) == [8243, 9099, 9443]
    for port, row in listeners.items():
        assert row["Protocol"] == "TCP"
        assert row["DefaultActions"][0]["TargetGroupArn"] == made.outputs["target_groups"][_group(made, port)]
        machines = {made.outputs["instances"][f"api-manager-{number}"] for number in (1, 2)}
        assert _held(made, _group(made, port)) == machines


def test_again_takes_one_read_for_each_balancer_and_group(made):
    made.forget()
    for step in ALL:
        made.make(step)
    assert made.changes == []
    assert sorted(made.reads) == [
        "elbv2.describe_listeners",
        "elbv2.describe_load_balancer_attributes",
        "elbv2.describe_load_balancers",
        "elbv2.describe_target_groups",
        *["elbv2.describe_target_health"] * 3,
    ]


def test_layers_of_a_distributed_product_answer_on_their_own_ports_only():
    spec = replace(spec_of_northwind(), products=_patterned("distributed", "single"))
    assert {door.port: door.nodes for door in doors(spec)} == {
        9443: ("api-manager-control-plane-1", "api-manager-control-plane-2"),
        8243: ("api-manager-gateway-1", "api-manager-gateway-2"),
        9099: ("api-manager-gateway-1", "api-manager-gateway-2"),
    }


def test_balancer_that_keeps_to_its_zone_is_drift_and_mended(made):
    off = [{"Key": "load_balancing.cross_zone.enabled", "Value": "false"}]
    arn = made.outputs["load_balancer"]["api-manager"]
    made.customer.change("elbv2", "modify_load_balancer_attributes", LoadBalancerArn=arn, Attributes=off)
    found = ZONES.observe(made.context)
    assert isinstance(found, Drifted)
    assert "nodes is of its own zone instead of of both zones" in found.differences[0]
    made.make(ZONES)
    assert isinstance(ZONES.observe(made.context), Ready)


def test_other_security_groups_are_drift_and_mended(made):
    arn = made.outputs["load_balancer"]["api-manager"]
    other = made.outputs["security_groups"]["database"]
    made.customer.change("elbv2", "set_security_groups", LoadBalancerArn=arn, SecurityGroups=[other])
    found = BALANCER.observe(made.context)
    assert isinstance(found, Drifted)
    assert f"security groups is {other} instead of ours" in found.differences[0]
    made.forget()
    made.make(BALANCER)
    assert made.changes == ["elbv2.set_security_groups"]


def test_closed_port_is_opened_again_and_a_diverted_one_led_back(made):
    listeners = _listeners(made)
    made.customer.change("elbv2", "delete_listener", ListenerArn=listeners[9443]["ListenerArn"])
    elsewhere = [{"Type": "forward", "TargetGroupArn": made.outputs["target_groups"][_group(made, 9099)]}]
    made.customer.change(
        "elbv2", "modify_listener", ListenerArn=listeners[8243]["ListenerArn"], DefaultActions=elsewhere
    )
    found = LISTENERS.observe(made.context)
    assert isinstance(found, Drifted)
    assert "There is no listener am 9443" in found.differences
    made.forget()
    made.make(LISTENERS)
    assert sorted(made.changes) == ["elbv2.create_listener", "elbv2.modify_listener"]
    assert isinstance(LISTENERS.observe(made.context), Ready)


def test_listener_of_somebody_else_to_their_own_targets_is_left_alone(made):
    group = made.customer.change(
        "elbv2", "create_target_group", Name="theirs", Protocol="TCP", Port=22, VpcId=made.spec.customer_vpc_id
    )["TargetGroups"][0]["TargetGroupArn"]
    made.customer.change(
        "elbv2",
        "create_listener",
        LoadBalancerArn=made.outputs["load_balancer"]["api-manager"],
        Port=22,
        Protocol="TCP",
        DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
    )
    assert isinstance(LISTENERS.observe(made.context), Ready)
    assert isinstance(GROUPS.observe(made.context), Ready)


def test_replaced_machine_takes_the_place_of_the_old_one(made):
    group = made.outputs["target_groups"][_group(made, 9443)]
    made.customer.change(
        "elbv2",
        "deregister_targets",
        TargetGroupArn=group,
        Targets=[{"Id": made.outputs["instances"]["api-manager-2"]}],
    )
    made.customer.change(
        "elbv2",
        "register_targets",
        TargetGroupArn=group,
        Targets=[{"Id": made.outputs["instances"]["identity-server-1"]}],
    )
    found = TARGETS.observe(made.context)
    assert isinstance(found, Drifted)
    assert "nodes is api-manager-1, identity-server-1 instead of api-manager-1, api-manager-2" in found.differences[0]
    made.forget()
    made.make(TARGETS)
    assert made.changes == ["elbv2.register_targets", "elbv2.deregister_targets"]
    assert isinstance(TARGETS.observe(made.context), Ready)


def test_public_domain_ends_tls_at_the_balancer_with_its_certificate(bench):
    bench.spec = replace(bench.spec, domain="integration.northwind.example")
    bench.make_required(CERTIFICATE)
    CERTIFICATE.apply(bench.context, Missing())
    publish(bench)
    bench.make(CERTIFICATE)
    for step in (BALANCER, GROUPS, LISTENERS):
        bench.make_required(step)
        bench.make(step)
    row = _listeners(bench)[9443]
    assert row["Protocol"] == "TLS"
    assert [one["CertificateArn"] for one in row["Certificates"]] == [bench.outputs["certificate"]["arn"]]
    assert row["DefaultActions"][0]["TargetGroupArn"] == bench.outputs["target_groups"][f"{_group(bench, 9443)}-tls"]


def test_new_public_domain_moves_the_listeners_and_the_old_groups_go_after_that(made):
    made.spec = replace(made.spec, domain="integration.northwind.example")
    CERTIFICATE.apply(made.context, Missing())
    publish(made)
    for step in (CERTIFICATE, GROUPS, LISTENERS):
        made.make(step)
    found = GROUPS.observe(made.context)
    assert isinstance(found, Drifted)
    assert [change.action for change in found.changes] == ["keep"] * 3 + ["remove"] * 3
    made.make(GROUPS)
    rows = made.customer.pages("elbv2", "describe_target_groups", "TargetGroups")
    assert {row["Protocol"] for row in rows} == {"TLS"}


def test_group_whose_listener_still_goes_is_tried_again(made):
    with pytest.raises(CallFailed) as failed:
        GROUPS.remove(made.context)
    assert failed.value.failure == Failure.RETRYABLE


def test_address_of_somebody_else_is_told(memory_bench):
    memory_bench.spec = replace(memory_bench.spec, products=_patterned("ha", "single"))
    memory_bench.make_required(BALANCER)

    def in_use(operation: str) -> None:
        raise CallFailed(Failure.REFUSED, "InvalidConfigurationRequest", "The address '10.20.0.10' is already in use")

    memory_bench.memory.before = in_use
    with pytest.raises(StepRefused) as refused:
        BALANCER.apply(memory_bench.context, Missing())
    assert refused.value.code == "address_in_use"


def test_removal_leaves_nothing(made):
    for step in reversed(ALL):
        made.tear_down(step)
    assert made.customer.pages("elbv2", "describe_load_balancers", "LoadBalancers") == []
    assert made.customer.pages("elbv2", "describe_target_groups", "TargetGroups") == []
    made.forget()
    for step in reversed(ALL):
        made.tear_down(step)
    assert made.changes == []
