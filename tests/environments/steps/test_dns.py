from dataclasses import replace

import pytest

from environments.provisioning.ports import CallFailed
from environments.provisioning.specification import Product
from environments.provisioning.step import Drifted, Missing, Ready, StepRefused
from environments.provisioning.steps.dns import TTL_SECONDS, DnsRecords, PrivateZone
from tests.environments.steps.conftest import NORTHWIND, Bench, spec_of_northwind

ZONE, RECORDS = PrivateZone(), DnsRecords()
NAMES = {"am.northwind.internal": "10.20.0.10", "is.northwind.internal": "10.20.0.11"}


@pytest.fixture
def zoned(bench) -> Bench:
    bench.make(ZONE)
    bench.forget()
    return bench


@pytest.fixture
def named(zoned) -> Bench:
    zoned.make(RECORDS)
    zoned.forget()
    return zoned


def _zones(bench: Bench):
    answer = bench.customer.read("route53", "list_hosted_zones")
    return [row for row in answer["HostedZones"] if row["Name"] == "northwind.internal."]


def _records(bench: Bench) -> dict[str, tuple[str, int]]:
    zone_id = bench.outputs["private_zone"]["zone_id"]
    rows = bench.customer.read("route53", "list_resource_record_sets", HostedZoneId=zone_id)["ResourceRecordSets"]
    return {
        row["Name"].rstrip("."): (row["ResourceRecords"][0]["Value"], row["TTL"]) for row in rows if row["Type"] == "A"
    }


def _write(bench: Bench, name: str, address: str, ttl: int) -> None:
    """Somebody writes a record by hand."""
    record = {"Name": name, "Type": "A", "TTL": ttl, "ResourceRecords": [{"Value": address}]}
    bench.customer.change(
        "route53",
        "change_resource_record_sets",
        HostedZoneId=bench.outputs["private_zone"]["zone_id"],
        ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]},
    )


def _their_zone(bench: Bench, name: str = "northwind.internal") -> str:
    answer = bench.customer.change(
        "route53",
        "create_hosted_zone",
        Name=name,
        CallerReference="theirs",
        VPC={"VPCRegion": NORTHWIND.region, "VPCId": NORTHWIND.production_vpc_id},
        HostedZoneConfig={"PrivateZone": True, "Comment": ""},
    )
    bench.forget()
    return str(answer["HostedZone"]["Id"]).rsplit("/", 1)[-1]


# ---- the zone


def test_zone_is_private_and_of_the_vpc(bench):
    found = bench.make(ZONE)

    assert bench.changes == ["route53.create_hosted_zone"]
    (zone,) = _zones(bench)
    assert zone["Config"]["PrivateZone"]
    detail = bench.customer.read("route53", "get_hosted_zone", Id=found.outputs["zone_id"])
    assert [vpc["VPCId"] for vpc in detail["VPCs"]] == [NORTHWIND.production_vpc_id]


def test_one_read_proves_that_the_zone_is_ours(zoned):
    assert zoned.make(ZONE).outputs["ours"]

    assert (zoned.changes, zoned.reads) == ([], ["route53.list_hosted_zones"])


def test_zone_whose_answer_was_lost_is_not_made_again(bench):
    ZONE.apply(bench.context, Missing())

    assert isinstance(ZONE.observe(bench.context), Ready)
    assert len(_zones(bench)) == 1


def test_same_minute_asks_for_the_same_zone(memory_bench):
    ZONE.apply(memory_bench.context, Missing())

    with pytest.raises(CallFailed, match="HostedZoneAlreadyExists"):
        ZONE.apply(memory_bench.context, Missing())


def test_zone_of_another_environment_is_no_matter(bench):
    bench.customer.change("route53", "create_hosted_zone", Name="northwind.internal", CallerReference="env_2-x")

    assert isinstance(ZONE.observe(bench.context), Missing)


def test_two_zones_of_ours_need_a_person(bench):
    bench.make(ZONE)
    second = {"Name": "northwind.internal", "CallerReference": f"{bench.spec.environment_id}-private_zone-again"}
    vpc = {"VPCRegion": NORTHWIND.region, "VPCId": NORTHWIND.production_vpc_id}
    private = {"PrivateZone": True, "Comment": ""}
    bench.customer.change("route53", "create_hosted_zone", **second, VPC=vpc, HostedZoneConfig=private)

    with pytest.raises(StepRefused) as refused:
        ZONE.observe(bench.context)

    assert refused.value.code == "several_zones"


def test_foreign_zone_of_this_name_is_refused_until_it_is_adopted(bench):
    zone_id = _their_zone(bench)

    with pytest.raises(StepRefused) as refused:
        ZONE.observe(bench.context)

    assert refused.value.code == "not_ours"
    found = ZONE.observe(replace(bench.context, adopted=frozenset({zone_id})))
    assert isinstance(found, Ready)
    assert found.outputs == {"zone_id": zone_id, "ours": False}


