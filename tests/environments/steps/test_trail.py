import pytest

from environments.provisioning.step import Drifted, Missing, Ready
from environments.provisioning.steps.buckets import AuditBucket
from environments.provisioning.steps.trail import AuditTrail
from tests.environments.steps.conftest import NORTHWIND, Bench


@pytest.fixture
def bench(stand_in_bench) -> Bench:
    return stand_in_bench


STEP = AuditTrail()


@pytest.fixture
def with_bucket(bench) -> Bench:
    bench.make(AuditBucket())
    return bench


def test_trail_logs_into_the_audit_bucket(with_bucket):
    assert isinstance(STEP.observe(with_bucket.context), Missing)
    with_bucket.make(STEP)
    trails = with_bucket.stand_in.customer(NORTHWIND, "cloudtrail")
    (trail,) = trails.describe_trails()["trailList"]
    assert trail["S3BucketName"] == with_bucket.outputs["audit_bucket"]["bucket"]
    assert trail["LogFileValidationEnabled"]
    assert trails.get_trail_status(Name=trail["Name"])["IsLogging"]


def test_stopped_trail_is_drift_and_started_again(with_bucket):
    name = with_bucket.make(STEP).outputs["trail"]
    with_bucket.stand_in.customer(NORTHWIND, "cloudtrail").stop_logging(Name=name)
    found = STEP.observe(with_bucket.context)
    assert isinstance(found, Drifted)
    assert found.differences == ("The trail is stopped",)
    with_bucket.apply(STEP)
    assert isinstance(STEP.observe(with_bucket.context), Ready)


def test_remove_deletes_the_trail(with_bucket):
    with_bucket.make(STEP)
    STEP.remove(with_bucket.context)
    assert isinstance(STEP.observe(with_bucket.context), Missing)
