from dataclasses import replace

import pytest

from environments.provisioning.specification import Dns, Ntp
from environments.provisioning.step import Drifted, Missing, Ready
from environments.provisioning.steps.dhcp_options import DhcpOptions
from tests.environments.steps.conftest import Bench, bench_of, spec_of_northwind
from tests.environments.steps.test_vpc import OWN

STEP = DhcpOptions()
OWN_TIME = {**OWN, "ntp": Ntp("own", ("192.168.0.5", "ntp.northwind.example"))}


@pytest.fixture
def bench(world, request) -> Bench:
    bench = bench_of(world, request, **OWN_TIME)
    bench.make_required(STEP)
    bench.forget()
    return bench


def _sets(bench: Bench) -> list[dict]:
    return bench.customer.read("ec2", "describe_dhcp_options")["DhcpOptions"]


def _told(bench: Bench) -> dict[str, list[str]]:
    (row,) = _sets(bench)
    return {one["Key"]: [value["Value"] for value in one["Values"]] for one in row["DhcpConfigurations"]}


def _in_use(bench: Bench) -> str:
    rows = bench.customer.read("ec2", "describe_vpcs")["Vpcs"]
    return next(row["DhcpOptionsId"] for row in rows if row["VpcId"] == bench.context.spec.customer_vpc_id)


@pytest.mark.parametrize(
    ("changes", "applies"),
    [
        (OWN_TIME, True),
        ({**OWN, "dns": Dns("own", "northwind.internal", ("10.20.0.2",))}, True),
        (OWN, False),
        ({**OWN, "ntp": Ntp("own", ("ntp.northwind.example",))}, False),
        ({"ntp": Ntp("own", ("192.168.0.5",))}, False),
    ],
)
def test_is_for_a_vpc_of_their_own_where_there_is_something_to_announce(changes, applies):
    assert STEP.applies(spec_of_northwind(**changes)) is applies


def test_announces_addresses_of_time_servers_the_domain_and_amazons_dns(bench):
    outputs = bench.make(STEP).outputs
    assert bench.changes == ["ec2.create_dhcp_options", "ec2.associate_dhcp_options"]
    assert _told(bench) == {
        "domain-name-servers": ["AmazonProvidedDNS"],
        "domain-name": [bench.spec.dns.zone],
        "ntp-servers": ["192.168.0.5"],
    }
    assert outputs == {"dhcp_options_id": _in_use(bench)}


def test_second_apply_reads_twice_and_changes_nothing(bench):
    bench.make(STEP)
    bench.forget()
    bench.apply(STEP)
    assert (sorted(bench.reads), bench.changes) == (["ec2.describe_dhcp_options", "ec2.describe_vpcs"], [])


def test_set_that_is_not_in_use_is_named_and_put_in_use(bench):
    bench.make(STEP)
    vpc_id = bench.context.spec.customer_vpc_id
    bench.customer.change("ec2", "associate_dhcp_options", DhcpOptionsId="default", VpcId=vpc_id)
    found = STEP.observe(bench.context)
    assert isinstance(found, Drifted)
    assert "state is not in use instead of in use" in found.differences[0]
    bench.forget()
    bench.make(STEP)
    assert bench.changes == ["ec2.associate_dhcp_options"]


def test_other_answers_put_another_set_in_its_place(bench):
    first = bench.make(STEP).outputs["dhcp_options_id"]
    bench.spec = replace(bench.spec, ntp=Ntp("own", ("192.168.0.6",)))
    found = STEP.observe(bench.context)
    assert isinstance(found, Drifted)
    assert "time servers is 192.168.0.5 instead of 192.168.0.6" in found.differences[0]
    second = bench.make(STEP).outputs["dhcp_options_id"]
    assert second != first
    assert (_in_use(bench), [row["DhcpOptionsId"] for row in _sets(bench)]) == (second, [second])


def test_set_that_a_broken_change_left_behind_is_taken_away(bench):
    kept = bench.make(STEP).outputs["dhcp_options_id"]
    STEP.make(bench.context, STEP.wanted(bench.spec)[0])
    vpc_id = bench.context.spec.customer_vpc_id
    bench.customer.change("ec2", "associate_dhcp_options", DhcpOptionsId=kept, VpcId=vpc_id)
    assert isinstance(STEP.observe(bench.context), Drifted)
    bench.make(STEP)
    assert [row["DhcpOptionsId"] for row in _sets(bench)] == [kept]


def test_tear_down_leaves_nothing_and_may_be_repeated(bench):
    bench.make(STEP)
    assert isinstance(bench.tear_down(STEP), Ready)
    assert _sets(bench) == []
    assert isinstance(STEP.observe(bench.context), Missing)
    bench.forget()
    STEP.remove(bench.context)
    assert bench.changes == []
