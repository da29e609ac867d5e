import pytest

from environments.provisioning.collection import There
from environments.provisioning.step import Drifted, Missing, Ready
from environments.provisioning.steps.buckets import LogBucket
from environments.provisioning.steps.trail import AuditTrail
from tests.environments.steps.conftest import Bench

STEP = AuditTrail()


@pytest.fixture
def ready(bench) -> Bench:
    bench.make_required(STEP)
    bench.forget()
    return bench


def test_trail_records_into_the_audit_bucket(ready):
    assert isinstance(STEP.observe(ready.context), Missing)
    ready.make(STEP)
    name = ready.outputs["audit_trail"]["trail"]
    trail = ready.customer.read("cloudtrail", "get_trail", Name=name)["Trail"]
    assert trail["S3BucketName"] == ready.outputs["audit_bucket"]["bucket"]
    assert trail["LogFileValidationEnabled"]
    assert ready.customer.read("cloudtrail", "get_trail_status", Name=name)["IsLogging"]


def test_fresh_trail_takes_two_calls_and_no_look(ready):
    assert isinstance(STEP.apply(ready.context, Missing()), Ready)
    assert ready.reads == []
    assert ready.changes == ["cloudtrail.create_trail", "cloudtrail.start_logging"]


def test_second_apply_takes_two_reads_and_changes_nothing(ready):
    ready.make(STEP)
    ready.forget()
    ready.apply(STEP)
    assert sorted(ready.reads) == ["cloudtrail.get_trail", "cloudtrail.get_trail_status"]
    assert ready.changes == []


def test_stopped_trail_is_drift_and_started_again(ready):
    name = ready.make(STEP).outputs["trail"]
    ready.customer.change("cloudtrail", "stop_logging", Name=name)
    found = STEP.observe(ready.context)
    assert isinstance(found, Drifted)
    assert found.changes[0].differences == ("recording is off instead of on",)
    ready.forget()
    ready.apply(STEP)
    assert ready.changes == ["cloudtrail.start_logging"]
    assert isinstance(STEP.observe(ready.context), Ready)


def test_trail_that_was_led_elsewhere_is_led_back_and_goes_on(ready):
    name = ready.make(STEP).outputs["trail"]
    elsewhere = ready.make(LogBucket()).outputs["bucket"]
    settings = {"Name": name, "S3BucketName": elsewhere, "EnableLogFileValidation": False}
    ready.customer.change("cloudtrail", "update_trail", **settings)
    found = STEP.observe(ready.context)
    assert isinstance(found, Drifted)
    assert [difference.split(" is ")[0] for difference in found.changes[0].differences] == ["bucket", "file validation"]
    ready.make(STEP)
    assert isinstance(STEP.observe(ready.context), Ready)


def test_crash_between_making_and_starting_is_mended(ready):
    (wanted,) = STEP.wanted(ready.spec)
    settings = {"Name": wanted.name, "S3BucketName": wanted.attributes["bucket"], "EnableLogFileValidation": True}
    ready.customer.change("cloudtrail", "create_trail", **settings)
    ready.forget()
    ready.make(STEP)
    assert ready.changes == ["cloudtrail.start_logging"]


def test_tear_down_deletes_the_trail_and_may_be_repeated(ready):
    ready.make(STEP)
    ready.tear_down(STEP)
    assert isinstance(STEP.observe(ready.context), Missing)
    STEP.remove(ready.context)
    STEP._unmake(ready.context, "wso2-audit-gone", There("gone"))
