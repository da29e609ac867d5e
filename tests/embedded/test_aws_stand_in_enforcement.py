"""What a role may do while IAM is enforced."""

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS, CUSTOMER_ADMINISTRATOR
from tests.aws import ROLE, RunningStandIn, code_of

NORTHWIND = CUSTOMER_ACCOUNTS[0]
BUCKET = {"Bucket": "enforced"}
ENCRYPTED = {"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]}


def allow(*actions: str, resource: str = "*", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **more}


def as_role(stand_in: RunningStandIn, role: str = ROLE) -> Any:
    """Return a maker of clients that act in the role."""
    arn = f"arn:aws:iam::{NORTHWIND.account_id}:role/{role}"
    entered = stand_in.provider("sts").assume_role(RoleArn=arn, RoleSessionName="tests-only")["Credentials"]
    session = boto3.Session(
        aws_access_key_id=entered["AccessKeyId"],
        aws_secret_access_key=entered["SecretAccessKey"],
        aws_session_token=entered["SessionToken"],
        region_name=NORTHWIND.region,
    )
    return lambda service: session.client(service, endpoint_url=stand_in.endpoint)


def role_with(stand_in: RunningStandIn, *statements: dict[str, Any]) -> Any:
    stand_in.trust_portal(NORTHWIND.account_id, "")
    document = json.dumps({"Version": "2012-10-17", "Statement": statements})
    stand_in.customer(NORTHWIND, "iam").put_role_policy(RoleName=ROLE, PolicyName="p", PolicyDocument=document)
    return as_role(stand_in)


READS: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("ec2", "describe_vpcs", {}, "ec2:DescribeVpcs", "UnauthorizedOperation"),
    ("iam", "list_roles", {}, "iam:ListRoles", "AccessDenied"),
    ("route53", "list_hosted_zones", {}, "route53:ListHostedZones", "AccessDenied"),
    ("s3", "list_buckets", {}, "s3:ListAllMyBuckets", "AccessDenied"),
    ("rds", "describe_db_instances", {}, "rds:DescribeDBInstances", "AccessDenied"),
    ("sns", "list_topics", {}, "sns:ListTopics", "AccessDenied"),
    ("cloudformation", "list_stacks", {}, "cloudformation:ListStacks", "AccessDenied"),
    ("elbv2", "describe_load_balancers", {}, "elasticloadbalancing:DescribeLoadBalancers", "AccessDenied"),
    ("ses", "list_identities", {}, "ses:ListIdentities", "AccessDenied"),
    ("sesv2", "list_email_identities", {}, "ses:ListEmailIdentities", "AccessDeniedException"),
    ("cloudwatch", "describe_alarms", {}, "cloudwatch:DescribeAlarms", "AccessDeniedException"),
    ("cloudwatch", "describe_alarm_history", {}, "cloudwatch:DescribeAlarmHistory", "AccessDeniedException"),
    ("logs", "describe_log_groups", {}, "logs:DescribeLogGroups", "AccessDeniedException"),
    ("ssm", "describe_parameters", {}, "ssm:DescribeParameters", "AccessDeniedException"),
    ("kms", "list_keys", {}, "kms:ListKeys", "AccessDeniedException"),
    ("acm", "list_certificates", {}, "acm:ListCertificates", "AccessDeniedException"),
    ("backup", "list_backup_vaults", {}, "backup:ListBackupVaults", "AccessDeniedException"),
    ("guardduty", "list_detectors", {}, "guardduty:ListDetectors", "AccessDeniedException"),
    ("resourcegroupstaggingapi", "get_resources", {}, "tag:GetResources", "AccessDeniedException"),
]


@pytest.mark.parametrize(("service", "operation", "given", "action", "code"), READS, ids=[row[0] for row in READS])
def test_only_an_allowed_action_is_done(
    stand_in: RunningStandIn, service: str, operation: str, given: dict[str, Any], action: str, code: str
) -> None:
    client = role_with(stand_in, allow("sts:TagSession"))
    with stand_in.enforce_iam(), pytest.raises(ClientError) as refusal:
        getattr(client(service), operation)(**given)
    assert code_of(refusal) == code

    document = json.dumps({"Version": "2012-10-17", "Statement": [allow(action)]})
    stand_in.customer(NORTHWIND, "iam").put_role_policy(RoleName=ROLE, PolicyName="p", PolicyDocument=document)
    with stand_in.enforce_iam():
        assert getattr(client(service), operation)(**given)


