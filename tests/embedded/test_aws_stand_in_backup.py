"""AWS Backup: selections, and plans that change."""

import pytest
from botocore.exceptions import ClientError

from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS
from tests.aws import code_of

ROLE = "arn:aws:iam::222222222222:role/wso2/backup"
RULE = {"RuleName": "regular", "TargetBackupVaultName": "vault", "ScheduleExpression": "cron(0 1 * * ? *)"}
PLAN = {"BackupPlanName": "plan", "Rules": [RULE]}


@pytest.fixture
def backup(stand_in):
    return stand_in.customer(CUSTOMER_ACCOUNTS[0], "backup")


@pytest.fixture
def plan_id(backup) -> str:
    return backup.create_backup_plan(BackupPlan=PLAN)["BackupPlanId"]


def _select(backup, plan_id, name="all") -> str:
    selection = {"SelectionName": name, "IamRoleArn": ROLE, "Resources": ["*"]}
    return backup.create_backup_selection(BackupPlanId=plan_id, BackupSelection=selection)["SelectionId"]


def test_selections_of_a_plan_are_listed_and_deleted(backup, plan_id):
    first, second = _select(backup, plan_id), _select(backup, plan_id, "more")
    backup.delete_backup_selection(BackupPlanId=plan_id, SelectionId=first)
    (left,) = backup.list_backup_selections(BackupPlanId=plan_id)["BackupSelectionsList"]
    assert (left["SelectionId"], left["SelectionName"], left["IamRoleArn"]) == (second, "more", ROLE)


def test_name_of_a_selection_is_taken_once(backup, plan_id):
    _select(backup, plan_id)
    with pytest.raises(ClientError) as refusal:
        _select(backup, plan_id)
    assert code_of(refusal) == "AlreadyExistsException"


def test_plan_changes_in_place(backup, plan_id):
    changed = {**PLAN, "Rules": [{**RULE, "ScheduleExpression": "cron(0 2 * * ? *)"}]}
    backup.update_backup_plan(BackupPlanId=plan_id, BackupPlan=changed)
    (rule,) = backup.get_backup_plan(BackupPlanId=plan_id)["BackupPlan"]["Rules"]
    assert rule["ScheduleExpression"] == "cron(0 2 * * ? *)"


def test_plan_with_selections_is_not_deleted_and_its_name_is_free_afterwards(backup, plan_id):
    selection = _select(backup, plan_id)
    with pytest.raises(ClientError) as refusal:
        backup.delete_backup_plan(BackupPlanId=plan_id)
    assert code_of(refusal) == "InvalidRequestException"
    backup.delete_backup_selection(BackupPlanId=plan_id, SelectionId=selection)
    backup.delete_backup_plan(BackupPlanId=plan_id)
    assert backup.create_backup_plan(BackupPlan=PLAN)["BackupPlanId"] != plan_id


def test_plan_that_is_not_there_has_no_selections(backup):
    with pytest.raises(ClientError) as refusal:
        backup.list_backup_selections(BackupPlanId="none")
    assert code_of(refusal) == "ResourceNotFoundException"
