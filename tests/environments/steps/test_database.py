from dataclasses import replace

import pytest

from environments.provisioning import names
from environments.provisioning.step import AWS, Drifted, Missing, Pending, Ready, StepRefused
from environments.provisioning.steps.database import Database
from environments.provisioning.steps.database_settings import DatabaseSettings, DbSubnetGroup
from tests.environments.steps.conftest import Bench, bench_of

DATABASE, GROUP, SETTINGS = Database(), DbSubnetGroup(), DatabaseSettings()


@pytest.fixture
def ready(bench: Bench) -> Bench:
    """Everything that the database needs stands."""
    bench.make_required(DATABASE)
    return bench


@pytest.fixture
def made(ready: Bench) -> Bench:
    ready.make(DATABASE)
    return ready


def _name(bench: Bench) -> str:
    return names.of(bench.spec, "database")


def _row(bench: Bench) -> dict:
    (row,) = bench.customer.read("rds", "describe_db_instances", DBInstanceIdentifier=_name(bench))["DBInstances"]
    return row


def _change(bench: Bench, operation: str, **params) -> None:
    bench.customer.change("rds", operation, **params)


# ---- what it needs


def test_one_call_groups_both_subnets_and_one_read_finds_them(bench):
    bench.make_required(GROUP)
    bench.forget()
    assert isinstance(GROUP.apply(bench.context, Missing()), Ready)
    assert bench.changes == ["rds.create_db_subnet_group"]
    bench.forget()
    bench.make(GROUP)
    assert bench.reads == ["rds.describe_db_subnet_groups"]
    assert bench.changes == []


def test_subnet_taken_out_is_put_back(bench):
    bench.make_required(GROUP)
    bench.make(GROUP)
    first = bench.outputs["subnets"]["subnet_ids"][0]
    _change(bench, "modify_db_subnet_group", DBSubnetGroupName=_name(bench), SubnetIds=[first])
    found = GROUP.observe(bench.context)
    assert isinstance(found, Drifted)
    assert f"subnets is {first} instead of both" in found.differences[0]
    bench.make(GROUP)
    assert isinstance(GROUP.observe(bench.context), Ready)


def test_two_calls_write_the_settings_and_one_read_finds_them(bench):
    bench.forget()
    assert isinstance(SETTINGS.apply(bench.context, Missing()), Ready)
    assert bench.changes == ["rds.create_db_parameter_group", "rds.modify_db_parameter_group"]
    bench.forget()
    bench.make(SETTINGS)
    assert bench.reads == ["rds.describe_db_parameters"]
    assert bench.changes == []


def test_connections_are_encrypted_whatever_somebody_sets(bench):
    bench.make(SETTINGS)
    off = {"ParameterName": "rds.force_ssl", "ParameterValue": "0", "ApplyMethod": "immediate"}
    more = {"ParameterName": "work_mem", "ParameterValue": "8192", "ApplyMethod": "immediate"}
    _change(bench, "modify_db_parameter_group", DBParameterGroupName=_name(bench), Parameters=[off, more])
    found = SETTINGS.observe(bench.context)
    assert isinstance(found, Drifted)
    assert "rds.force_ssl = 0" in found.differences[0]
    bench.make(SETTINGS)
    rows = bench.customer.pages(
        "rds", "describe_db_parameters", "Parameters", DBParameterGroupName=_name(bench), Source="user"
    )
    values = {row["ParameterName"]: row["ParameterValue"] for row in rows}
    assert (values["rds.force_ssl"], values["work_mem"]) == ("1", "8192")


def test_death_between_group_and_settings_is_mended(bench):
    SETTINGS.make(bench.context, SETTINGS.wanted(bench.spec)[0])
    bench.forget()
    bench.make(SETTINGS)
    assert bench.changes == ["rds.modify_db_parameter_group"]


# ---- the database


def test_one_call_makes_it_and_it_waits_until_it_answers(ready):
    assert isinstance(DATABASE.observe(ready.context), Missing)
    ready.forget()
    found = DATABASE.apply(ready.context, Missing())
    assert ready.changes == ["rds.create_db_instance"]
    assert ready.reads == []
    assert isinstance(found, Pending | Ready)
    outputs = ready.make(DATABASE).outputs
    assert outputs["address"]
    assert outputs["port"] == 5432


def test_production_stands_in_two_zones_encrypted_and_protected(made):
    row = _row(made)
    assert row["MultiAZ"]
    assert row["StorageEncrypted"]
    assert row["DeletionProtection"]
    assert row["BackupRetentionPeriod"] == 7
    assert not row["PubliclyAccessible"]
    assert row["PreferredMaintenanceWindow"] == "sun:02:00-sun:02:30"


def test_aws_makes_and_keeps_the_password(made):
    outputs = made.outputs["database"]
    assert outputs["secret_arn"].startswith("arn:aws:secretsmanager:")
    assert not [key for key in outputs if "password" in key]