def test_a_buckets_settings_are_actions_of_their_own(stand_in: RunningStandIn) -> None:
    s3 = role_with(stand_in, allow("s3:CreateBucket", "s3:PutEncryptionConfiguration", "s3:ListBucket"))("s3")

    with stand_in.enforce_iam():
        s3.create_bucket(**BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        s3.put_bucket_encryption(**BUCKET, ServerSideEncryptionConfiguration=ENCRYPTED)
        s3.head_bucket(**BUCKET)
        for operation in ("get_bucket_encryption", "get_public_access_block", "get_bucket_replication"):
            with pytest.raises(ClientError) as refusal:
                getattr(s3, operation)(**BUCKET)
            assert code_of(refusal) == "AccessDenied"


def test_an_allow_counts_whatever_it_is_limited_to(stand_in: RunningStandIn) -> None:
    limited = allow(
        "ec2:CreateVpc", resource="arn:aws:ec2:*:*:vpc/*", Condition={"StringEquals": {"aws:RequestTag/a": "b"}}
    )
    elsewhere = allow("ec2:DescribeVpcs") | {"Effect": "Deny", "Resource": "arn:aws:ec2:*:*:vpc/vpc-1"}
    ec2 = role_with(stand_in, limited, allow("ec2:Describe*"), elsewhere)("ec2")

    with stand_in.enforce_iam():
        ec2.create_vpc(CidrBlock="10.98.0.0/16")
        assert ec2.describe_vpcs()["Vpcs"]


def test_a_deny_wins(stand_in: RunningStandIn) -> None:
    ec2 = role_with(stand_in, allow("ec2:*"), allow("ec2:AcceptVpcPeeringConnection") | {"Effect": "Deny"})("ec2")
    peering = stand_in.request_peering(NORTHWIND)["VpcPeeringConnectionId"]

    with stand_in.enforce_iam(), pytest.raises(ClientError) as refusal:
        ec2.accept_vpc_peering_connection(VpcPeeringConnectionId=peering)

    assert code_of(refusal) == "UnauthorizedOperation"


def test_a_dry_run_is_refused_where_the_action_is(stand_in: RunningStandIn) -> None:
    ec2 = role_with(stand_in, allow("ec2:CreateSubnet"))("ec2")
    asked = {"VpcId": NORTHWIND.production_vpc_id, "DryRun": True}

    with stand_in.enforce_iam():
        with pytest.raises(ClientError) as allowed:
            ec2.create_subnet(CidrBlock="10.20.9.0/24", **asked)
        with pytest.raises(ClientError) as refused:
            ec2.create_route_table(**asked)

    assert (code_of(allowed), code_of(refused)) == ("DryRunOperation", "UnauthorizedOperation")


def test_a_forged_signature_is_refused(stand_in: RunningStandIn) -> None:
    client = as_role(stand_in, CUSTOMER_ADMINISTRATOR)("ec2")
    client._request_signer._credentials.secret_key = "forged"

    with stand_in.enforce_iam(), pytest.raises(ClientError) as refusal:
        client.describe_vpcs()

    assert code_of(refusal) == "SignatureDoesNotMatch"


def test_an_administrator_may_do_everything_and_enforcement_ends(stand_in: RunningStandIn) -> None:
    administrator = as_role(stand_in, CUSTOMER_ADMINISTRATOR)("ec2")
    powerless = role_with(stand_in, allow("sts:TagSession"))("ec2")

    with stand_in.enforce_iam():
        assert administrator.describe_vpcs()["Vpcs"]
        assert stand_in.provider("ec2").describe_vpcs()["Vpcs"]
        with pytest.raises(ClientError):
            powerless.describe_vpcs()

    assert powerless.describe_vpcs()["Vpcs"]
