"""Trails."""

import pytest
from botocore.exceptions import ClientError

from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS
from tests.aws import RunningStandIn, code_of

NORTHWIND = CUSTOMER_ACCOUNTS[0]


def test_a_trail_is_not_made_twice(stand_in: RunningStandIn) -> None:
    stand_in.customer(NORTHWIND, "s3").create_bucket(
        Bucket="audit", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    cloudtrail = stand_in.customer(NORTHWIND, "cloudtrail")
    cloudtrail.create_trail(Name="audit", S3BucketName="audit", IsMultiRegionTrail=True)

    with pytest.raises(ClientError) as refusal:
        cloudtrail.create_trail(Name="audit", S3BucketName="audit")

    assert code_of(refusal) == "TrailAlreadyExistsException"
    assert cloudtrail.get_trail(Name="audit")["Trail"]["IsMultiRegionTrail"] is True
