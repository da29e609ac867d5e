from dataclasses import replace
from datetime import timedelta

import pytest

from environments.provisioning.attempt import StepRecord
from environments.provisioning.specification import Mail
from environments.provisioning.step import Pending, Ready
from environments.provisioning.steps import BY_KEY
from environments.provisioning.steps.mail_identity import MailIdentity, Record
from environments.provisioning.steps.mail_records import MailRecords
from tests.environments.steps.conftest import NORTHWIND, Bench, spec_of_northwind
from tests.fakes.cloud import Cloud
from tests.fakes.engine import FakeRun, spec
from tests.fakes.names import PublicDns

IDENTITY, STEP = MailIdentity(), MailRecords()


@pytest.fixture
def asked(bench) -> Bench:
    bench.make(IDENTITY)
    bench.forget()
    return bench


@pytest.fixture
def remembered(memory_bench) -> Bench:
    memory_bench.make(IDENTITY)
    return memory_bench


def _needed(bench: Bench) -> list[Record]:
    return [Record(**row) for row in bench.outputs["mail_identity"]["records"]]


def _publish(bench: Bench, *records: Record) -> None:
    """The customer publishes these records."""
    if bench.in_memory:
        PublicDns(bench.in_memory).publish(*records)
        return
    route53 = bench.stand_in.customer(NORTHWIND, "route53")
    zones = {zone["Name"]: zone["Id"] for zone in route53.list_hosted_zones()["HostedZones"]}
    zone_id = (
        zones.get("acme.example.")
        or (route53.create_hosted_zone(Name="acme.example", CallerReference="public")["HostedZone"]["Id"])
    )
    changes = [
        {
            "Action": "UPSERT",
            "ResourceRecordSet": {
                "Name": one.name,
                "Type": one.type,
                "TTL": 300,
                "ResourceRecords": [{"Value": f'"{one.value}"' if one.type == "TXT" else one.value}],
            },
        }
        for one in records
    ]
    route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch={"Changes": changes})


def _waiting(bench: Bench) -> Pending:
    found = STEP.observe(bench.context)
    assert isinstance(found, Pending), found
    return found


def test_customer_is_told_exactly_which_records_are_missing(asked):
    needed = _needed(asked)
    _publish(asked, *needed[:3])

    found = _waiting(asked)

    assert found.waits_on == "customer"
    assert found.reason == (
        "Publish these 2 records in the public DNS of acme.example:\n"
        "MX bounce.acme.example 10 feedback-smtp.eu-west-1.amazonses.com\n"
        "TXT bounce.acme.example v=spf1 include:amazonses.com ~all"
    )


def test_all_records_published_and_seen_by_ses_is_ready(asked):
    _publish(asked, *_needed(asked))

    found = STEP.observe(asked.context)

    assert isinstance(found, Ready)
    assert found.outputs == {"domain": "acme.example", "mail_from": "bounce.acme.example", "verified": True}
    assert (asked.changes, asked.reads) == ([], ["sesv2.get_email_identity"])


def test_record_that_leads_elsewhere_is_missing(asked):
    first, *others = _needed(asked)
    _publish(asked, Record(first.name, first.type, "elsewhere.example"), *others)

    assert _waiting(asked).reason.endswith(f"Publish this record in the public DNS of acme.example:\n{first}")


def test_record_that_was_taken_away_is_missing_again(remembered):
    needed = _needed(remembered)
    _publish(remembered, *needed)
    remembered.make(STEP)

    _publish(remembered, replace(needed[3], value="10 other.example"))

    assert _waiting(remembered).waits_on == "customer"


@pytest.mark.parametrize(
    ("text", "is_enough"),
    [
        ("v=spf1 include:_spf.acme.example include:amazonses.com -all", True),
        ("v=spf1 include:amazonses.com.evil.example -all", False),
        ("include:amazonses.com", False),
    ],
)
def test_longer_spf_record_that_lets_ses_send_is_as_good(remembered, text, is_enough):
    *others, spf = _needed(remembered)
    _publish(remembered, *others, replace(spf, value=text))

    assert isinstance(STEP.observe(remembered.context), Ready) == is_enough


def test_names_are_the_same_in_capitals(remembered):
    needed = _needed(remembered)
    _publish(remembered, *(replace(one, value=one.value.upper()) for one in needed[:4]), needed[4])

    assert isinstance(STEP.observe(remembered.context), Ready)


def test_it_gives_up_72_hours_after_it_was_asked_for(remembered):
    assert _waiting(remembered).give_up_at == remembered.now + timedelta(hours=72)


def test_run_stops_after_72_hours_and_a_retry_asks_anew():
    run = FakeRun(Cloud(spec()), program=[BY_KEY["customer_access"], IDENTITY, STEP])
    assert run.advance().state == "waiting"
    first = run.last("mail_identity").outputs["asked_at"]

    run.now += timedelta(hours=72)
    assert run.advance().state == "failed"
    error = run.last("mail_records").error
    run.reopen()
    for key in STEP.retry_from:
        run.journal.records[key] = StepRecord()

    assert (error["code"], error["message"].count("_domainkey.acme.example")) == ("overdue", 3)
    assert run.run().state == "finished"
    assert run.last("mail_identity").outputs["asked_at"] > first


def test_identity_that_the_customer_had_before_knows_no_such_end(remembered):
    remembered.outputs["mail_identity"] = {**remembered.outputs["mail_identity"], "asked_at": ""}

    assert _waiting(remembered).give_up_at is None


def test_ses_that_has_not_looked_yet_is_waited_for(remembered):
    _publish(remembered, *_needed(remembered))
    remembered.memory.rows("sesv2", "identity")[0]["dkim_status"] = "PENDING"

    found = _waiting(remembered)

    assert (found.waits_on, found.look_again) == ("aws", timedelta(seconds=30))
    assert "Amazon SES has not seen them yet" in found.reason


def test_dns_that_does_not_answer_is_nobodys_fault(remembered):
    silent = PublicDns(remembered.memory)
    silent.silent = True

    found = STEP.observe(replace(remembered.context, names=silent))

    assert isinstance(found, Pending)
    assert found.waits_on == "aws"
    assert "did not answer" in found.reason


def test_verified_domain_stays_verified_while_dns_does_not_answer(remembered):
    _publish(remembered, *_needed(remembered))
    silent = PublicDns(remembered.memory)
    silent.silent = True

    assert isinstance(STEP.observe(replace(remembered.context, names=silent)), Ready)


def test_plan_tells_what_the_customer_does():
    assert STEP.planned(spec_of_northwind()) == (
        "The customer publishes five records in the public DNS of acme.example, within 72 hours",
    )


def test_nothing_of_it_is_ours_to_take_away(asked):
    STEP.apply(asked.context, STEP.observe(asked.context))  # type: ignore[arg-type]
    asked.tear_down(STEP)
    STEP.remove(asked.context)

    assert asked.changes == []


def test_it_is_for_customers_who_chose_ses():
    assert STEP.applies(spec_of_northwind())
    assert not STEP.applies(spec_of_northwind(mail=Mail("own")))
