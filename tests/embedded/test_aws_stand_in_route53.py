"""Zones and who may see them."""

import pytest
from botocore.exceptions import ClientError

from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS, PROVIDER_REGION, PROVIDER_VPC_ID
from tests.aws import RunningStandIn, code_of

NORTHWIND = CUSTOMER_ACCOUNTS[0]
HUB = {"VPCRegion": PROVIDER_REGION, "VPCId": PROVIDER_VPC_ID}


def test_the_same_caller_reference_makes_no_second_zone(stand_in: RunningStandIn) -> None:
    route53 = stand_in.customer(NORTHWIND, "route53")
    route53.create_hosted_zone(Name="a.internal", CallerReference="once")

    with pytest.raises(ClientError) as refusal:
        route53.create_hosted_zone(Name="a.internal", CallerReference="once")

    assert code_of(refusal) == "HostedZoneAlreadyExists"


# ---- a zone of the customer's, seen from the provider's hub


@pytest.fixture
def zone_id(stand_in: RunningStandIn) -> str:
    made = stand_in.customer(NORTHWIND, "route53").create_hosted_zone(
        Name="northwind.internal",
        CallerReference="once",
        VPC={"VPCRegion": NORTHWIND.region, "VPCId": NORTHWIND.production_vpc_id},
        HostedZoneConfig={"PrivateZone": True},
    )
    return made["HostedZone"]["Id"].removeprefix("/hostedzone/")


def associate(stand_in: RunningStandIn, zone_id: str) -> None:
    stand_in.provider("route53").associate_vpc_with_hosted_zone(HostedZoneId=zone_id, VPC=HUB)


def seen_from(stand_in: RunningStandIn) -> list[str]:
    zone = stand_in.customer(NORTHWIND, "route53").list_hosted_zones()["HostedZones"][0]["Id"]
    return [row["VPCId"] for row in stand_in.customer(NORTHWIND, "route53").get_hosted_zone(Id=zone)["VPCs"]]


def test_another_accounts_vpc_is_refused_without_authorization(stand_in: RunningStandIn, zone_id: str) -> None:
    for account in (stand_in.provider("route53"), stand_in.customer(NORTHWIND, "route53")):
        with pytest.raises(ClientError) as refusal:
            account.associate_vpc_with_hosted_zone(HostedZoneId=zone_id, VPC=HUB)
        assert code_of(refusal) == "NotAuthorizedException"

    assert seen_from(stand_in) == [NORTHWIND.production_vpc_id]


def test_an_authorized_vpc_is_associated_once(stand_in: RunningStandIn, zone_id: str) -> None:
    owner = stand_in.customer(NORTHWIND, "route53")
    for _ in range(2):
        owner.create_vpc_association_authorization(HostedZoneId=zone_id, VPC=HUB)
    assert owner.list_vpc_association_authorizations(HostedZoneId=zone_id)["VPCs"] == [HUB]

    associate(stand_in, zone_id)
    with pytest.raises(ClientError) as refusal:
        associate(stand_in, zone_id)

    assert code_of(refusal) == "ConflictingDomainExists"
    assert seen_from(stand_in) == [NORTHWIND.production_vpc_id, PROVIDER_VPC_ID]


def test_an_association_outlives_its_authorization(stand_in: RunningStandIn, zone_id: str) -> None:
    owner = stand_in.customer(NORTHWIND, "route53")
    owner.create_vpc_association_authorization(HostedZoneId=zone_id, VPC=HUB)
    associate(stand_in, zone_id)

    owner.delete_vpc_association_authorization(HostedZoneId=zone_id, VPC=HUB)
    with pytest.raises(ClientError) as refusal:
        owner.delete_vpc_association_authorization(HostedZoneId=zone_id, VPC=HUB)

    assert code_of(refusal) == "VPCAssociationAuthorizationNotFound"
    assert owner.list_vpc_association_authorizations(HostedZoneId=zone_id)["VPCs"] == []
    assert PROVIDER_VPC_ID in seen_from(stand_in)


def test_the_vpcs_owner_sees_the_association_and_ends_it(stand_in: RunningStandIn, zone_id: str) -> None:
    stand_in.customer(NORTHWIND, "route53").create_vpc_association_authorization(HostedZoneId=zone_id, VPC=HUB)
    associate(stand_in, zone_id)
    provider = stand_in.provider("route53")

    (seen,) = provider.list_hosted_zones_by_vpc(**HUB)["HostedZoneSummaries"]
    assert seen["HostedZoneId"] == zone_id
    assert seen["Owner"] == {"OwningAccount": NORTHWIND.account_id}

    provider.disassociate_vpc_from_hosted_zone(HostedZoneId=zone_id, VPC=HUB)
    assert seen_from(stand_in) == [NORTHWIND.production_vpc_id]


def test_a_vpc_that_does_not_exist_cannot_be_authorized(stand_in: RunningStandIn, zone_id: str) -> None:
    with pytest.raises(ClientError) as refusal:
        stand_in.customer(NORTHWIND, "route53").create_vpc_association_authorization(
            HostedZoneId=zone_id, VPC=HUB | {"VPCId": "vpc-0123456789abcdef0"}
        )

    assert code_of(refusal) == "InvalidVPCId"


def test_the_owner_associates_another_vpc_of_its_own(stand_in: RunningStandIn, zone_id: str) -> None:
    own = {"VPCRegion": NORTHWIND.region, "VPCId": NORTHWIND.test_vpc_id}

    stand_in.customer(NORTHWIND, "route53").associate_vpc_with_hosted_zone(HostedZoneId=zone_id, VPC=own)

    assert seen_from(stand_in) == [NORTHWIND.production_vpc_id, NORTHWIND.test_vpc_id]
