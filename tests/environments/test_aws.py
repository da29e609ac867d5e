"""The one way to AWS: what an error means, and that a change is sent once."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
)
from botocore.parsers import ResponseParserError

from portal import aws
from portal.aws import Kind
from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS, PROVIDER_ACCOUNT_ID, access_key_of
from tests.aws import ROLE, RunningStandIn

PROVIDER = aws.Identity(PROVIDER_ACCOUNT_ID)


def _answer(code: str, status: int = 400) -> ClientError:
    metadata = {"HTTPStatusCode": status, "RequestId": "req-1"}
    return ClientError({"Error": {"Code": code, "Message": "m"}, "ResponseMetadata": metadata}, "Op")  # type: ignore[typeddict-item]


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("RequestLimitExceeded", Kind.RETRYABLE),
        ("SlowDown", Kind.RETRYABLE),
        ("ThrottlingException", Kind.RETRYABLE),
        ("OperationAborted", Kind.RETRYABLE),
        ("OperationAbortedException", Kind.RETRYABLE),
        ("ConcurrentModification", Kind.RETRYABLE),
        ("ConcurrentModificationException", Kind.RETRYABLE),
        ("AccessDenied", Kind.DENIED),
        ("UnauthorizedOperation", Kind.DENIED),
        ("ExpiredToken", Kind.DENIED),
        ("InvalidVpcID.NotFound", Kind.MISSING),
        ("NoSuchBucket", Kind.MISSING),
        ("TrailNotFoundException", Kind.MISSING),
        ("404", Kind.MISSING),
        ("RouteAlreadyExists", Kind.CONFLICT),
        ("BucketAlreadyOwnedByYou", Kind.CONFLICT),
        ("InvalidPermission.Duplicate", Kind.CONFLICT),
        ("VpcLimitExceeded", Kind.QUOTA),
        ("ServiceQuotaExceededException", Kind.QUOTA),
        ("InvalidParameterValue", Kind.REFUSED),
        ("500", Kind.NOT_SIMULATED),
    ],
)
def test_code_of_an_answer_decides_what_it_means(code, kind):
    told = aws.classify(_answer(code), changes=True)
    assert (told.kind, told.code, told.request_id) == (kind, code, "req-1")


@pytest.mark.parametrize(("changes", "kind"), [(True, Kind.UNKNOWN), (False, Kind.RETRYABLE)])
def test_server_error_is_unknown_only_for_a_change(changes, kind):
    assert aws.classify(_answer("InternalError", 500), changes=changes).kind == kind
    assert aws.classify(ReadTimeoutError(endpoint_url="x"), changes=changes).kind == kind


@pytest.mark.parametrize(
    "code", ["InsufficientInstanceCapacity", "InsufficientVolumeCapacity", "InsufficientDBInstanceCapacity"]
)
def test_lack_of_room_in_aws_is_a_refusal_although_its_status_is_that_of_a_server_error(code):
    assert aws.classify(_answer(code, 500), changes=True).kind == Kind.REFUSED


@pytest.mark.parametrize("error", [ConnectTimeoutError(endpoint_url="x"), EndpointConnectionError(endpoint_url="x")])
def test_change_that_was_never_sent_may_be_sent_again(error):
    assert aws.classify(error, changes=True).kind == Kind.RETRYABLE


def test_what_the_stand_in_cannot_do_is_told_apart_from_an_outage():
    assert aws.classify(ResponseParserError("html"), changes=False).kind == Kind.NOT_SIMULATED


def test_missing_credentials_are_denied():
    assert aws.classify(NoCredentialsError(), changes=False).kind == Kind.DENIED


@pytest.mark.parametrize("error", [_answer("ExpiredToken"), ConnectTimeoutError(endpoint_url="x")])
def test_only_the_roles_own_refusal_proves_that_it_asks_for_the_external_id(error, monkeypatch):
    class Sts:
        def assume_role(self, **_):
            raise error

    monkeypatch.setattr(aws, "_client", lambda *_: Sts())
    with pytest.raises(aws.AwsError):
        aws.admits_without_external_id(PROVIDER)


def test_list_in_pages_is_read_to_its_end_where_botocore_has_no_paginator_for_it(monkeypatch):
    answers = {None: {"Rows": [1], "NextToken": "b"}, "b": {"Rows": [2], "NextToken": "c"}, "c": {"Rows": [3]}}

    class Route53:
        def can_paginate(self, operation):
            return False

        def list_hosted_zones_by_vpc(self, *, VPCId, NextToken=None):
            assert VPCId == "vpc-1"
            return answers[NextToken]

    monkeypatch.setattr(aws, "_client", lambda *_: Route53())
    found = aws.pages(PROVIDER, "us-east-1", "route53", "list_hosted_zones_by_vpc", "Rows", VPCId="vpc-1")
    assert found == [1, 2, 3]


def test_clients_are_built_once(stand_in: RunningStandIn):
    first = aws._client("eu-west-1", "ec2", False)
    assert aws._client("eu-west-1", "ec2", False) is first
    assert aws._client("eu-west-1", "ec2", True) is not first
    aws.forget_clients()
    assert aws._client("eu-west-1", "ec2", False) is not first


def test_worker_whose_credentials_come_late_uses_them_then(stand_in: RunningStandIn, monkeypatch, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    ask = partial(aws.call, PROVIDER, "eu-west-1", "sts", "get_caller_identity", changes=False)
    with pytest.raises(aws.AwsError, match="no AWS credentials") as failed:
        ask()
    assert failed.value.kind == Kind.DENIED

    key, secret = access_key_of(PROVIDER_ACCOUNT_ID)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    assert ask()["Account"] == PROVIDER_ACCOUNT_ID


def test_change_whose_answer_is_lost_is_sent_once_and_unknown(stand_in: RunningStandIn):
    sent = []

    def lose(phase: str, service: str, operation: str, account_id: str) -> None:
        if phase == "after":
            sent.append(operation)
            raise ConnectionAbortedError

    stand_in.application.on_call = lose
    with pytest.raises(aws.AwsError) as failed:
        aws.call(PROVIDER, "eu-west-1", "ec2", "create_vpc", changes=True, CidrBlock="10.99.0.0/16")
    assert failed.value.kind == Kind.UNKNOWN
    assert sent == ["CreateVpc"]


def test_endpoint_that_does_not_listen_is_retryable(monkeypatch):
    for name, value in {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
    }.items():
        monkeypatch.setenv(name, value)
    aws.forget_clients()
    try:
        with pytest.raises(aws.AwsError) as failed:
            aws.call(PROVIDER, "eu-west-1", "ec2", "create_vpc", changes=True, CidrBlock="10.99.0.0/16")
        assert failed.value.kind == Kind.RETRYABLE
    finally:
        aws.forget_clients()


def test_one_client_signs_as_whoever_makes_the_call(stand_in: RunningStandIn):
    for account in CUSTOMER_ACCOUNTS[:2]:
        stand_in.trust_portal(account.account_id, "x1")
    roles = [
        aws.Identity(one.account_id, f"arn:aws:iam::{one.account_id}:role/{ROLE}", "x1")
        for one in CUSTOMER_ACCOUNTS[:2]
    ]

    def whose(identity: aws.Identity) -> str:
        return aws.call(identity, "eu-west-1", "sts", "get_caller_identity", changes=False)["Account"]

    with ThreadPoolExecutor(4) as pool:
        asked = [PROVIDER, *roles] * 8
        assert list(pool.map(whose, asked)) == [one.account_id for one in asked]
    assert [key for key in aws._clients if key[:2] == ("sts", "eu-west-1")] == [("sts", "eu-west-1", False)]
