"""What a machine comes with, and what is left of it."""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS
from tests.aws import code_of

ACCOUNT = CUSTOMER_ACCOUNTS[0]
DISK = {"DeviceName": "/dev/sda1", "Ebs": {"VolumeSize": 30, "Encrypted": True, "DeleteOnTermination": True}}


@pytest.fixture
def ec2(stand_in) -> Any:
    return stand_in.customer(ACCOUNT, "ec2")


def _run(ec2: Any, **given: Any) -> str:
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [ACCOUNT.production_vpc_id]}])["Subnets"]
    subnet = next(one["SubnetId"] for one in subnets if one["CidrBlock"] == "10.20.0.0/24")
    asked = {"InstanceType": "t3.nano", "PrivateIpAddress": "10.20.0.10", "SubnetId": subnet, **given}
    return ec2.run_instances(MinCount=1, MaxCount=1, **asked)["Instances"][0]["InstanceId"]


def test_address_of_a_machine_is_refused_until_the_machine_is_terminated(ec2):
    first = _run(ec2, ImageId="ami-1")
    with pytest.raises(ClientError) as refused:
        _run(ec2, ImageId="ami-1")
    assert code_of(refused) == "InvalidIPAddress.InUse"
    ec2.terminate_instances(InstanceIds=[first])
    assert _run(ec2, ImageId="ami-1") != first


def test_disks_are_those_of_the_template_and_nothing_stays_behind(ec2):
    data = {"ImageId": "ami-1", "BlockDeviceMappings": [DISK]}
    ec2.create_launch_template(LaunchTemplateName="node", LaunchTemplateData=data)
    machine = _run(ec2, LaunchTemplate={"LaunchTemplateName": "node"})
    (volume,) = ec2.describe_volumes()["Volumes"]
    assert (volume["Size"], volume["Encrypted"]) == (30, True)
    ec2.terminate_instances(InstanceIds=[machine])
    assert ec2.describe_volumes()["Volumes"] == []
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []


def test_machine_without_a_template_has_one_disk(ec2):
    _run(ec2, ImageId="ami-1")
    assert len(ec2.describe_volumes()["Volumes"]) == 1
