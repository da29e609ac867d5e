from dataclasses import replace

import pytest

from environments.provisioning.step import Drifted, Missing, Ready
from environments.provisioning.steps.replication import Replication
from tests.environments.steps.conftest import Bench
from tests.fakes.engine import spec

STEP = Replication()


@pytest.fixture
def ready(bench) -> Bench:
    bench.make_required(STEP)
    bench.forget()
    return bench


def _read(bench):
    name = bench.outputs["log_bucket"]["bucket"]
    return bench.customer.read("s3", "get_bucket_replication", Bucket=name)["ReplicationConfiguration"]


def test_every_object_is_copied_into_the_other_bucket(ready):
    assert isinstance(STEP.observe(ready.context), Missing)
    ready.forget()
    assert isinstance(STEP.apply(ready.context, Missing()), Ready)
    assert (ready.reads, ready.changes) == ([], ["s3.put_bucket_replication"])
    found = _read(ready)
    assert found["Role"] == ready.outputs["replication_role"]["role_arn"]
    (rule,) = found["Rules"]
    assert rule["Status"] == "Enabled"
    assert rule["Destination"]["Bucket"] == f"arn:aws:s3:::{ready.outputs['dr_bucket']['bucket']}"


def test_second_apply_takes_one_read_and_changes_nothing(ready):
    ready.make(STEP)
    ready.forget()
    ready.apply(STEP)
    assert (ready.reads, ready.changes) == (["s3.get_bucket_replication"], [])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"Status": "Disabled"}, "copies is something else instead of every object"),
        ({"Destination": {"Bucket": "arn:aws:s3:::elsewhere"}}, "to is elsewhere instead of wso2-"),
    ],
)
def test_each_setting_is_watched_and_mended(ready, changed, said):
    ready.make(STEP)
    found = _read(ready)
    found["Rules"][0].update(changed)
    name = ready.outputs["log_bucket"]["bucket"]
    ready.customer.change("s3", "put_bucket_replication", Bucket=name, ReplicationConfiguration=found)
    drifted = STEP.observe(ready.context)
    assert isinstance(drifted, Drifted)
    assert drifted.changes[0].differences[0].startswith(said)
    ready.make(STEP)
    assert isinstance(STEP.observe(ready.context), Ready)


def test_rule_that_leaves_objects_out_is_seen(memory_bench):
    """In memory: the stand-in shows every rule as one for all objects."""
    memory_bench.make_required(STEP)
    memory_bench.make(STEP)
    found = _read(memory_bench)
    found["Rules"][0]["Filter"] = {"Prefix": "only/"}
    name = memory_bench.outputs["log_bucket"]["bucket"]
    memory_bench.customer.change("s3", "put_bucket_replication", Bucket=name, ReplicationConfiguration=found)
    assert isinstance(STEP.observe(memory_bench.context), Drifted)


def test_tear_down_takes_the_rule_and_leaves_the_buckets(ready):
    ready.make(STEP)
    ready.forget()
    ready.tear_down(STEP)
    assert ready.changes == ["s3.delete_bucket_replication"]
    assert isinstance(STEP.observe(ready.context), Missing)
    STEP.remove(ready.context)


def test_only_where_disaster_recovery_was_asked_for():
    assert STEP.applies(spec())
    assert not STEP.applies(replace(spec(), kind="test"))
