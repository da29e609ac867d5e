"""Accounts that are opened for a customer."""

from typing import Any

import boto3
import pytest

from portal.embedded.aws_stand_in import patches
from portal.embedded.aws_stand_in.accounts import PROVIDER_REGION
from tests.aws import RunningStandIn

GIVEN = {"AccountName": "Northwind production", "Email": "aws@northwind.example"}


def status_of(organizations: Any, request: str) -> dict[str, Any]:
    answer = organizations.describe_create_account_status(CreateAccountRequestId=request)
    return answer["CreateAccountStatus"]


@pytest.mark.usefixtures("stands_still")
def test_an_account_takes_a_moment_and_can_then_be_entered(stand_in: RunningStandIn) -> None:
    organizations = stand_in.provider("organizations")
    made = organizations.create_account(**GIVEN)["CreateAccountStatus"]
    assert made["State"] == "IN_PROGRESS"
    assert "AccountId" not in status_of(organizations, made["Id"])

    with patches.at_once():
        done = status_of(organizations, made["Id"])
    assert done["State"] == "SUCCEEDED"
    role = f"arn:aws:iam::{done['AccountId']}:role/OrganizationAccountAccessRole"
    entered = stand_in.provider("sts").assume_role(RoleArn=role, RoleSessionName="tests-only")["Credentials"]
    ec2 = boto3.client(
        "ec2",
        region_name=PROVIDER_REGION,
        endpoint_url=stand_in.endpoint,
        aws_access_key_id=entered["AccessKeyId"],
        aws_secret_access_key=entered["SecretAccessKey"],
        aws_session_token=entered["SessionToken"],
    )
    with stand_in.enforce_iam():
        assert all(row["IsDefault"] for row in ec2.describe_vpcs()["Vpcs"])


def test_an_address_has_one_account(stand_in: RunningStandIn) -> None:
    organizations = stand_in.provider("organizations")
    organizations.create_account(**GIVEN)

    second = organizations.create_account(**GIVEN)["CreateAccountStatus"]
    listed = organizations.list_create_account_status(States=["FAILED"])["CreateAccountStatuses"]

    assert status_of(organizations, second["Id"])["FailureReason"] == "EMAIL_ALREADY_EXISTS"
    assert [row["Id"] for row in listed] == [second["Id"]]
    assert [row["Email"] for row in organizations.list_accounts()["Accounts"]].count(GIVEN["Email"]) == 1
