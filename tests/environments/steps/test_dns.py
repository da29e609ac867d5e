import pytest

from environments.provisioning.step import Drifted, Missing, Ready, StepRefused
from environments.provisioning.steps.dns import DnsRecords, PrivateZone
from tests.environments.steps.conftest import NORTHWIND, Bench, spec_of_northwind


@pytest.fixture
def bench(stand_in_bench) -> Bench:
    return stand_in_bench


ZONE, RECORDS = PrivateZone(), DnsRecords()


@pytest.fixture
def zoned(bench) -> Bench:
    bench.make(ZONE)
    return bench


def _route53(bench: Bench):
    return bench.stand_in.customer(NORTHWIND, "route53")


def test_zone_is_private_of_the_vpc_and_tagged(zoned):
    (zone,) = _route53(zoned).list_hosted_zones()["HostedZones"]
    assert zone["Config"]["PrivateZone"]
    detail = _route53(zoned).get_hosted_zone(Id=zone["Id"])
    assert [vpc["VPCId"] for vpc in detail["VPCs"]] == [NORTHWIND.production_vpc_id]
    assert isinstance(ZONE.observe(zoned.context), Ready)


def test_zone_is_made_once(zoned):
    zoned.forget()
    zoned.make(ZONE)
    assert zoned.changes == []


def test_crash_between_zone_and_tags_is_mended(bench):
    ZONE._create(bench.context)
    assert isinstance(ZONE.observe(bench.context), Drifted)
    bench.make(ZONE)
    assert len(_route53(bench).list_hosted_zones()["HostedZones"]) == 1


def test_foreign_zone_of_this_name_is_never_adopted(bench):
    _route53(bench).create_hosted_zone(
        Name="northwind.internal",
        CallerReference="theirs",
        VPC={"VPCRegion": NORTHWIND.region, "VPCId": NORTHWIND.production_vpc_id},
        HostedZoneConfig={"PrivateZone": True, "Comment": ""},
    )
    with pytest.raises(StepRefused) as refused:
        ZONE.observe(bench.context)
    assert refused.value.code == "zone_taken"


def test_names_lead_to_the_planned_addresses(zoned):
    assert isinstance(RECORDS.observe(zoned.context), Missing)
    found = zoned.make(RECORDS)
    assert found.outputs["records"] == {"am.northwind.internal": "10.20.0.10", "is.northwind.internal": "10.20.0.11"}


def test_changed_record_is_drift_and_mended(zoned):
    zoned.make(RECORDS)
    RECORDS._change(zoned.context, "UPSERT", {"am.northwind.internal": "10.20.0.99"})
    found = RECORDS.observe(zoned.context)
    assert isinstance(found, Drifted)
    assert "10.20.0.99" in found.differences[0]
    zoned.apply(RECORDS)
    assert isinstance(RECORDS.observe(zoned.context), Ready)


def test_remove_takes_zone_and_records(zoned):
    zoned.make(RECORDS)
    RECORDS.remove(zoned.context)
    ZONE.remove(zoned.context)
    assert _route53(zoned).list_hosted_zones()["HostedZones"] == []


def test_own_dns_needs_neither():
    spec = spec_of_northwind()
    assert ZONE.applies(spec)
    object.__setattr__(spec, "zone", "")
    assert not ZONE.applies(spec)
    assert not RECORDS.applies(spec)