def test_their_zone_of_another_name_is_no_matter(bench):
    _their_zone(bench, "northwind.example")

    assert isinstance(ZONE.observe(bench.context), Missing)


def test_zone_under_an_earlier_name_goes_with_its_names(named):
    named.spec = replace(
        named.spec,
        zone="new.internal",
        products=(Product("api-manager", "4.5.0", "am.new.internal", "10.20.0.10"),),
    )

    found = ZONE.observe(named.context)
    assert isinstance(found, Drifted)
    assert "Hosted zone northwind.internal is no longer wanted" in found.differences
    named.make(ZONE)
    named.make(RECORDS)

    assert _zones(named) == []
    assert set(_records(named)) == {"am.new.internal"}


def test_zone_is_found_and_taken_away_when_the_customer_chose_their_own_dns(named):
    named.spec = replace(named.spec, zone="")

    named.tear_down(RECORDS)
    named.tear_down(ZONE)

    assert _zones(named) == []


# ---- the records


def test_names_lead_to_the_planned_addresses(zoned):
    assert isinstance(RECORDS.observe(zoned.context), Missing)
    zoned.forget()

    found = RECORDS.apply(zoned.context, Missing())

    assert isinstance(found, Ready)
    assert found.outputs == {"records": NAMES}
    assert (zoned.changes, zoned.reads) == (
        ["route53.change_tags_for_resource", "route53.change_resource_record_sets"],
        [],
    )
    assert _records(zoned) == {name: (address, TTL_SECONDS) for name, address in NAMES.items()}


def test_zone_carries_our_tags_once_the_records_stand(named):
    zone_id = named.outputs["private_zone"]["zone_id"]
    answer = named.customer.read("route53", "list_tags_for_resource", ResourceType="hostedzone", ResourceId=zone_id)
    tags = {tag["Key"]: tag["Value"] for tag in answer["ResourceTagSet"]["Tags"]}
    assert tags["wso2:env"] == named.spec.environment_id


def test_unchanged_names_cost_one_read(named):
    named.make(RECORDS)

    assert (named.changes, named.reads) == ([], ["route53.list_resource_record_sets"])


def test_changed_record_is_drift_and_mended(named):
    _write(named, "am.northwind.internal", "10.20.0.99", TTL_SECONDS)

    found = RECORDS.observe(named.context)

    assert isinstance(found, Drifted)
    assert found.differences == ("Dns record am.northwind.internal: address is 10.20.0.99 instead of 10.20.0.10",)
    named.apply(RECORDS)
    assert _records(named)["am.northwind.internal"] == ("10.20.0.10", TTL_SECONDS)


def test_another_time_to_live_is_drift_and_mended(named):
    _write(named, "am.northwind.internal", "10.20.0.10", 60)

    found = RECORDS.observe(named.context)

    assert isinstance(found, Drifted)
    assert "ttl seconds is 60 instead of 307" in found.differences[0]
    named.apply(RECORDS)
    assert _records(named)["am.northwind.internal"] == ("10.20.0.10", TTL_SECONDS)


def test_name_that_is_no_longer_wanted_goes_in_the_same_batch(named):
    named.spec = replace(
        named.spec, products=(Product("api-manager", "4.5.0", "api.northwind.internal", "10.20.0.10"),)
    )

    named.apply(RECORDS)

    assert named.changes.count("route53.change_resource_record_sets") == 1
    assert set(_records(named)) == {"api.northwind.internal"}
    assert isinstance(RECORDS.observe(named.context), Ready)


def test_record_of_the_customer_in_our_zone_stays(named):
    _write(named, "printer.northwind.internal", "10.20.9.9", 300)

    named.make(RECORDS)
    named.tear_down(RECORDS)

    assert set(_records(named)) == {"printer.northwind.internal"}
    with pytest.raises(StepRefused) as refused:
        ZONE.remove(named.context)
    assert refused.value.code == "zone_not_empty"


def test_record_of_the_customer_in_an_adopted_zone_is_refused(bench):
    zone_id = _their_zone(bench)
    bench.outputs["private_zone"] = {"zone_id": zone_id, "ours": False}
    _write(bench, "am.northwind.internal", "10.20.0.10", 300)

    with pytest.raises(StepRefused) as refused:
        RECORDS.observe(bench.context)

    assert refused.value.code == "not_ours"


def test_tear_down_leaves_no_zone_and_no_record(named):
    named.tear_down(RECORDS)
    named.tear_down(ZONE)
    RECORDS.remove(replace(named.context, outputs={}))
    ZONE.remove(named.context)

    assert _zones(named) == []


def test_own_dns_needs_neither():
    spec = spec_of_northwind()
    assert ZONE.applies(spec)
    assert RECORDS.applies(spec)
    own = replace(spec, zone="")
    assert not ZONE.applies(own)
    assert not RECORDS.applies(own)
