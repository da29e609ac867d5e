from dataclasses import replace

import pytest

from environments.provisioning.specification import Backup
from environments.provisioning.step import REMOVE, Drifted, Missing, Ready, StepRefused
from environments.provisioning.steps.backup import BackupPlan, BackupSelection
from environments.provisioning.steps.backup_vaults import BackupVault, DrVault
from tests.environments.steps.conftest import Bench, bench_of
from tests.fakes.engine import spec

VAULT, DR_VAULT, PLAN, SELECTION = BackupVault(), DrVault(), BackupPlan(), BackupSelection()
VAULTS = pytest.mark.parametrize("step", [VAULT, DR_VAULT], ids=lambda step: step.key)
HERE_ONLY = Backup("hourly")


@pytest.fixture
def ready(bench) -> Bench:
    bench.make_required(SELECTION)
    bench.forget()
    return bench


def _plan(bench):
    plan_id = bench.outputs["backup_plan"]["plan_id"]
    return bench.customer.read("backup", "get_backup_plan", BackupPlanId=plan_id)["BackupPlan"]


def _selections(bench):
    plan_id = bench.outputs["backup_plan"]["plan_id"]
    return bench.customer.pages("backup", "list_backup_selections", "BackupSelectionsList", BackupPlanId=plan_id)


@VAULTS
def test_vault_is_encrypted_with_the_key_of_its_region(bench, step):
    bench.make_required(step)
    bench.forget()
    assert isinstance(step.apply(bench.context, Missing()), Ready)
    assert (bench.reads, bench.changes) == ([], ["backup.create_backup_vault"])
    bench.forget()
    made = bench.make(step)
    assert (bench.reads, bench.changes) == (["backup.list_backup_vaults"], [])
    (seen,) = made.resources
    assert seen.region == ("eu-central-1" if step is DR_VAULT else "eu-west-1")
    (row,) = step.account(bench.context).pages("backup", "list_backup_vaults", "BackupVaultList")
    assert row["EncryptionKeyArn"] == bench.outputs[step.key_step]["key_arn"]


@VAULTS
def test_vaults_stay_when_the_environment_is_torn_down(bench, step):
    bench.make_required(step)
    bench.make(step)
    bench.forget()
    assert step.remains
    step.remove(bench.context)
    assert bench.changes == []


def test_vault_with_another_key_is_for_a_person(bench):
    bench.make_required(VAULT)
    bench.make(VAULT)
    bench.outputs["encryption_key"] = {
        **bench.outputs["encryption_key"],
        "key_arn": "arn:aws:kms:eu-west-1:1:key/other",
    }
    found = VAULT.observe(bench.context)
    assert isinstance(found, Drifted)
    with pytest.raises(StepRefused, match="cannot be changed in place"):
        VAULT.apply(bench.context, found)


def test_plan_keeps_backups_three_months_and_copies_them_into_the_other_region(ready):
    ready.make_required(DR_VAULT)
    ready.make(DR_VAULT)
    (rule,) = _plan(ready)["Rules"]
    assert rule["ScheduleExpression"] == "cron(0 1 * * ? *)"
    assert rule["TargetBackupVaultName"] == ready.outputs["backup_vault"]["vault"]
    assert rule["Lifecycle"] == {"DeleteAfterDays": 90}
    (copy,) = rule["CopyActions"]
    assert copy["DestinationBackupVaultArn"] == ready.outputs["dr_vault"]["vault_arn"]
    assert copy["Lifecycle"] == {"DeleteAfterDays": 90}


def test_frequency_follows_the_answers_and_nothing_is_copied_unasked(world, request):
    bench = bench_of(world, request, backup=HERE_ONLY)
    bench.make_required(SELECTION)
    (rule,) = _plan(bench)["Rules"]
    assert rule["ScheduleExpression"] == "cron(0 * * * ? *)"
    assert not rule.get("CopyActions")
    assert "dr_vault" not in bench.outputs


def test_fresh_plan_takes_one_call_and_no_look(bench):
    bench.make_required(PLAN)
    bench.forget()
    assert isinstance(PLAN.apply(bench.context, Missing()), Ready)
    assert (bench.reads, bench.changes) == ([], ["backup.create_backup_plan"])