def test_non_production_has_the_same_database_in_one_zone_and_no_backups(world, request):
    bench = bench_of(world, request, kind="test")
    bench.make_required(DATABASE)
    bench.make(DATABASE)
    row = _row(bench)
    assert row["Engine"] == "postgres"
    assert (row["MultiAZ"], row["DeletionProtection"], row["BackupRetentionPeriod"]) == (False, False, 0)


def test_again_takes_one_read(made):
    made.forget()
    made.make(DATABASE)
    assert made.reads == ["rds.describe_db_instances"]
    assert made.changes == []


def test_lifted_protection_and_shorter_backups_are_mended_with_one_call(made):
    _change(
        made,
        "modify_db_instance",
        DBInstanceIdentifier=_name(made),
        DeletionProtection=False,
        BackupRetentionPeriod=1,
        ApplyImmediately=True,
    )
    made.pass_time(DATABASE.expected)
    found = DATABASE.observe(made.context)
    assert isinstance(found, Drifted)
    assert "deletion protection is False instead of True" in found.differences[0]
    assert "backup days is 1 instead of 7" in found.differences[0]
    made.forget()
    made.make(DATABASE)
    assert made.changes == ["rds.modify_db_instance"]


def test_stopped_database_is_started(made):
    _change(made, "stop_db_instance", DBInstanceIdentifier=_name(made))
    found = DATABASE.observe(made.context)
    assert isinstance(found, Drifted)
    assert "state is stopped instead of available" in found.differences[0]
    made.forget()
    made.make(DATABASE)
    assert made.changes == ["rds.start_db_instance"]


def test_another_class_is_for_a_person(made):
    _change(
        made,
        "modify_db_instance",
        DBInstanceIdentifier=_name(made),
        DBInstanceClass="db.t3.micro",
        ApplyImmediately=True,
    )
    made.pass_time(DATABASE.expected)
    found = DATABASE.observe(made.context)
    assert isinstance(found, Drifted)
    with pytest.raises(StepRefused) as refused:
        DATABASE.apply(made.context, found)
    assert refused.value.code == "not_changeable"
    assert "db.t3.micro" in refused.value.message


def test_failed_database_is_told(memory_bench):
    memory_bench.make_required(DATABASE)
    memory_bench.make(DATABASE)
    for row in memory_bench.memory.rows("rds", "database"):
        row["DBInstanceStatus"] = "storage-full"
    found = DATABASE.observe(memory_bench.context)
    assert isinstance(found, Drifted)
    with pytest.raises(StepRefused) as refused:
        DATABASE.apply(memory_bench.context, found)
    assert refused.value.code == "database_failed"
    assert "storage-full" in refused.value.message


def test_database_of_this_name_that_we_did_not_make_is_refused_and_cannot_be_adopted_unlike(made):
    if made.in_memory:
        for row in made.memory.rows("rds", "database"):
            row["TagList"], row["StorageEncrypted"] = [], False
    else:
        keys = list(names.tags(made.spec, "database"))
        _change(made, "remove_tags_from_resource", ResourceName=_row(made)["DBInstanceArn"], TagKeys=keys)
    with pytest.raises(StepRefused) as refused:
        DATABASE.observe(made.context)
    assert refused.value.code == "not_ours"
    adopting = replace(made.context, adopted=frozenset({_row(made)["DBInstanceArn"]}))
    assert isinstance(DATABASE.observe(adopting), Drifted if made.in_memory else Ready)


def test_production_leaves_a_final_snapshot(made):
    made.tear_down(DATABASE)
    snapshots = made.customer.pages("rds", "describe_db_snapshots", "DBSnapshots", SnapshotType="manual")
    (final,) = [one["DBSnapshotIdentifier"] for one in snapshots]
    assert final.startswith(f"{_name(made)}-final-2026")
    made.forget()
    made.tear_down(DATABASE)
    assert made.changes == []


def test_database_that_is_still_being_made_is_taken_away_when_it_stands(memory_bench):
    memory_bench.make_required(DATABASE)
    memory_bench.apply(DATABASE)
    found = DATABASE.observe_removal(memory_bench.context)
    assert isinstance(found, Pending)
    assert found.waits_on == AWS
    memory_bench.tear_down(DATABASE)
    assert isinstance(DATABASE.observe(memory_bench.context), Missing)


def test_database_whose_protection_is_still_being_lifted_is_taken_away_after_that(memory_bench):
    memory_bench.make_required(DATABASE)
    memory_bench.make(DATABASE)
    DATABASE.remove(memory_bench.context)
    assert isinstance(DATABASE.observe_removal(memory_bench.context), Pending)
    memory_bench.tear_down(DATABASE)
    assert isinstance(DATABASE.observe(memory_bench.context), Missing)


def test_non_production_leaves_nothing(world, request):
    bench = bench_of(world, request, kind="test")
    bench.make_required(DATABASE)
    bench.make(DATABASE)
    for step in (DATABASE, GROUP, SETTINGS):
        bench.tear_down(step)
        assert isinstance(step.observe(bench.context), Missing)
    assert bench.customer.pages("rds", "describe_db_snapshots", "DBSnapshots") == []
