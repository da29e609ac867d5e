"""Who is let into a role."""

import json

import pytest
from botocore.exceptions import ClientError

from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS, PROVIDER_ACCOUNT_ID
from tests.aws import ROLE, RunningStandIn, code_of

NORTHWIND = CUSTOMER_ACCOUNTS[0]
ROLE_ARN = f"arn:aws:iam::{NORTHWIND.account_id}:role/{ROLE}"


def assume(stand_in: RunningStandIn, **more: str) -> dict:
    return stand_in.provider("sts").assume_role(RoleArn=ROLE_ARN, RoleSessionName="tests-only", **more)


def test_a_role_lets_in_only_with_its_external_id(stand_in: RunningStandIn) -> None:
    stand_in.trust_portal(NORTHWIND.account_id, "the-right-one")

    assert assume(stand_in, ExternalId="the-right-one")["AssumedRoleUser"]["Arn"].endswith(f"{ROLE}/tests-only")
    for wrong in ({}, {"ExternalId": "another"}):
        with pytest.raises(ClientError) as refusal:
            assume(stand_in, **wrong)
        assert code_of(refusal) == "AccessDenied"


def test_a_role_that_does_not_exist_lets_nobody_in(stand_in: RunningStandIn) -> None:
    with pytest.raises(ClientError) as refusal:
        assume(stand_in, ExternalId="any")

    assert code_of(refusal) == "AccessDenied"


def test_another_account_is_not_let_in(stand_in: RunningStandIn) -> None:
    stand_in.trust_portal(NORTHWIND.account_id, "the-right-one")

    with pytest.raises(ClientError) as refusal:
        stand_in.customer("333333333333", "sts").assume_role(
            RoleArn=ROLE_ARN, RoleSessionName="tests-only", ExternalId="the-right-one"
        )

    assert code_of(refusal) == "AccessDenied"


def _statement(**changed: object) -> dict[str, object]:
    return {"Effect": "Allow", "Principal": {"AWS": PROVIDER_ACCOUNT_ID}, "Action": "sts:AssumeRole"} | changed


@pytest.mark.parametrize(
    ("statements", "lets_in"),
    [
        (_statement(), True),
        ([_statement(Principal={"AWS": [f"arn:aws:iam::{PROVIDER_ACCOUNT_ID}:root", "999999999999"]})], True),
        (_statement(Principal="*"), True),
        (_statement(Action=["sts:TagSession", "sts:*"]), True),
        (_statement(Action="sts:TagSession"), False),
        (_statement(Principal={"Service": "ec2.amazonaws.com"}), False),
        (_statement(Principal={"AWS": f"arn:aws:iam::{PROVIDER_ACCOUNT_ID}:user/somebody-else"}), False),
        (_statement(Condition={"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}), False),
        ([_statement(), _statement(Effect="Deny", Principal="*")], False),
    ],
)
def test_a_trust_policy_is_read_as_it_is_written(stand_in: RunningStandIn, statements: object, lets_in: bool) -> None:
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    stand_in.customer(NORTHWIND, "iam").create_role(RoleName=ROLE, AssumeRolePolicyDocument=document)

    if lets_in:
        assert assume(stand_in)["Credentials"]
    else:
        with pytest.raises(ClientError) as refusal:
            assume(stand_in)
        assert code_of(refusal) == "AccessDenied"
