from dataclasses import replace

import pytest

from environments.provisioning.specification import DataCentre
from environments.provisioning.step import Drifted, Missing, Ready, StepRefused
from environments.provisioning.steps import security_groups
from environments.provisioning.steps.security_groups import SecurityGroups, SecurityRules
from tests.environments.steps.conftest import Bench

GROUPS, RULES = SecurityGroups(), SecurityRules()


@pytest.fixture
def bench(bench) -> Bench:
    bench.make_required(GROUPS)
    bench.forget()
    return bench


@pytest.fixture
def grouped(bench) -> Bench:
    bench.make(GROUPS)
    bench.forget()
    return bench


def _groups(bench: Bench) -> dict[str, dict]:
    rows = bench.customer.read("ec2", "describe_security_groups")["SecurityGroups"]
    return {row["GroupName"]: row for row in rows if row["GroupName"].startswith("wso2-")}


def _rules(bench: Bench, use: str) -> set[str]:
    names = {name: there.attributes["rules"] for name, there in RULES.look(bench.context).items()}
    return set(next((rules for name, rules in names.items() if name.endswith(use)), ()))


def _permission(port: int, source: str) -> dict:
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": source}]}


def test_three_groups_are_made_at_once(bench):
    assert isinstance(GROUPS.observe(bench.context), Missing)
    outputs = bench.make(GROUPS).outputs
    assert bench.changes == ["ec2.create_security_group"] * 3
    assert set(outputs) == {"products", "database", "load_balancer"}
    assert set(outputs.values()) == {row["GroupId"] for row in _groups(bench).values()}
    assert all({"Key": "wso2:managed", "Value": "true"} in row["Tags"] for row in _groups(bench).values())


@pytest.mark.parametrize("step", [GROUPS, RULES])
def test_second_apply_reads_once_and_changes_nothing(grouped, step):
    grouped.make(RULES)
    grouped.forget()
    grouped.apply(step)
    assert (grouped.reads, grouped.changes) == (["ec2.describe_security_groups"], [])


def test_group_that_went_missing_is_made_again(grouped):
    outputs = grouped.outputs["security_groups"]
    grouped.customer.change("ec2", "delete_security_group", GroupId=outputs["database"])
    assert isinstance(GROUPS.observe(grouped.context), Drifted)
    assert grouped.make(GROUPS).outputs["products"] == outputs["products"]


def test_group_of_our_name_that_somebody_else_made_is_theirs_until_adopted(bench):
    name = next(wanted.name for wanted in GROUPS.wanted(bench.spec))
    theirs = bench.customer.change(
        "ec2", "create_security_group", GroupName=name, Description="theirs", VpcId=bench.spec.customer_vpc_id
    )["GroupId"]
    with pytest.raises(StepRefused) as refused:
        GROUPS.observe(bench.context)
    assert refused.value.changes[0].aws_id == theirs
    adopting = replace(bench.context, adopted=frozenset({theirs}))
    assert isinstance(GROUPS.observe(adopting), Drifted), "the two others are still to be made"


def test_products_are_reached_from_the_provider_and_the_customer_and_nodes_from_each_other(grouped):
    grouped.make(RULES)
    assert grouped.changes == ["ec2.authorize_security_group_ingress"] * 3
    rules = _rules(grouped, "products")
    assert {"tcp 22 from 10.200.0.0/16", "tcp 9443 from 10.200.0.0/16", "tcp 8243 from 10.20.0.0/16"} <= rules
    assert "tcp 22 from 10.20.0.0/16" not in rules
    assert "tcp 5672 from 10.20.0.0/16" in rules
    assert "tcp 5672 from 10.200.0.0/16" not in rules
    assert not any(" 9763 " in rule or " 8280 " in rule for rule in rules), "plain HTTP stays closed"


def test_database_is_reached_from_the_vpc_only(grouped):
    grouped.make(RULES)
    assert _rules(grouped, "database") == {"tcp 5432 from 10.20.0.0/16"}


def test_data_centre_reaches_products_and_load_balancer(grouped):
    grouped.spec = replace(grouped.spec, data_centre=DataCentre("vpn", prefixes=("192.168.0.0/16",)))
    grouped.make(RULES)
    assert "tcp 9443 from 192.168.0.0/16" in _rules(grouped, "products")
    assert "tcp 443 from 192.168.0.0/16" in _rules(grouped, "load-balancer")
    assert "tcp 5432 from 192.168.0.0/16" not in _rules(grouped, "database")


