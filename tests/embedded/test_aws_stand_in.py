"""What the stand-in refuses, waits for and remembers: what AWS does and moto does not."""

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from portal.embedded.aws_stand_in import accounts, patches
from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS, PROVIDER_ACCOUNT_ID, PROVIDER_VPC_ID
from tests.aws import ROLE, RunningStandIn
from tests.services import free_port

Starter = Callable[..., tuple[subprocess.Popen, Any]]
NORTHWIND = CUSTOMER_ACCOUNTS[0]
ROLE_ARN = f"arn:aws:iam::{NORTHWIND.account_id}:role/{ROLE}"


def code_of(refusal: pytest.ExceptionInfo[ClientError]) -> str:
    return refusal.value.response["Error"]["Code"]


def assume(stand_in: RunningStandIn, **more: str) -> dict:
    return stand_in.provider("sts").assume_role(RoleArn=ROLE_ARN, RoleSessionName="tests-only", **more)


def request_peering(stand_in: RunningStandIn, vpc_id: str = NORTHWIND.production_vpc_id) -> dict:
    return stand_in.provider("ec2").create_vpc_peering_connection(
        VpcId=PROVIDER_VPC_ID, PeerVpcId=vpc_id, PeerOwnerId=NORTHWIND.account_id, PeerRegion=NORTHWIND.region
    )["VpcPeeringConnection"]


def test_every_account_has_its_vpcs_with_two_subnets_and_two_route_tables(stand_in: RunningStandIn) -> None:
    for account in CUSTOMER_ACCOUNTS:
        ec2 = stand_in.customer(account, "ec2")
        for vpc_id in (account.production_vpc_id, account.test_vpc_id):
            here = [{"Name": "vpc-id", "Values": [vpc_id]}]
            zones = {row["AvailabilityZone"] for row in ec2.describe_subnets(Filters=here)["Subnets"]}
            assert len(zones) == 2
            assert len(ec2.describe_route_tables(Filters=here)["RouteTables"]) == 2


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