def test_second_apply_of_the_plan_takes_two_reads(ready):
    ready.apply(PLAN)
    assert (ready.reads, ready.changes) == (["backup.list_backup_plans", "backup.get_backup_plan"], [])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ScheduleExpression": "cron(0 1 1 * ? *)"}, "runs is cron(0 1 1 * ? *) instead of every day at 01:00 UTC"),
        ({"Lifecycle": {"DeleteAfterDays": 7}}, "keeps is 7 days, 90 days instead of 90 days"),
        ({"CopyActions": []}, "copies to is nothing instead of eu-central-1"),
        ({"TargetBackupVaultName": "elsewhere"}, "runs is never instead of every day at 01:00 UTC"),
    ],
)
def test_each_setting_of_the_plan_is_watched_and_mended(ready, changed, said):
    plan = _plan(ready)
    given = ("RuleName", "TargetBackupVaultName", "ScheduleExpression", "Lifecycle", "CopyActions")
    rule = {key: plan["Rules"][0][key] for key in given}
    plan_id = ready.outputs["backup_plan"]["plan_id"]
    other = {"BackupPlanName": plan["BackupPlanName"], "Rules": [{**rule, **changed}]}
    ready.customer.change("backup", "update_backup_plan", BackupPlanId=plan_id, BackupPlan=other)
    found = PLAN.observe(ready.context)
    assert isinstance(found, Drifted)
    assert said in found.changes[0].differences
    ready.forget()
    ready.make(PLAN)
    assert ready.changes == ["backup.update_backup_plan"]
    assert isinstance(PLAN.observe(ready.context), Ready)


def test_other_frequency_changes_the_plan_in_place(ready):
    before = ready.outputs["backup_plan"]["plan_id"]
    ready.spec = replace(ready.spec, backup=replace(ready.spec.backup, frequency="twice_daily"))
    ready.make(PLAN)
    assert ready.outputs["backup_plan"]["plan_id"] == before
    assert _plan(ready)["Rules"][0]["ScheduleExpression"] == "cron(0 1,13 * * ? *)"


def test_two_plans_of_our_name_are_for_a_person(memory_bench):
    memory_bench.make_required(SELECTION)
    plan = {**_plan(memory_bench), "Rules": []}
    memory_bench.customer.change("backup", "create_backup_plan", BackupPlan=plan, CreatorRequestId="mine")
    with pytest.raises(StepRefused, match="More than one backup plan"):
        PLAN.observe(memory_bench.context)


def test_everything_with_our_tag_is_backed_up_once(ready):
    assert isinstance(SELECTION.apply(ready.context, Missing()), Ready)
    assert (ready.reads, ready.changes) == ([], ["backup.create_backup_selection"])
    (row,) = _selections(ready)
    assert row["SelectionName"].startswith("wso2-")
    ready.forget()
    ready.apply(SELECTION)
    assert (ready.reads, ready.changes) == (["backup.list_backup_selections"], [])


def test_other_selection_is_made_before_the_old_one_goes(ready):
    ready.make(SELECTION)
    (before,) = _selections(ready)
    selection = {
        "SelectionName": f"{before['SelectionName']}-old",
        "IamRoleArn": ready.outputs["backup_role"]["role_arn"],
    }
    plan_id = ready.outputs["backup_plan"]["plan_id"]
    ready.customer.change("backup", "create_backup_selection", BackupPlanId=plan_id, BackupSelection=selection)
    found = SELECTION.observe(ready.context)
    assert isinstance(found, Drifted)
    assert REMOVE in {change.action for change in found.changes}
    ready.make(SELECTION)
    assert _selections(ready) == [before]


def test_tear_down_leaves_no_plan_and_may_be_repeated(ready):
    ready.make(SELECTION)
    for step in (SELECTION, PLAN):
        ready.tear_down(step)
        assert isinstance(step.observe(ready.context), Missing)
        step.remove(ready.context)
    rows = ready.customer.pages("backup", "list_backup_plans", "BackupPlansList")
    assert rows == []


def test_plan_can_be_made_again_after_a_tear_down(ready):
    ready.tear_down(PLAN)
    assert isinstance(ready.make(PLAN), Ready)


def test_non_production_is_not_backed_up():
    test = replace(spec(), kind="test")
    assert not any(step.applies(test) for step in (VAULT, DR_VAULT, PLAN, SELECTION))
    assert not DR_VAULT.applies(replace(spec(), backup=HERE_ONLY))
