"""A private address belongs to one machine at a time."""

import pytest
from botocore.exceptions import ClientError

from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS
from tests.aws import code_of

ACCOUNT = CUSTOMER_ACCOUNTS[0]


def _run(ec2) -> str:
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [ACCOUNT.production_vpc_id]}])["Subnets"]
    subnet = next(one["SubnetId"] for one in subnets if one["CidrBlock"] == "10.20.0.0/24")
    made = ec2.run_instances(
        ImageId="ami-1", MinCount=1, MaxCount=1, SubnetId=subnet, PrivateIpAddress="10.20.0.10", InstanceType="t3.nano"
    )
    return made["Instances"][0]["InstanceId"]


def test_address_of_a_machine_is_refused_until_the_machine_is_terminated(stand_in):
    ec2 = stand_in.customer(ACCOUNT, "ec2")
    first = _run(ec2)
    with pytest.raises(ClientError) as refused:
        _run(ec2)
    assert code_of(refused) == "InvalidIPAddress.InUse"
    ec2.terminate_instances(InstanceIds=[first])
    assert _run(ec2) != first
