from dataclasses import replace

import pytest

from environments.provisioning import names
from environments.provisioning.step import Drifted, Missing, Pending, Ready, StepRefused
from environments.provisioning.steps.keys import DrKey, EncryptionKey, KeySettings, alias
from tests.environments.steps.conftest import Bench
from tests.fakes.engine import spec

STEP, SETTINGS, TWIN = EncryptionKey(), KeySettings(), DrKey()


@pytest.fixture
def with_key(bench) -> Bench:
    bench.make(STEP)
    bench.forget()
    return bench


def _key_id(bench):
    return bench.outputs["encryption_key"]["key_id"]


def _live(bench):
    rows = bench.customer.pages("resourcegroupstaggingapi", "get_resources", "ResourceTagMappingList")
    return [row["ResourceARN"] for row in rows if ":key/" in row["ResourceARN"]]


def test_fresh_key_takes_one_call_and_no_look(bench):
    assert isinstance(STEP.apply(bench.context, Missing()), Ready)
    assert (bench.reads, bench.changes) == ([], ["kms.create_key"])


def test_its_name_and_rotation_take_one_call_each(with_key):
    assert isinstance(SETTINGS.apply(with_key.context, Missing()), Ready)
    assert with_key.reads == []
    assert with_key.changes == ["kms.create_alias", "kms.enable_key_rotation"]
    key = with_key.customer.read("kms", "describe_key", KeyId=alias(with_key.spec))["KeyMetadata"]
    assert key["KeyId"] == _key_id(with_key)
    assert key["MultiRegion"], "or it could have no twin"
    assert with_key.customer.read("kms", "get_key_rotation_status", KeyId=key["KeyId"])["KeyRotationEnabled"]


def test_second_apply_takes_two_different_reads_and_changes_nothing(with_key):
    """A run asks the same once: see `SharedReads`."""
    with_key.make(SETTINGS)
    with_key.forget()
    with_key.make(STEP)
    with_key.apply(SETTINGS)
    assert sorted(with_key.reads) == ["kms.describe_key", "kms.describe_key", "kms.get_key_rotation_status"]
    assert with_key.changes == []


def test_disabled_key_is_enabled_again(with_key):
    with_key.customer.change("kms", "disable_key", KeyId=_key_id(with_key))
    found = STEP.observe(with_key.context)
    assert isinstance(found, Drifted)
    assert found.changes[0].differences == ("state is disabled instead of enabled",)
    with_key.forget()
    with_key.make(STEP)
    assert with_key.changes == ["kms.enable_key"]


def test_rotation_that_was_switched_off_is_switched_on(with_key):
    with_key.make(SETTINGS)
    with_key.customer.change("kms", "disable_key_rotation", KeyId=_key_id(with_key))
    found = SETTINGS.observe(with_key.context)
    assert isinstance(found, Drifted)
    assert found.changes[0].differences == ("new key material is never instead of every year",)
    with_key.forget()
    with_key.make(SETTINGS)
    assert with_key.changes == ["kms.enable_key_rotation"]


def test_key_without_its_name_is_found_by_its_tags_and_named_again(with_key):
    with_key.make(SETTINGS)
    with_key.customer.change("kms", "delete_alias", AliasName=alias(with_key.spec))
    before = _key_id(with_key)
    with_key.forget()
    with_key.make(STEP)
    with_key.make(SETTINGS)
    assert with_key.changes == ["kms.create_alias"]
    assert _key_id(with_key) == before
    assert len(_live(with_key)) == 1


def test_two_keys_without_a_name_are_for_a_person(bench):
    for _ in range(2):
        tags = [{"TagKey": key, "TagValue": value} for key, value in names.tags(bench.spec, STEP.key).items()]
        bench.customer.change("kms", "create_key", MultiRegion=True, Tags=tags)
    with pytest.raises(StepRefused, match="More than one key") as refusal:
        STEP.observe(bench.context)
    assert refusal.value.remedy


def test_key_of_somebody_else_is_not_taken(bench):
    bench.customer.change("kms", "create_key", MultiRegion=True, Tags=[{"TagKey": "wso2:env", "TagValue": "other"}])
    assert isinstance(STEP.observe(bench.context), Missing)


def test_key_that_somebody_schedules_for_deletion_is_for_a_person(with_key):
    with_key.make(SETTINGS)
    with_key.customer.change("kms", "schedule_key_deletion", KeyId=_key_id(with_key), PendingWindowInDays=7)
    with pytest.raises(StepRefused, match="scheduled the encryption key"):
        STEP.observe(with_key.context)


def test_twin_has_the_same_id_in_the_other_region(with_key):
    made = with_key.make(TWIN)
    assert with_key.changes == ["kms.replicate_key"]
    assert [seen.region for seen in made.resources] == ["eu-central-1"]
    assert made.outputs["key_arn"].endswith(f"eu-central-1:{with_key.spec.customer_account_id}:key/{_key_id(with_key)}")
    with_key.forget()
    with_key.apply(TWIN)
    assert with_key.reads == ["kms.describe_key"]
    assert with_key.changes == []


def test_twin_is_waited_for_until_it_can_be_used(memory_bench):
    """In memory: the stand-in has it at once."""
    memory_bench.make(STEP)
    assert isinstance(TWIN.apply(memory_bench.context, Missing()), Pending)
    assert isinstance(memory_bench.make(TWIN), Ready)


def test_keys_stay_when_the_environment_is_torn_down(with_key):
    for step in (STEP, SETTINGS, TWIN):
        assert step.remains
        step.remove(with_key.context)
    assert with_key.changes == []


def test_keys_are_for_production_and_the_twin_for_disaster_recovery():
    test = replace(spec(), kind="test")
    assert not STEP.applies(test)
    assert not TWIN.applies(test)
    assert TWIN.applies(spec())
