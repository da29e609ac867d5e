"""Certificates."""

from typing import Any

import pytest

from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS
from tests.aws import RunningStandIn

NORTHWIND = CUSTOMER_ACCOUNTS[0]

DOMAIN = "api.northwind.example"


@pytest.fixture
def acm(stand_in: RunningStandIn) -> Any:
    return stand_in.customer(NORTHWIND, "acm")


def request(acm: Any, domain: str = DOMAIN, once: str = "t") -> str:
    return acm.request_certificate(DomainName=domain, ValidationMethod="DNS", IdempotencyToken=once)["CertificateArn"]


def record(acm: Any, certificate: str) -> dict[str, str]:
    (option,) = acm.describe_certificate(CertificateArn=certificate)["Certificate"]["DomainValidationOptions"]
    return option["ResourceRecord"]


def test_a_token_requests_one_certificate(acm: Any) -> None:
    assert request(acm) == request(acm)
    assert request(acm) != request(acm, once="u")


def test_the_token_of_a_deleted_certificate_requests_another(acm: Any) -> None:
    first = request(acm)
    acm.delete_certificate(CertificateArn=first)

    assert request(acm) != first


def test_each_domain_has_its_own_record(acm: Any) -> None:
    ours, again, other = request(acm), request(acm, once="u"), request(acm, "other.example", once="v")

    assert record(acm, ours) == record(acm, again)
    assert record(acm, ours)["Name"].endswith(f".{DOMAIN}.")
    assert record(acm, ours)["Value"] != record(acm, other)["Value"]


def test_a_certificate_is_issued_once_its_record_is_published(stand_in: RunningStandIn, acm: Any) -> None:
    certificate = request(acm)
    assert acm.describe_certificate(CertificateArn=certificate)["Certificate"]["Status"] == "PENDING_VALIDATION"

    stand_in.dns_is_published(DOMAIN)

    assert acm.describe_certificate(CertificateArn=certificate)["Certificate"]["Status"] == "ISSUED"


def test_a_record_in_a_public_zone_counts_as_published(stand_in: RunningStandIn, acm: Any) -> None:
    certificate = request(acm)
    route53 = stand_in.customer(NORTHWIND, "route53")
    zone = route53.create_hosted_zone(Name="northwind.example", CallerReference="once")["HostedZone"]["Id"]
    needed = record(acm, certificate)
    row = {"Name": needed["Name"], "Type": "CNAME", "TTL": 300, "ResourceRecords": [{"Value": needed["Value"]}]}
    route53.change_resource_record_sets(
        HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": "UPSERT", "ResourceRecordSet": row}]}
    )

    assert acm.describe_certificate(CertificateArn=certificate)["Certificate"]["Status"] == "ISSUED"