def test_rule_that_went_missing_and_rule_that_was_added_are_named_and_mended(grouped):
    grouped.make(RULES)
    group = grouped.outputs["security_groups"]["database"]
    gone, added = [_permission(5432, "10.20.0.0/16")], [_permission(5432, "0.0.0.0/0")]
    grouped.customer.change("ec2", "authorize_security_group_ingress", GroupId=group, IpPermissions=added)
    grouped.customer.change("ec2", "revoke_security_group_ingress", GroupId=group, IpPermissions=gone)
    found = RULES.observe(grouped.context)
    assert isinstance(found, Drifted)
    assert "rules is tcp 5432 from 0.0.0.0/0 instead of tcp 5432 from 10.20.0.0/16" in found.differences[0]
    grouped.forget()
    grouped.make(RULES)
    assert grouped.changes == ["ec2.authorize_security_group_ingress", "ec2.revoke_security_group_ingress"]
    assert _rules(grouped, "database") == {"tcp 5432 from 10.20.0.0/16"}


def test_rule_of_any_kind_by_range_is_taken_out(grouped):
    grouped.make(RULES)
    group = grouped.outputs["security_groups"]["load_balancer"]
    every = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    span = {"IpProtocol": "udp", "FromPort": 1, "ToPort": 9, "IpRanges": [{"CidrIp": "10.0.0.0/8"}]}
    grouped.customer.change("ec2", "authorize_security_group_ingress", GroupId=group, IpPermissions=[every, span])
    before = RULES.observe(grouped.context)
    assert isinstance(before, Drifted)
    grouped.make(RULES)
    assert all(rule.startswith("tcp 443 from ") for rule in _rules(grouped, "load-balancer"))


ENDS = {
    "range of IPv6": {"Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}]},
    "prefix list": {"PrefixListIds": [{"PrefixListId": "pl-0a1b2c3d"}]},
}


@pytest.mark.parametrize("way", ["ingress", "egress"])
@pytest.mark.parametrize("end", [*ENDS, "group"])
def test_rule_of_a_person_is_named_and_taken_out_whatever_it_names(grouped, end, way):
    grouped.make(RULES)
    group, other = (grouped.outputs["security_groups"][use] for use in ("database", "products"))
    named = ENDS.get(end, {"UserIdGroupPairs": [{"GroupId": other}]})
    added = [{"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432, **named}]
    grouped.customer.change("ec2", f"authorize_security_group_{way}", GroupId=group, IpPermissions=added)
    found = RULES.observe(grouped.context)
    assert isinstance(found, Drifted)
    (identifier,) = next(iter(named.values()))[0].values()
    assert f"tcp 5432 {'from' if way == 'ingress' else 'to'} {identifier}" in found.differences[0]
    grouped.forget()
    assert isinstance(RULES.apply(grouped.context, found), Ready)
    assert grouped.changes == [f"ec2.revoke_security_group_{way}"]
    if grouped.in_memory or (end, way) != ("range of IPv6", "egress"):  # moto takes that revocation, and keeps the rule
        assert isinstance(RULES.observe(grouped.context), Ready)


def test_way_out_that_a_person_closed_is_opened_again_and_theirs_closed(grouped):
    grouped.make(RULES)
    group = grouped.outputs["security_groups"]["products"]
    every = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    theirs = [_permission(443, "10.9.0.0/16")]
    grouped.customer.change("ec2", "revoke_security_group_egress", GroupId=group, IpPermissions=every)
    grouped.customer.change("ec2", "authorize_security_group_egress", GroupId=group, IpPermissions=theirs)
    found = RULES.observe(grouped.context)
    assert isinstance(found, Drifted)
    assert "outgoing is tcp 443 to 10.9.0.0/16 instead of -1 all to 0.0.0.0/0" in found.differences[0]
    grouped.forget()
    grouped.make(RULES)
    assert grouped.changes == ["ec2.authorize_security_group_egress", "ec2.revoke_security_group_egress"]
    assert isinstance(RULES.observe(grouped.context), Ready)


def test_way_out_in_ipv6_that_ec2_makes_itself_is_no_difference(memory_bench):
    memory_bench.make_required(RULES)
    for row in memory_bench.memory.rows("ec2", "security_group"):
        row["IpPermissionsEgress"].append({"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]})
    assert isinstance(RULES.observe(memory_bench.context), Missing)
    memory_bench.make(RULES)


def test_rule_that_names_another_accounts_group_is_taken_out_with_its_owner():
    row = {"OwnerId": "222222222222", "IpPermissionsEgress": []}
    pair = {"GroupId": "sg-1", "UserId": "333333333333"}
    theirs = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "UserIdGroupPairs": [pair]}
    (rule,) = security_groups._shown(row | {"IpPermissions": [theirs]})["rules"]
    assert rule == "tcp 22 from 333333333333:sg-1"
    assert security_groups._permission(rule) == theirs


def test_tear_down_leaves_nothing_and_may_be_repeated(grouped):
    grouped.make(RULES)
    assert isinstance(grouped.tear_down(RULES), Ready)
    assert isinstance(grouped.tear_down(GROUPS), Ready)
    assert _groups(grouped) == {}
    grouped.forget()
    GROUPS.remove(grouped.context)
    assert grouped.changes == []
