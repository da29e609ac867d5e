"""Whose a bucket is."""

import pytest
from botocore.exceptions import ClientError

from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS
from tests.aws import RunningStandIn, code_of

NORTHWIND = CUSTOMER_ACCOUNTS[0]


def test_one_accounts_bucket_is_closed_to_another(stand_in: RunningStandIn) -> None:
    owner, stranger = stand_in.customer(NORTHWIND, "s3"), stand_in.customer(CUSTOMER_ACCOUNTS[1], "s3")
    owner.create_bucket(Bucket="closed", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    owner.put_object(Bucket="closed", Key="a", Body=b"content")

    refused = {}
    for operation, given in {"head_bucket": {}, "get_object": {"Key": "a"}, "put_object": {"Key": "b"}}.items():
        with pytest.raises(ClientError) as refusal:
            getattr(stranger, operation)(Bucket="closed", **given)
        refused[operation] = code_of(refusal)

    assert refused == {"head_bucket": "403", "get_object": "AccessDenied", "put_object": "AccessDenied"}
