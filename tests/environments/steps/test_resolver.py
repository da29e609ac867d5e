from dataclasses import replace
from datetime import timedelta

import pytest

from environments.provisioning.specification import Dns
from environments.provisioning.step import Drifted, Missing, Pending, Ready, StepRefused
from environments.provisioning.steps.resolver import ResolverAssociation, ResolverEndpoint, ResolverRule
from tests.environments.steps.conftest import NORTHWIND, Bench, bench_of, spec_of_northwind

ENDPOINT, RULE, ASSOCIATION = ResolverEndpoint(), ResolverRule(), ResolverAssociation()
OWN = {"zone": "", "dns": Dns("own", "northwind.internal", ("10.20.0.2", "10.20.1.2"))}


@pytest.fixture
def bench(world, request) -> Bench:
    made = bench_of(world, request, **OWN)
    made.make_required(ENDPOINT)
    made.forget()
    return made


@pytest.fixture
def forwarding(bench) -> Bench:
    for step in (ENDPOINT, RULE, ASSOCIATION):
        bench.make(step)
    bench.forget()
    return bench


def _rows(bench: Bench, operation: str, key: str):
    return bench.customer.read("route53resolver", operation)[key]


def _rules(bench: Bench):
    return [row for row in _rows(bench, "list_resolver_rules", "ResolverRules") if row["RuleType"] == "FORWARD"]


def test_endpoint_stands_in_two_subnets(bench):
    found = bench.make(ENDPOINT)

    assert bench.changes == ["route53resolver.create_resolver_endpoint"]
    (endpoint,) = _rows(bench, "list_resolver_endpoints", "ResolverEndpoints")
    assert (endpoint["Id"], endpoint["Direction"], endpoint["IpAddressCount"]) == (
        found.outputs["endpoint_id"],
        "OUTBOUND",
        2,
    )
    assert endpoint["SecurityGroupIds"] == [bench.outputs["security_groups"]["products"]]


def test_endpoint_is_waited_for(memory_bench):
    memory_bench.spec = replace(memory_bench.spec, **OWN)
    memory_bench.make_required(ENDPOINT)

    found = ENDPOINT.apply(memory_bench.context, Missing())

    assert isinstance(found, Pending)
    assert (found.waits_on, found.look_again) == ("aws", timedelta(seconds=5))


def test_zone_is_forwarded_to_the_customers_servers(forwarding):
    (rule,) = _rules(forwarding)
    assert rule["DomainName"] == "northwind.internal."
    assert sorted((target["Ip"], target["Port"]) for target in rule["TargetIps"]) == [
        ("10.20.0.2", 53),
        ("10.20.1.2", 53),
    ]
    assert rule["ResolverEndpointId"] == forwarding.outputs["resolver"]["endpoint_id"]
    rows = _rows(forwarding, "list_resolver_rule_associations", "ResolverRuleAssociations")
    assert [(row["ResolverRuleId"], row["VPCId"]) for row in rows] == [(rule["Id"], NORTHWIND.production_vpc_id)]
    assert forwarding.outputs["resolver_association"] == {
        "zone": "northwind.internal",
        "servers": ["10.20.0.2", "10.20.1.2"],
    }


@pytest.mark.parametrize("step", [ENDPOINT, RULE, ASSOCIATION], ids=lambda step: step.key)
def test_unchanged_it_costs_one_read(forwarding, step):
    forwarding.make(step)

    assert forwarding.changes == []
    assert len(forwarding.reads) == 1


def test_other_servers_change_the_rule_in_place(forwarding):
    forwarding.spec = replace(forwarding.spec, dns=Dns("own", "northwind.internal", ("10.20.5.5",)))

    found = RULE.observe(forwarding.context)

    assert isinstance(found, Drifted)
    assert "servers is 10.20.0.2, 10.20.1.2 instead of 10.20.5.5" in found.differences[0]
    forwarding.make(RULE)
    assert forwarding.changes == ["route53resolver.update_resolver_rule"]
    assert [target["Ip"] for target in _rules(forwarding)[0]["TargetIps"]] == ["10.20.5.5"]