def test_a_body_sent_in_chunks_arrives_whole(stand_in: RunningStandIn) -> None:
    s3 = stand_in.customer(NORTHWIND, "s3")
    s3.create_bucket(Bucket="chunked", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    key, _ = accounts.access_key_of(NORTHWIND.account_id)
    signed = f"AWS4-HMAC-SHA256 Credential={key}/20261124/eu-west-1/s3/aws4_request, SignedHeaders=host, Signature=0"
    connection = http.client.HTTPConnection(stand_in.endpoint.removeprefix("http://"), timeout=10)

    connection.request("PUT", "/chunked/a", iter([b"one ", b"two"]), {"Authorization": signed}, encode_chunked=True)
    status = connection.getresponse().status
    connection.close()

    assert status == 200
    assert s3.get_object(Bucket="chunked", Key="a")["Body"].read() == b"one two"


@pytest.mark.parametrize(
    ("service", "operation", "code"),
    [
        ("sts", "get_caller_identity", "InvalidClientTokenId"),
        ("ec2", "describe_vpcs", "AuthFailure"),
        ("s3", "list_buckets", "InvalidAccessKeyId"),
        ("cloudtrail", "describe_trails", "UnrecognizedClientException"),
    ],
)
def test_an_unknown_key_is_refused(stand_in: RunningStandIn, service: str, operation: str, code: str) -> None:
    stranger = boto3.client(
        service,
        region_name="eu-west-1",
        endpoint_url=stand_in.endpoint,
        aws_access_key_id="AKIANOBODYKNOWSTHIS0",
        aws_secret_access_key="x",
    )

    with pytest.raises(ClientError) as refusal:
        getattr(stranger, operation)()

    assert code_of(refusal) == code


def test_the_same_pair_gets_the_same_peering(stand_in: RunningStandIn) -> None:
    first, second = request_peering(stand_in), request_peering(stand_in)

    assert first["VpcPeeringConnectionId"] == second["VpcPeeringConnectionId"]
    assert len(stand_in.peerings()) == 1


def test_a_request_is_delivered_before_it_can_be_accepted(
    stand_in: RunningStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    identifier = request_peering(stand_in)["VpcPeeringConnectionId"]
    assert stand_in.peerings()[0]["Status"]["Code"] == "initiating-request"

    monkeypatch.setattr(patches, "DELIVERY", timedelta(0))
    assert stand_in.peerings()[0]["Status"]["Code"] == "pending-acceptance"

    stand_in.accept(NORTHWIND.account_id, identifier)
    assert stand_in.peerings()[0]["Status"]["Code"] == "active"


def test_overlapping_ranges_fail_the_peering(stand_in: RunningStandIn) -> None:
    ec2 = stand_in.customer(NORTHWIND, "ec2")
    overlapping = ec2.create_vpc(CidrBlock="10.200.128.0/20")["Vpc"]["VpcId"]

    request_peering(stand_in, overlapping)

    assert stand_in.peerings()[0]["Status"]["Code"] == "failed"


def test_a_request_expires_after_seven_days(stand_in: RunningStandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    identifier = request_peering(stand_in)["VpcPeeringConnectionId"]
    later = patches._now() + timedelta(days=7, minutes=1)
    monkeypatch.setattr(patches, "_now", lambda: later)

    with pytest.raises(ClientError):
        stand_in.accept(NORTHWIND.account_id, identifier)

    assert stand_in.peerings()[0]["Status"]["Code"] == "expired"


def test_only_the_accepter_accepts(stand_in: RunningStandIn) -> None:
    identifier = request_peering(stand_in)["VpcPeeringConnectionId"]

    with pytest.raises(ClientError) as refusal:
        stand_in.provider("ec2").accept_vpc_peering_connection(VpcPeeringConnectionId=identifier)

    assert code_of(refusal) == "OperationNotPermitted"


def test_the_same_caller_reference_makes_no_second_zone(stand_in: RunningStandIn) -> None:
    route53 = stand_in.customer(NORTHWIND, "route53")
    route53.create_hosted_zone(Name="a.internal", CallerReference="once")

    with pytest.raises(ClientError) as refusal:
        route53.create_hosted_zone(Name="a.internal", CallerReference="once")

    assert code_of(refusal) == "HostedZoneAlreadyExists"


def test_the_hook_is_told_of_every_change_and_of_no_read(stand_in: RunningStandIn) -> None:
    told: list[tuple[str, str, str, str]] = []
    stand_in.application.on_call = lambda *call: told.append(call)

    stand_in.peerings()
    request_peering(stand_in)
    here = {"LocationConstraint": "eu-west-1"}
    stand_in.customer(NORTHWIND, "s3").create_bucket(Bucket="told", CreateBucketConfiguration=here)

    assert told[:2] == [
        ("before", "ec2", "CreateVpcPeeringConnection", PROVIDER_ACCOUNT_ID),
        ("after", "ec2", "CreateVpcPeeringConnection", PROVIDER_ACCOUNT_ID),
    ]
    assert [call[2] for call in told[2:]] == ["PUT /told", "PUT /told"]


# ---- as a process of its own


@pytest.fixture
def client_of_process(tmp_path: Path) -> Iterator[Starter]:
    """Start the stand-in as `up` does; return a function that starts it (again) and gives a client."""
    running: list[subprocess.Popen] = []

    def start(service: str = "ec2") -> tuple[subprocess.Popen, object]:
        port = free_port()
        command = [sys.executable, "-m", "portal.embedded.aws_stand_in", "--port", str(port), "--state"]
        process = subprocess.Popen([*command, str(tmp_path / "aws.dill")], stdout=subprocess.PIPE, text=True)
        running.append(process)
        assert "AWS stand-in" in process.stdout.readline()
        key, secret = accounts.access_key_of(NORTHWIND.account_id)
        endpoint = f"http://127.0.0.1:{port}"
        client = boto3.client(
            service,
            region_name="eu-west-1",
            endpoint_url=endpoint,
            aws_access_key_id=key,
            aws_secret_access_key=secret,
        )
        return process, client

    yield start
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


def test_what_was_made_survives_a_kill(client_of_process: Starter) -> None:
    process, ec2 = client_of_process()
    made = ec2.create_vpc(CidrBlock="10.99.0.0/16")["Vpc"]["VpcId"]
    time.sleep(1)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()

    _, again = client_of_process()

    assert [row["VpcId"] for row in again.describe_vpcs(VpcIds=[made])["Vpcs"]] == [made]


def test_it_ends_on_terminate_and_keeps_the_last_change(client_of_process: Starter) -> None:
    process, s3 = client_of_process("s3")
    s3.create_bucket(Bucket="kept", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    s3.put_object(Bucket="kept", Key="a", Body=b"content")
    process.terminate()
    assert process.wait(timeout=10) == 0
    with pytest.raises((EndpointConnectionError, ConnectionError)):
        s3.list_buckets()

    _, again = client_of_process("s3")

    assert again.get_object(Bucket="kept", Key="a")["Body"].read() == b"content"


def test_the_ordinary_command_line_client_sees_the_same_objects(stand_in: RunningStandIn, tmp_path: Path) -> None:
    request_peering(stand_in)
    key, secret = accounts.access_key_of(NORTHWIND.account_id)
    (tmp_path / "credentials").write_text(f"[northwind]\naws_access_key_id={key}\naws_secret_access_key={secret}\n")
    (tmp_path / "config").write_text(f"[profile northwind]\nregion=eu-west-1\nendpoint_url={stand_in.endpoint}\n")
    environment = {
        "PATH": os.environ["PATH"],
        "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"),
        "AWS_CONFIG_FILE": str(tmp_path / "config"),
        "AWS_PROFILE": "northwind",
    }
    query = "VpcPeeringConnections[].RequesterVpcInfo.VpcId"
    command = ["ec2", "describe-vpc-peering-connections", "--query", query, "--output", "text"]

    told = subprocess.run(
        [str(Path(sys.executable).parent / "aws"), *command],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    assert told.stdout.strip() == PROVIDER_VPC_ID
