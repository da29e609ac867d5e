"""The policies that are AWS's own."""

import json

import pytest

from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS
from tests.aws import RunningStandIn

NORTHWIND = CUSTOMER_ACCOUNTS[0]


@pytest.mark.parametrize(
    ("name", "action"),
    [
        ("AmazonSSMManagedInstanceCore", "ssm:UpdateInstanceInformation"),
        ("CloudWatchAgentServerPolicy", "logs:PutLogEvents"),
    ],
)
def test_a_machines_role_takes_a_policy_of_awss_own(stand_in: RunningStandIn, name: str, action: str) -> None:
    iam = stand_in.customer(NORTHWIND, "iam")
    arn = f"arn:aws:iam::aws:policy/{name}"
    iam.create_role(RoleName="node", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []}))

    iam.attach_role_policy(RoleName="node", PolicyArn=arn)

    attached = iam.list_attached_role_policies(RoleName="node")["AttachedPolicies"]
    version = iam.get_policy_version(
        PolicyArn=arn, VersionId=iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    )
    assert attached == [{"PolicyName": name, "PolicyArn": arn}]
    assert action in json.dumps(version["PolicyVersion"]["Document"])
