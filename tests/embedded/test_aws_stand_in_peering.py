"""How a peering request is repeated, delivered, refused and forgotten."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from portal.embedded.aws_stand_in import patches
from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS, PROVIDER_ACCOUNT_ID
from tests.aws import RunningStandIn, code_of

NORTHWIND = CUSTOMER_ACCOUNTS[0]


def test_the_same_pair_gets_the_same_peering(stand_in: RunningStandIn) -> None:
    first, second = stand_in.request_peering(NORTHWIND), stand_in.request_peering(NORTHWIND)

    assert first["VpcPeeringConnectionId"] == second["VpcPeeringConnectionId"]
    assert len(stand_in.peerings()) == 1


@pytest.mark.usefixtures("stands_still")
def test_a_request_is_delivered_before_it_can_be_accepted(
    stand_in: RunningStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    identifier = stand_in.request_peering(NORTHWIND)["VpcPeeringConnectionId"]
    assert stand_in.peerings()[0]["Status"]["Code"] == "initiating-request"

    monkeypatch.setattr(patches, "DELIVERY", timedelta(0))
    assert stand_in.peerings()[0]["Status"]["Code"] == "pending-acceptance"

    stand_in.accept(NORTHWIND.account_id, identifier)
    assert stand_in.peerings()[0]["Status"]["Code"] == "active"


def test_overlapping_ranges_fail_the_peering(stand_in: RunningStandIn) -> None:
    ec2 = stand_in.customer(NORTHWIND, "ec2")
    overlapping = ec2.create_vpc(CidrBlock="10.200.128.0/20")["Vpc"]["VpcId"]

    stand_in.request_peering(NORTHWIND, overlapping)

    assert stand_in.peerings()[0]["Status"]["Code"] == "failed"


def test_a_request_expires_after_seven_days(stand_in: RunningStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    identifier = stand_in.request_peering(NORTHWIND)["VpcPeeringConnectionId"]
    later = patches.now() + timedelta(days=7, minutes=1)
    monkeypatch.setattr(patches, "now", lambda: later)

    with pytest.raises(ClientError):
        stand_in.accept(NORTHWIND.account_id, identifier)

    assert stand_in.peerings()[0]["Status"]["Code"] == "expired"


def test_only_the_accepter_accepts(stand_in: RunningStandIn) -> None:
    identifier = stand_in.request_peering(NORTHWIND)["VpcPeeringConnectionId"]

    with pytest.raises(ClientError) as refusal:
        stand_in.provider("ec2").accept_vpc_peering_connection(VpcPeeringConnectionId=identifier)

    assert code_of(refusal) == "OperationNotPermitted"


@pytest.mark.parametrize(
    ("name", "value", "found"),
    [
        ("accepter-vpc-info.vpc-id", NORTHWIND.production_vpc_id, 1),
        ("accepter-vpc-info.vpc-id", NORTHWIND.test_vpc_id, 0),
        ("requester-vpc-info.owner-id", PROVIDER_ACCOUNT_ID, 1),
        ("status-code", "active", 0),
        ("tag:env", "production", 1),
        ("tag:env", "test", 0),
    ],
)
def test_a_look_up_is_filtered(stand_in: RunningStandIn, name: str, value: str, found: int) -> None:
    ec2 = stand_in.provider("ec2")
    identifier = stand_in.request_peering(NORTHWIND)["VpcPeeringConnectionId"]
    ec2.create_tags(Resources=[identifier], Tags=[{"Key": "env", "Value": "production"}])

    answer = ec2.describe_vpc_peering_connections(Filters=[{"Name": name, "Values": [value]}])

    assert len(answer["VpcPeeringConnections"]) == found


def test_an_unknown_filter_is_refused(stand_in: RunningStandIn) -> None:
    stand_in.request_peering(NORTHWIND)

    with pytest.raises(ClientError) as refusal:
        stand_in.provider("ec2").describe_vpc_peering_connections(Filters=[{"Name": "colour", "Values": ["red"]}])

    assert code_of(refusal) == "InvalidParameterValue"
