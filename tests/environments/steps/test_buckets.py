import json

import pytest

from environments.provisioning.step import Drifted, Missing, Ready
from environments.provisioning.steps.buckets import AuditBucket, LogBucket
from tests.environments.steps.conftest import NORTHWIND, Bench
from tests.fakes.cloud import Cloud
from tests.fakes.engine import FakeRun, spec


@pytest.fixture
def bench(stand_in_bench) -> Bench:
    return stand_in_bench


BUCKETS = [LogBucket(), AuditBucket()]


def _s3(bench, account=NORTHWIND):
    return bench.stand_in.customer(account, "s3")


@pytest.mark.parametrize("step", BUCKETS)
def test_bucket_is_private_encrypted_versioned_and_archived(bench, step):
    assert isinstance(step.observe(bench.context), Missing)
    name = bench.make(step).outputs["bucket"]
    s3 = _s3(bench)
    assert all(s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"].values())
    assert s3.get_bucket_versioning(Bucket=name)["Status"] == "Enabled"
    (rule,) = s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    (rule,) = s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    assert rule["Transitions"] == [{"Days": 30, "StorageClass": "GLACIER"}]
    tags = {tag["Key"]: tag["Value"] for tag in s3.get_bucket_tagging(Bucket=name)["TagSet"]}
    assert tags["wso2:env"] == bench.spec.environment_id
    assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] == NORTHWIND.region


@pytest.mark.parametrize("step", BUCKETS)
def test_second_apply_changes_nothing(bench, step):
    bench.make(step)
    bench.forget()
    bench.apply(step)
    assert bench.changes == []


def test_only_cloudtrail_may_write_into_the_audit_bucket(bench):
    name = bench.make(AuditBucket()).outputs["bucket"]
    policy = json.loads(_s3(bench).get_bucket_policy(Bucket=name)["Policy"])
    principals = [statement["Principal"] for statement in policy["Statement"]]
    assert principals == [{"Service": "cloudtrail.amazonaws.com"}] * 2


@pytest.mark.parametrize(
    ("undo", "named"),
    [
        ("delete_public_access_block", "public access block"),
        ("delete_bucket_lifecycle", "lifecycle"),
        ("delete_bucket_tagging", "tags"),
    ],
)
def test_each_aspect_is_watched_and_mended(bench, undo, named):
    step = LogBucket()
    name = bench.make(step).outputs["bucket"]
    getattr(_s3(bench), undo)(Bucket=name)
    found = step.observe(bench.context)
    assert isinstance(found, Drifted)
    assert len(found.differences) == 1
    assert named in found.differences[0]
    assert isinstance(bench.make(step), Ready)


def test_crash_after_the_bucket_and_before_its_aspects_is_mended(bench):
    step = LogBucket()
    name = step.name_of(bench.spec)
    _s3(bench).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": NORTHWIND.region})
    assert isinstance(step.observe(bench.context), Drifted)
    bench.make(step)
    assert "s3.create_bucket" not in bench.changes


def test_name_in_another_account_is_refused():
    """In memory: the stand-in does not look at whose a bucket is."""
    run = FakeRun(Cloud(spec()))
    name = LogBucket().name_of(spec())
    run.cloud.answer("333333333333", "eu-west-1", "s3", "create_bucket", {"Bucket": name})
    run.run()
    assert run.last("log_bucket").error["code"] == "bucket_taken"
    assert run.states()["audit_bucket"] == "ready"


def test_buckets_stay_when_the_environment_is_torn_down(bench):
    name = bench.make(LogBucket()).outputs["bucket"]
    LogBucket().remove(bench.context)
    assert [bucket["Name"] for bucket in _s3(bench).list_buckets()["Buckets"]] == [name]
