"""AWS Backup: what is selected for a plan, and a plan that changes; moto has neither. No backup is taken by them."""

import json
from typing import Any

from moto.backup.exceptions import AlreadyExistsException, InvalidRequestException, ResourceNotFoundException
from moto.backup.models import BackupBackend, Plan
from moto.backup.responses import BackupResponse
from moto.moto_api._internal import mock_random


def install() -> None:
    """Add the calls. Selections are kept with their plan, and are remembered across restarts as it is."""
    calls = {
        "update_backup_plan": _update_plan,
        "create_backup_selection": _create_selection,
        "list_backup_selections": _list_selections,
        "delete_backup_selection": _delete_selection,
    }
    for operation, answer in calls.items():
        setattr(BackupResponse, operation, answer)
    delete = BackupBackend.delete_backup_plan

    def delete_when_empty(self: Any, backup_plan_id: str) -> Any:
        """Moto would keep the plan's name taken for ever."""
        if any(_selections(plan) for plan in self.plans.values() if plan.backup_plan_id == backup_plan_id):
            raise InvalidRequestException(
                "Related backup plan selections must be deleted prior to backup plan deletion"
            )
        deleted = delete(self, backup_plan_id)
        del self.plans[backup_plan_id]
        return deleted

    BackupBackend.delete_backup_plan = delete_when_empty


def _update_plan(self: Any) -> str:
    plan, given = _plan(self), json.loads(self.body)["BackupPlan"]
    plan.backup_plan = Plan(given, plan.creator_request_id, self.backup_backend).backup_plan
    plan.version_id = mock_random.get_random_string(length=48)
    return json.dumps(plan.to_dict())


def _create_selection(self: Any) -> str:
    plan, given = _plan(self), json.loads(self.body)["BackupSelection"]
    if any(row["SelectionName"] == given["SelectionName"] for row in _selections(plan).values()):
        raise AlreadyExistsException("Backup selection with the same name already exists")
    identifier = str(mock_random.uuid4())
    row = {"SelectionId": identifier, "BackupPlanId": plan.backup_plan_id, "SelectionName": given["SelectionName"]}
    _selections(plan)[identifier] = {**row, "IamRoleArn": given["IamRoleArn"]}
    return json.dumps(row)


def _list_selections(self: Any) -> str:
    return json.dumps({"BackupSelectionsList": list(_selections(_plan(self)).values())})


def _delete_selection(self: Any) -> str:
    if _selections(_plan(self)).pop(self.path.rstrip("/").rsplit("/", 1)[1], None) is None:
        raise ResourceNotFoundException("Cannot find the backup selection")
    return "{}"


def _plan(response: Any) -> Plan:
    """Return the plan that the path of a request names: `/backup/plans/<id>/...`."""
    identifier = response.path.split("/plans/")[1].split("/")[0]
    found = response.backup_backend.plans.get(identifier)
    if found is None:
        raise ResourceNotFoundException(f"Failed reading Backup plan with provided planId {identifier}")
    return found


def _selections(plan: Plan) -> dict[str, dict[str, str]]:
    selections: dict[str, dict[str, str]] = vars(plan).setdefault("selections", {})
    return selections
