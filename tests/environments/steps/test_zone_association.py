from dataclasses import replace

import pytest

from environments.provisioning.step import Drifted, Missing, Ready, StepRefused
from environments.provisioning.steps.dns import PrivateZone
from environments.provisioning.steps.zone_association import ZoneAssociation
from tests.environments.steps.conftest import NORTHWIND, Bench, spec_of_northwind

STEP = ZoneAssociation()
READS = ["route53.get_hosted_zone", "route53.list_vpc_association_authorizations"]


@pytest.fixture
def zoned(bench) -> Bench:
    bench.make(PrivateZone())
    bench.forget()
    return bench


@pytest.fixture
def associated(zoned) -> Bench:
    zoned.make(STEP)
    zoned.forget()
    return zoned


def _vpcs(bench: Bench) -> set[str]:
    answer = bench.customer.read("route53", "get_hosted_zone", Id=bench.outputs["private_zone"]["zone_id"])
    return {vpc["VPCId"] for vpc in answer["VPCs"]}


def _authorized(bench: Bench) -> list[str]:
    zone_id = bench.outputs["private_zone"]["zone_id"]
    answer = bench.customer.read("route53", "list_vpc_association_authorizations", HostedZoneId=zone_id)
    return [vpc["VPCId"] for vpc in answer["VPCs"]]


def _authorize(bench: Bench) -> None:
    bench.customer.change(
        "route53",
        "create_vpc_association_authorization",
        HostedZoneId=bench.outputs["private_zone"]["zone_id"],
        VPC={"VPCRegion": bench.spec.provider_region, "VPCId": bench.spec.provider_vpc_id},
    )


def test_both_accounts_act_and_the_authorisation_is_withdrawn(zoned):
    assert isinstance(STEP.observe(zoned.context), Missing)
    zoned.forget()

    assert isinstance(STEP.apply(zoned.context, Missing()), Ready)

    assert zoned.changes == [
        "route53.create_vpc_association_authorization",
        "route53.associate_vpc_with_hosted_zone",
        "route53.delete_vpc_association_authorization",
    ]
    assert _vpcs(zoned) == {NORTHWIND.production_vpc_id, zoned.spec.provider_vpc_id}
    assert _authorized(zoned) == []


def test_unchanged_association_costs_two_reads(associated):
    associated.make(STEP)

    assert associated.changes == []
    assert sorted(associated.reads) == READS


def test_authorisation_left_open_is_drift_and_withdrawn(associated):
    _authorize(associated)

    found = STEP.observe(associated.context)

    assert isinstance(found, Drifted)
    assert "authorisation is still open instead of withdrawn" in found.differences[0]
    associated.apply(STEP)
    assert _authorized(associated) == []
    assert isinstance(STEP.observe(associated.context), Ready)


def test_authorised_before_it_goes_on_from_there(zoned):
    _authorize(zoned)

    zoned.make(STEP)

    assert _authorized(zoned) == []


def test_zone_of_that_name_of_another_customer_is_named(memory_bench):
    other = replace(memory_bench.spec, environment_id="env_2", customer_vpc_id="vpc-of-another")
    elsewhere = Bench(other, memory=memory_bench.memory)
    elsewhere.make(PrivateZone())
    elsewhere.make(STEP)
    memory_bench.make(PrivateZone())

    with pytest.raises(StepRefused) as refused:
        STEP.apply(memory_bench.context, Missing())

    assert refused.value.code == "zone_name_taken"
    assert elsewhere.outputs["private_zone"]["zone_id"] in refused.value.message


def test_tear_down_leaves_the_customers_vpc_alone(associated):
    associated.tear_down(STEP)
    STEP.remove(associated.context)

    assert _vpcs(associated) == {NORTHWIND.production_vpc_id}


def test_zone_that_is_gone_has_no_association(associated):
    associated.outputs["private_zone"] = {"zone_id": "Z0000000000000000000", "ours": True}

    assert isinstance(STEP.observe(associated.context), Missing)
    assert isinstance(STEP.observe_removal(associated.context), Ready)


def test_it_is_for_environments_with_a_zone_of_ours():
    assert STEP.applies(spec_of_northwind())
    assert not STEP.applies(replace(spec_of_northwind(), zone=""))
