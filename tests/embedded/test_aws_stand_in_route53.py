"""Zones and who may see them."""

import pytest
from botocore.exceptions import ClientError

from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS
from tests.aws import RunningStandIn, code_of

NORTHWIND = CUSTOMER_ACCOUNTS[0]


def test_the_same_caller_reference_makes_no_second_zone(stand_in: RunningStandIn) -> None:
    route53 = stand_in.customer(NORTHWIND, "route53")
    route53.create_hosted_zone(Name="a.internal", CallerReference="once")

    with pytest.raises(ClientError) as refusal:
        route53.create_hosted_zone(Name="a.internal", CallerReference="once")

    assert code_of(refusal) == "HostedZoneAlreadyExists"
