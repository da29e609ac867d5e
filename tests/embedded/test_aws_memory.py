"""What the stand-in still knows after it was ended and started again."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import dill
import pytest
from botocore.exceptions import ClientError
from moto.core.base_backend import BackendDict

from portal.embedded.aws_stand_in import snapshot
from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS, PROVIDER_ACCOUNT_ID, PROVIDER_VPC_ID
from tests.aws import ROLE, RunningStandIn

NORTHWIND, ALBION, HARBOR = CUSTOMER_ACCOUNTS[0], CUSTOMER_ACCOUNTS[1], CUSTOMER_ACCOUNTS[3]
IRELAND = {"LocationConstraint": "eu-west-1"}


@pytest.fixture
def end_and_start(stand_in: RunningStandIn, tmp_path: Path) -> Callable[[], None]:
    """What a restart does to the memory, without the seconds that a process takes."""

    def restart() -> None:
        path = tmp_path / "aws.dill"
        stand_in.application.gate.still(lambda: snapshot.save(path))
        BackendDict.reset()
        assert snapshot.load(path)

    return restart


def test_a_bucket_keeps_its_content_and_its_owner(stand_in: RunningStandIn, end_and_start: Callable[[], None]) -> None:
    s3 = stand_in.customer(NORTHWIND, "s3")
    s3.create_bucket(Bucket="kept", CreateBucketConfiguration=IRELAND)
    s3.put_object(Bucket="kept", Key="a", Body=b"content")

    end_and_start()

    refusals = {}
    for account in (NORTHWIND, ALBION):
        with pytest.raises(ClientError) as refusal:
            stand_in.customer(account, "s3").create_bucket(Bucket="kept", CreateBucketConfiguration=IRELAND)
        refusals[account.name] = refusal.value.response["Error"]["Code"]
    assert refusals == {"Northwind Freight": "BucketAlreadyOwnedByYou", "Albion Mutual": "BucketAlreadyExists"}
    assert s3.get_object(Bucket="kept", Key="a")["Body"].read() == b"content"


@pytest.mark.parametrize("spec", ["RSA_2048", "ECC_NIST_P256"])
def test_a_signing_key_is_kept(stand_in: RunningStandIn, end_and_start: Callable[[], None], spec: str) -> None:
    kms = stand_in.customer(NORTHWIND, "kms")
    key = kms.create_key(KeySpec=spec, KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    algorithm = "RSASSA_PKCS1_V1_5_SHA_256" if spec == "RSA_2048" else "ECDSA_SHA_256"
    signature = kms.sign(KeyId=key, Message=b"said", SigningAlgorithm=algorithm)["Signature"]

    end_and_start()

    assert kms.verify(KeyId=key, Message=b"said", Signature=signature, SigningAlgorithm=algorithm)["SignatureValid"]


def test_what_a_key_encrypted_can_still_be_read(stand_in: RunningStandIn, end_and_start: Callable[[], None]) -> None:
    kms = stand_in.provider("kms")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    sealed = kms.encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]

    end_and_start()

    assert kms.decrypt(CiphertextBlob=sealed)["Plaintext"] == b"secret"


def test_a_peering_across_regions_can_be_accepted_afterwards(
    stand_in: RunningStandIn, end_and_start: Callable[[], None]
) -> None:
    made = stand_in.provider("ec2").create_vpc_peering_connection(
        VpcId=PROVIDER_VPC_ID,
        PeerVpcId=HARBOR.production_vpc_id,
        PeerOwnerId=HARBOR.account_id,
        PeerRegion=HARBOR.region,
    )["VpcPeeringConnection"]

    end_and_start()
    stand_in.accept(HARBOR.account_id, made["VpcPeeringConnectionId"])

    assert [(peering["VpcPeeringConnectionId"], peering["Status"]["Code"]) for peering in stand_in.peerings()] == [
        (made["VpcPeeringConnectionId"], "active")
    ]


def test_who_had_entered_a_role_is_still_in_it(stand_in: RunningStandIn, end_and_start: Callable[[], None]) -> None:
    stand_in.trust_portal(NORTHWIND.account_id, "the-right-one")
    entered = stand_in.provider("sts").assume_role(
        RoleArn=f"arn:aws:iam::{NORTHWIND.account_id}:role/{ROLE}",
        RoleSessionName="before",
        ExternalId="the-right-one",
    )["Credentials"]

    end_and_start()

    session: Any = boto3.client(
        "sts",
        region_name="eu-west-1",
        endpoint_url=stand_in.endpoint,
        aws_access_key_id=entered["AccessKeyId"],
        aws_secret_access_key=entered["SecretAccessKey"],
        aws_session_token=entered["SessionToken"],
    )
    assert session.get_caller_identity()["Account"] == NORTHWIND.account_id


def test_the_memory_of_another_version_is_not_even_opened(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "aws.dill"
    path.write_bytes(dill.dumps("4.0.0") + b"objects that this version cannot read")

    assert snapshot.load(path) is False
    assert "moto 4.0.0's" in capsys.readouterr().err


def test_a_writing_that_fails_leaves_the_last_one_and_says_so(
    stand_in: RunningStandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "aws.dill"
    snapshot.save(path)
    before = path.read_bytes()
    monkeypatch.setattr(snapshot, "_GATHER_SECONDS", 0)
    monkeypatch.setattr(snapshot.dill, "dump", _refuse)

    snapshot.Keeper(path, stand_in.application.gate).note_change()

    said = ""
    until = time.monotonic() + 10
    while "no room on the disk" not in said and time.monotonic() < until:
        time.sleep(0.05)
        said += capfd.readouterr().err
    assert "The state of the AWS stand-in was not kept." in said
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["aws.dill"]


def _refuse(*_: object) -> None:
    raise OSError("no room on the disk")


def test_nothing_begun_earlier_comes_after_the_last_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, began = tmp_path / "aws.dill", tmp_path / "began"
    parent = os.getpid()

    def save(to: Path) -> None:
        if os.getpid() != parent:
            began.touch()
            time.sleep(0.3)
        to.write_text("last" if os.getpid() == parent else "earlier")

    monkeypatch.setattr(snapshot, "_GATHER_SECONDS", 0)
    monkeypatch.setattr(snapshot, "save", save)
    keeper = snapshot.Keeper(path, snapshot.Gate())
    keeper.note_change()
    until = time.monotonic() + 10
    while not began.exists() and time.monotonic() < until:
        time.sleep(0.01)

    keeper.close()
    time.sleep(0.4)

    assert path.read_text() == "last"


def test_the_provider_is_in_its_account_after_a_restart(
    stand_in: RunningStandIn, end_and_start: Callable[[], None]
) -> None:
    end_and_start()

    assert stand_in.provider("sts").get_caller_identity()["Account"] == PROVIDER_ACCOUNT_ID
