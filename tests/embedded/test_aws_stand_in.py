"""The stand-in as a server: whose key it knows, what it holds at first, what it tells its hook, how it ends and starts."""

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from portal.embedded.aws_stand_in import accounts
from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS, PROVIDER_ACCOUNT_ID, PROVIDER_VPC_ID
from tests.aws import RunningStandIn, code_of
from tests.services import free_port

Starter = Callable[..., tuple[subprocess.Popen, Any]]
NORTHWIND = CUSTOMER_ACCOUNTS[0]


def test_every_account_has_its_vpcs_with_two_subnets_and_two_route_tables(stand_in: RunningStandIn) -> None:
    for account in CUSTOMER_ACCOUNTS:
        ec2 = stand_in.customer(account, "ec2")
        for vpc_id in (account.production_vpc_id, account.test_vpc_id):
            here = [{"Name": "vpc-id", "Values": [vpc_id]}]
            network = ec2.describe_vpcs(VpcIds=[vpc_id])["Vpcs"][0]["CidrBlock"].rsplit(".", 2)[0]
            subnets = ec2.describe_subnets(Filters=here)["Subnets"]
            assert {row["CidrBlock"]: row["AvailabilityZone"] for row in subnets} == {
                f"{network}.0.0/24": f"{account.region}a",
                f"{network}.1.0/24": f"{account.region}b",
            }
            assert len(ec2.describe_route_tables(Filters=here)["RouteTables"]) == 2


def test_more_accounts_can_be_opened(stand_in: RunningStandIn) -> None:
    added = [stand_in.add_customer(number, "eu-central-1") for number in range(20)]

    for account in added:
        assert stand_in.customer(account, "sts").get_caller_identity()["Account"] == account.account_id
        vpcs = stand_in.customer(account, "ec2").describe_vpcs(VpcIds=[account.production_vpc_id, account.test_vpc_id])
        assert {row["CidrBlock"] for row in vpcs["Vpcs"]} == {account.production_cidr, account.test_cidr}
    ranges = {cidr for one in (*CUSTOMER_ACCOUNTS, *added) for cidr in (one.production_cidr, one.test_cidr)}
    assert len(ranges) == 2 * (len(CUSTOMER_ACCOUNTS) + len(added))


def test_of_many_who_ask_for_the_same_at_once_all_get_one(stand_in: RunningStandIn) -> None:
    clients = [stand_in.customer(NORTHWIND, "ec2") for _ in range(8)]

    def create(ec2: Any) -> set[str]:
        device = ec2.create_customer_gateway(Type="ipsec.1", PublicIp="203.0.113.10", BgpAsn=65010)["CustomerGateway"]
        volume = ec2.create_volume(AvailabilityZone="eu-west-1a", Size=10, ClientToken="t")
        return {device["CustomerGatewayId"], volume["VolumeId"]}

    with ThreadPoolExecutor(len(clients)) as pool:
        made = set().union(*pool.map(create, clients))

    assert len(made) == 2


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


def test_the_hook_is_told_of_every_change_and_of_no_read(stand_in: RunningStandIn) -> None:
    told: list[tuple[str, str, str, str]] = []
    stand_in.application.on_call = lambda *call: told.append(call)

    stand_in.peerings()
    stand_in.request_peering(NORTHWIND)
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
    stand_in.request_peering(NORTHWIND)
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
