import json
from dataclasses import replace

import pytest

from environments.provisioning.specification import Backup
from environments.provisioning.step import CHANGE, Drifted, Missing, Ready
from environments.provisioning.steps import BY_KEY
from environments.provisioning.steps.buckets import AuditBucket, DrBucket, LogBucket
from tests.environments.steps.conftest import bench_of
from tests.fakes.cloud import Cloud
from tests.fakes.engine import FakeRun, spec

BUCKETS = [LogBucket(), AuditBucket(), DrBucket()]
each = pytest.mark.parametrize("step", BUCKETS, ids=lambda step: step.key)


def _own(bench, step):
    return step.account(bench.context)


@each
def test_bucket_is_private_encrypted_versioned_and_ends_as_agreed(bench, step):
    assert isinstance(step.observe(bench.context), Missing)
    name = bench.make(step).outputs["bucket"]
    here = _own(bench, step)
    assert all(here.read("s3", "get_public_access_block", Bucket=name)["PublicAccessBlockConfiguration"].values())
    assert here.read("s3", "get_bucket_versioning", Bucket=name)["Status"] == "Enabled"
    rules = here.read("s3", "get_bucket_encryption", Bucket=name)["ServerSideEncryptionConfiguration"]["Rules"]
    assert [rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] for rule in rules] == ["AES256"]
    (rule,) = here.read("s3", "get_bucket_lifecycle_configuration", Bucket=name)["Rules"]
    if isinstance(step, DrBucket):
        assert rule["Expiration"] == {"Days": 90}
    else:
        assert rule["Transitions"] == [{"Days": 30, "StorageClass": "GLACIER"}]


@each
def test_fresh_bucket_is_made_without_a_look(bench, step):
    bench.forget()
    assert isinstance(step.apply(bench.context, Missing()), Ready)
    assert bench.reads == []
    assert bench.changes[0] == "s3.create_bucket"
    assert len(bench.changes) == 1 + len(step.aspects(bench.spec))


@each
def test_second_apply_reads_each_setting_once_and_changes_nothing(bench, step):
    bench.make(step)
    bench.forget()
    bench.apply(step)
    assert bench.changes == []
    assert len(bench.reads) == len(set(bench.reads)) == len(step.aspects(bench.spec))


def test_log_bucket_takes_four_reads_and_the_audit_bucket_five():
    assert [len(step.aspects(spec())) for step in BUCKETS] == [4, 5, 4]


def test_only_our_trail_may_write_into_the_audit_bucket(bench):
    name = bench.make(AuditBucket()).outputs["bucket"]
    policy = json.loads(bench.customer.read("s3", "get_bucket_policy", Bucket=name)["Policy"])
    for statement in policy["Statement"]:
        assert statement["Principal"] == {"Service": "cloudtrail.amazonaws.com"}
        trail = statement["Condition"]["StringEquals"]["aws:SourceArn"]
        assert trail.startswith(f"arn:aws:cloudtrail:eu-west-1:{bench.spec.customer_account_id}:trail/wso2-audit-")


OPEN = {"PublicAccessBlockConfiguration": {"BlockPublicAcls": False, "RestrictPublicBuckets": False}}
OTHER = {"Rules": [{"ID": "mine", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]}


@pytest.mark.parametrize(
    ("operation", "params", "said"),
    [
        ("put_public_access_block", OPEN, "public access is something else instead of blocked"),
        (
            "put_bucket_versioning",
            {"VersioningConfiguration": {"Status": "Suspended"}},
            "versioning is something else instead of on",
        ),
        (
            "put_bucket_lifecycle_configuration",
            {"LifecycleConfiguration": OTHER},
            "lifecycle is something else instead of 30 days, then Glacier",
        ),
        ("put_bucket_policy", {"Policy": "{}"}, "policy is something else instead of only our trail may write"),
    ],
)
def test_each_setting_is_watched_and_mended_alone(bench, operation, params, said):
    step = AuditBucket()
    name = bench.make(step).outputs["bucket"]
    bench.customer.change("s3", operation, Bucket=name, **params)
    found = step.observe(bench.context)
    assert isinstance(found, Drifted)
    assert [(change.action, change.differences) for change in found.changes] == [(CHANGE, (said,))]
    bench.forget()
    assert isinstance(step.apply(bench.context, found), Ready)
    assert bench.changes == [f"s3.{operation}"]
    assert isinstance(step.observe(bench.context), Ready)


def test_crash_after_the_bucket_and_before_its_settings_is_mended(bench):
    step = LogBucket()
    name = step.name_of(bench.spec)
    where = {"LocationConstraint": bench.spec.customer_region}
    bench.customer.change("s3", "create_bucket", Bucket=name, CreateBucketConfiguration=where)
    bench.forget()
    found = step.observe(bench.context)
    assert isinstance(found, Drifted)
    assert "lifecycle is not set instead of 30 days, then Glacier" in found.changes[0].differences
    bench.make(step)
    assert "s3.create_bucket" not in bench.changes


def test_name_in_another_account_is_refused():
    """In memory: the stand-in does not look at whose a bucket is."""
    run = FakeRun(Cloud(spec()), (BY_KEY["customer_access"], LogBucket(), AuditBucket()))
    name = LogBucket().name_of(spec())
    run.cloud.answer("333333333333", "eu-west-1", "s3", "create_bucket", {"Bucket": name})
    run.run()
    assert run.last("log_bucket").error["code"] == "bucket_taken"
    assert run.states()["audit_bucket"] == "ready"


@each
def test_buckets_stay_when_the_environment_is_torn_down(bench, step):
    bench.make(step)
    bench.forget()
    assert step.remains
    step.remove(bench.context)
    assert bench.changes == []


def test_bucket_for_disaster_recovery_stands_in_the_other_region(bench):
    made = bench.make(DrBucket())
    assert [seen.region for seen in made.resources] == ["eu-central-1"]
    name = made.outputs["bucket"]
    if bench.in_memory:
        assert bench.memory.world("s3").tables[(bench.spec.customer_account_id, "global", "bucket")][name]
    else:
        s3 = bench.stand_in.customer(bench.spec.customer_account_id, "s3")
        assert s3.get_bucket_location(Bucket=name)["LocationConstraint"] == "eu-central-1"


def test_copies_are_archived_after_three_months_where_that_was_chosen(world, request):
    backup = Backup(disaster_recovery=True, dr_region="eu-central-1", archive_to_glacier=True)
    bench = bench_of(world, request, backup=backup)
    name = bench.make(DrBucket()).outputs["bucket"]
    answer = _own(bench, DrBucket()).read("s3", "get_bucket_lifecycle_configuration", Bucket=name)
    assert answer["Rules"][0]["Transitions"] == [{"Days": 90, "StorageClass": "GLACIER"}]


@pytest.mark.parametrize(
    "changes", [{"kind": "test"}, {"backup": Backup()}], ids=["non-production", "no disaster recovery"]
)
def test_no_bucket_for_disaster_recovery_where_nobody_asked(changes):
    assert not DrBucket().applies(replace(spec(), **changes))
    assert LogBucket().applies(replace(spec(), **changes))
