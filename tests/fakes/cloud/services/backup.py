"""AWS Backup: vaults, plans and what is selected for them."""

from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, answers, refuse


def _plan(call: Call, identifier: str) -> dict[str, Any]:
    return call.row("plan", identifier, "ResourceNotFoundException")


@answers("backup.list_backup_vaults")
def list_backup_vaults(call: Call) -> Any:
    return {"BackupVaultList": list(call.table("vault").values())}


@answers("backup.create_backup_vault")
def create_backup_vault(call: Call, *, BackupVaultName: str, EncryptionKeyArn: str, **_: Any) -> Any:
    if BackupVaultName in call.table("vault"):
        raise refuse(Failure.CONFLICT, "AlreadyExistsException", call.operation)
    arn = f"arn:aws:backup:{call.region}:{call.account_id}:backup-vault:{BackupVaultName}"
    row = {"BackupVaultName": BackupVaultName, "BackupVaultArn": arn, "EncryptionKeyArn": EncryptionKeyArn}
    return call.add("vault", BackupVaultName, row)


@answers("backup.list_backup_plans")
def list_backup_plans(call: Call) -> Any:
    plans = call.table("plan").items()
    rows = [{"BackupPlanId": key, "BackupPlanName": row["BackupPlan"]["BackupPlanName"]} for key, row in plans]
    return {"BackupPlansList": rows}


@answers("backup.get_backup_plan")
def get_backup_plan(call: Call, *, BackupPlanId: str) -> Any:
    return _plan(call, BackupPlanId)


@answers("backup.create_backup_plan")
def create_backup_plan(call: Call, *, BackupPlan: Any, CreatorRequestId: str, **_: Any) -> Any:
    """The same plan document again is refused."""
    if any(row["BackupPlan"] == BackupPlan for row in call.table("plan").values()):
        raise refuse(Failure.CONFLICT, "AlreadyExistsException", call.operation)
    identifier = call.new_id("plan-")
    call.add("plan", identifier, {"BackupPlan": BackupPlan})
    return {"BackupPlanId": identifier}


@answers("backup.update_backup_plan")
def update_backup_plan(call: Call, *, BackupPlanId: str, BackupPlan: Any) -> Any:
    _plan(call, BackupPlanId)["BackupPlan"] = BackupPlan
    return {"BackupPlanId": BackupPlanId}


@answers("backup.delete_backup_plan")
def delete_backup_plan(call: Call, *, BackupPlanId: str) -> Any:
    _plan(call, BackupPlanId)
    if any(row["BackupPlanId"] == BackupPlanId for row in call.table("selection").values()):
        raise refuse(Failure.REFUSED, "InvalidRequestException", call.operation)
    del call.table("plan")[BackupPlanId]
    return {}


@answers("backup.list_backup_selections")
def list_backup_selections(call: Call, *, BackupPlanId: str) -> Any:
    _plan(call, BackupPlanId)
    rows = call.table("selection").values()
    return {"BackupSelectionsList": [row for row in rows if row["BackupPlanId"] == BackupPlanId]}


@answers("backup.create_backup_selection")
def create_backup_selection(call: Call, *, BackupPlanId: str, BackupSelection: Any, **_: Any) -> Any:
    _plan(call, BackupPlanId)
    name = BackupSelection["SelectionName"]
    rows = call.table("selection").values()
    if any(row["SelectionName"] == name and row["BackupPlanId"] == BackupPlanId for row in rows):
        raise refuse(Failure.CONFLICT, "AlreadyExistsException", call.operation)
    identifier = call.new_id("selection-")
    row = {"SelectionId": identifier, "BackupPlanId": BackupPlanId, "SelectionName": name}
    call.add("selection", identifier, row)
    return {"SelectionId": identifier}


@answers("backup.delete_backup_selection")
def delete_backup_selection(call: Call, *, BackupPlanId: str, SelectionId: str) -> Any:
    call.row("selection", SelectionId, "ResourceNotFoundException")
    del call.table("selection")[SelectionId]
    return {}