def test_another_zone_needs_a_person(forwarding):
    forwarding.spec = replace(forwarding.spec, dns=Dns("own", "other.internal", ("10.20.0.2", "10.20.1.2")))

    with pytest.raises(StepRefused) as refused:
        forwarding.apply(RULE)

    assert refused.value.code == "not_changeable"
    assert "zone is northwind.internal instead of other.internal" in refused.value.message


def test_association_that_was_taken_away_is_made_again(forwarding):
    forwarding.customer.change(
        "route53resolver",
        "disassociate_resolver_rule",
        ResolverRuleId=forwarding.outputs["resolver_rule"]["rule_id"],
        VPCId=NORTHWIND.production_vpc_id,
    )

    assert isinstance(ASSOCIATION.observe(forwarding.context), Missing)
    forwarding.make(ASSOCIATION)


@pytest.mark.parametrize("step", [ENDPOINT, RULE], ids=lambda step: step.key)
def test_lost_answer_makes_no_second_one(bench, step):
    if step is RULE:
        bench.make(ENDPOINT)
    step.apply(bench.context, Missing())
    bench.forget()

    bench.make(step)

    assert bench.changes == []


def test_rule_of_this_name_that_somebody_else_made_is_refused_until_adopted(bench):
    bench.make(ENDPOINT)
    (wanted,) = RULE.wanted(bench.spec)
    made = bench.customer.change(
        "route53resolver",
        "create_resolver_rule",
        CreatorRequestId="theirs",
        Name=wanted.name,
        RuleType="FORWARD",
        DomainName="northwind.internal",
        TargetIps=[{"Ip": "10.20.0.2", "Port": 53}, {"Ip": "10.20.1.2", "Port": 53}],
        ResolverEndpointId=bench.outputs["resolver"]["endpoint_id"],
        Tags=[],
    )

    with pytest.raises(StepRefused) as refused:
        RULE.observe(bench.context)

    assert refused.value.code == "not_ours"
    adopted = frozenset({made["ResolverRule"]["Id"]})
    assert isinstance(RULE.observe(replace(bench.context, adopted=adopted)), Ready)


@pytest.mark.parametrize(("step", "kind"), [(ENDPOINT, "endpoint"), (RULE, "rule")], ids=["endpoint", "rule"])
def test_what_somebody_else_made_without_a_name_is_passed_over(memory_bench, step, kind):
    memory_bench.spec = replace(memory_bench.spec, **OWN)
    memory_bench.make_required(step)
    memory_bench.make(step)
    customer = memory_bench.customer
    table = memory_bench.memory.world("route53resolver").tables[customer.account_id, customer.region, kind]
    (ours,) = table.values()
    table["theirs"] = {key: value for key, value in ours.items() if key != "Name"} | {"Id": "theirs"}
    memory_bench.forget()

    memory_bench.make(step)

    assert memory_bench.changes == []


def test_broken_endpoint_is_told(memory_bench):
    memory_bench.spec = replace(memory_bench.spec, **OWN)
    memory_bench.make_required(ENDPOINT)
    memory_bench.make(ENDPOINT)
    memory_bench.memory.rows("route53resolver", "endpoint")[0]["_then"] = "ACTION_NEEDED"

    with pytest.raises(StepRefused) as refused:
        ENDPOINT.observe(memory_bench.context)

    assert refused.value.code == "endpoint_broken"


def test_tear_down_leaves_nothing(forwarding):
    for step in (ASSOCIATION, RULE, ENDPOINT):
        forwarding.tear_down(step)
        step.remove(forwarding.context)

    assert _rules(forwarding) == []
    assert _rows(forwarding, "list_resolver_endpoints", "ResolverEndpoints") == []
    assert _rows(forwarding, "list_resolver_rule_associations", "ResolverRuleAssociations") == []


@pytest.mark.parametrize("step", [ENDPOINT, RULE, ASSOCIATION], ids=lambda step: step.key)
def test_it_is_for_customers_with_their_own_dns(step):
    assert step.applies(spec_of_northwind(**OWN))
    assert not step.applies(spec_of_northwind())
    assert not step.applies(spec_of_northwind(zone="", dns=Dns("own", "northwind.internal", ())))
