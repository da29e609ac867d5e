"""Backups of production: the plan of when and where to, what is in it, and the role that makes them (S28-S36, S41).

AWS Backup takes RDS snapshots of databases and EBS snapshots of volumes by one plan, which also copies them into the Region for
disaster recovery. Everything of the environment's that carries its tag is in it, machines that come later included.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from environments.provisioning import names
from environments.provisioning.collection import Collection, There
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, StepRefused, Wanted
from environments.provisioning.steps.buckets import BACKUP_DAYS
from environments.provisioning.steps.service_roles import ServiceRole, allow, entered_by, with_role_seen

SCHEDULES = {
    "daily": "cron(0 1 * * ? *)",
    "twice_daily": "cron(0 1,13 * * ? *)",
    "hourly": "cron(0 * * * ? *)",
}
"""When backups begin, UTC."""

_TOLD = {"daily": "every day at 01:00 UTC", "twice_daily": "every day at 01:00 and 13:00 UTC", "hourly": "every hour"}
_RULE = "regular"
_NO_JOBS = "The stand-in keeps the plan, and takes no backup by it."


class BackupRole(ServiceRole):
    """outputs: {"role_arn": ARN}"""

    key = "backup_role"
    title = "Role of the backups"
    doing = "Creating the role of the backups"
    done = "Created the role of the backups"
    use = "backup"
    service = "AWS Backup"
    allows = "taking, copying and deleting backups"
    remains = "AWS deletes a backup whose time is over with the role that took it."

    def applies(self, spec: Spec) -> bool:
        return spec.is_production

    def trust(self, spec: Spec) -> Sequence[dict[str, Any]]:
        return (entered_by("backup.amazonaws.com"),)

    def statements(self, spec: Spec) -> Sequence[dict[str, Any]]:
        """Source: the AWS managed policy AWSBackupServiceRolePolicyForBackup, as far as volumes and databases go."""
        return (
            allow(("backup:DescribeBackupVault", "backup:CopyIntoBackupVault"), ("arn:aws:backup:*:*:backup-vault:*",)),
            allow(
                (
                    "ec2:CopySnapshot",
                    "ec2:CreateSnapshot",
                    "ec2:CreateTags",
                    "ec2:DeleteSnapshot",
                    "ec2:ModifySnapshotAttribute",
                ),
                ("arn:aws:ec2:*::snapshot/*", "arn:aws:ec2:*:*:volume/*"),
            ),
            allow(
                (
                    "rds:AddTagsToResource",
                    "rds:CopyDBSnapshot",
                    "rds:CreateDBSnapshot",
                    "rds:DeleteDBSnapshot",
                    "rds:ModifyDBSnapshotAttribute",
                ),
                ("arn:aws:rds:*:*:db:*", "arn:aws:rds:*:*:snapshot:*"),
            ),
            allow(
                (
                    "ec2:DescribeSnapshots",
                    "ec2:DescribeTags",
                    "ec2:DescribeVolumes",
                    "rds:DescribeDBInstances",
                    "rds:DescribeDBSnapshots",
                    "rds:ListTagsForResource",
                    "tag:GetResources",
                ),
                ("*",),
            ),
            allow(
                ("kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey*", "kms:ReEncrypt*"), ("*",)
            ),
        )


class BackupPlan(Collection):
    """When backups are taken and where to. AWS looks at the place of a copy when it copies, so that the plan does not wait for
    the vault in the other Region. outputs: {"plan_id": id}"""

    key = "backup_plan"
    title = "Backup plan"
    doing = "Creating the backup plan"
    done = "Created the backup plan"
    requires = ("backup_vault",)
    simulated = _NO_JOBS
    permissions = (
        "backup:CreateBackupPlan",
        "backup:DeleteBackupPlan",
        "backup:GetBackupPlan",
        "backup:ListBackupPlans",
        "backup:TagResource",
        "backup:UpdateBackupPlan",
    )

    def applies(self, spec: Spec) -> bool:
        return spec.is_production

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        attributes = {
            "runs": _TOLD[spec.backup.frequency],
            "keeps": f"{BACKUP_DAYS} days",
            "copies_to": spec.backup.dr_region if spec.recovers_elsewhere else "",
        }
        return (Wanted("backup_plan", names.of(spec, "backup"), attributes),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        name = names.of(ctx.spec, "backup")
        rows = ctx.customer.pages("backup", "list_backup_plans", "BackupPlansList")
        found = [row["BackupPlanId"] for row in rows if row["BackupPlanName"] == name]
        if len(found) > 1:
            raise StepRefused(
                f"More than one backup plan is called {name}: {', '.join(sorted(found))}.",
                remedy="Delete those that have no resources assigned, then retry this step.",
                code="several_plans",
            )
        return {name: self._there(ctx, found[0])} if found else {}

    def _there(self, ctx: Context, identifier: str) -> There:
        plan = ctx.customer.read("backup", "get_backup_plan", BackupPlanId=identifier)["BackupPlan"]
        schedules = {schedule: _TOLD[frequency] for frequency, schedule in SCHEDULES.items()}
        rules = [
            rule for rule in plan["Rules"] if rule["TargetBackupVaultName"] == ctx.outputs["backup_vault"]["vault"]
        ]
        copies = [
            copy["DestinationBackupVaultArn"].split(":")[3] for rule in rules for copy in rule.get("CopyActions", ())
        ]
        kept = {_days(one) for rule in rules for one in (rule, *rule.get("CopyActions", ()))}
        runs = (schedules.get(rule["ScheduleExpression"], rule["ScheduleExpression"]) for rule in rules)
        attributes = {
            "runs": ", ".join(runs) or "never",
            "keeps": ", ".join(sorted(kept)),
            "copies_to": ", ".join(copies),
        }
        return There(identifier, attributes)

    def make(self, ctx: Context, wanted: Wanted) -> There:
        """AWS refuses a second plan of the same content, and gives back the first for the same request id."""
        answer = ctx.customer.change(
            "backup",
            "create_backup_plan",
            BackupPlan=self._plan(ctx),
            BackupPlanTags=names.tags(ctx.spec, self.key),
            CreatorRequestId=names.token(ctx.spec, self.key, json.dumps(self._plan(ctx))),
        )
        return There(answer["BackupPlanId"], wanted.attributes)

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        ctx.customer.change("backup", "update_backup_plan", BackupPlanId=there.aws_id, BackupPlan=self._plan(ctx))
        return There(there.aws_id, wanted.attributes)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        ctx.customer.change("backup", "delete_backup_plan", BackupPlanId=there.aws_id)

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"plan_id": there[names.of(ctx.spec, "backup")].aws_id}

    def _plan(self, ctx: Context) -> dict[str, Any]:
        kept = {"Lifecycle": {"DeleteAfterDays": BACKUP_DAYS}}
        rule: dict[str, Any] = {
            "RuleName": _RULE,
            "TargetBackupVaultName": names.of(ctx.spec, "backup"),
            "ScheduleExpression": SCHEDULES[ctx.spec.backup.frequency],
            "RecoveryPointTags": names.tags(ctx.spec, self.key),
            **kept,
        }
        if ctx.spec.recovers_elsewhere:
            rule["CopyActions"] = [{"DestinationBackupVaultArn": _copies(ctx), **kept}]
        return {"BackupPlanName": names.of(ctx.spec, "backup"), "Rules": [rule]}


class BackupSelection(Collection):
    """What is backed up. A selection cannot be changed, so its name holds what it selects, and the name proves the rest."""

    key = "backup_selection"
    title = "What is backed up"
    doing = "Selecting what is backed up"
    done = "Selected what is backed up"
    requires = ("backup_plan", "backup_role")
    simulated = _NO_JOBS
    permissions = (
        "backup:CreateBackupSelection",
        "backup:DeleteBackupSelection",
        "backup:ListBackupSelections",
        "iam:PassRole",
    )

    def applies(self, spec: Spec) -> bool:
        return spec.is_production

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        selects = f"volumes and databases with the tag {spec.tag_prefix}:env {spec.environment_id}"
        return (Wanted("backup_selection", _selection_name(spec), {"selects": selects}),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        """Without a plan nothing is selected."""
        plan_id = ctx.outputs.get("backup_plan", {}).get("plan_id")
        try:
            rows = self._selections(ctx, plan_id) if plan_id else []
        except CallFailed as failed:
            if failed.failure != Failure.MISSING:
                raise
            rows = []
        attributes = {one.name: one.attributes for one in self.wanted(ctx.spec)}
        return {
            row["SelectionName"]: There(row["SelectionId"], attributes.get(row["SelectionName"], {}))
            for row in rows
            if row["SelectionName"].startswith(names.of(ctx.spec, ""))
        }

    def _selections(self, ctx: Context, plan_id: str) -> list[Any]:
        return ctx.customer.pages("backup", "list_backup_selections", "BackupSelectionsList", BackupPlanId=plan_id)

    def make(self, ctx: Context, wanted: Wanted) -> There:
        selection = {
            "SelectionName": wanted.name,
            "IamRoleArn": ctx.outputs["backup_role"]["role_arn"],
            **_selected(ctx.spec),
        }
        answer = with_role_seen(
            lambda: ctx.customer.change(
                "backup",
                "create_backup_selection",
                BackupPlanId=ctx.outputs["backup_plan"]["plan_id"],
                BackupSelection=selection,
                CreatorRequestId=names.token(ctx.spec, self.key, wanted.name),
            )
        )
        return There(answer["SelectionId"], wanted.attributes)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        plan_id = ctx.outputs["backup_plan"]["plan_id"]
        ctx.customer.change("backup", "delete_backup_selection", BackupPlanId=plan_id, SelectionId=there.aws_id)


def _copies(ctx: Context) -> str:
    """Return the ARN of the vault in the other Region, which is known before it stands."""
    where = f"{ctx.spec.backup.dr_region}:{ctx.customer.account_id}"
    return f"arn:aws:backup:{where}:backup-vault:{names.of(ctx.spec, 'backup')}"


def _selected(spec: Spec) -> dict[str, Any]:
    """What is in both: of these kinds, and with our tag."""
    tag = {"ConditionKey": f"aws:ResourceTag/{spec.tag_prefix}:env", "ConditionValue": spec.environment_id}
    return {
        "Resources": ["arn:aws:ec2:*:*:volume/*", "arn:aws:rds:*:*:db:*"],
        "Conditions": {"StringEquals": [tag]},
    }


def _selection_name(spec: Spec) -> str:
    selected = json.dumps(_selected(spec), sort_keys=True)
    return names.of(spec, hashlib.sha256(selected.encode()).hexdigest()[:8])


def _days(rule: Mapping[str, Any]) -> str:
    days = rule.get("Lifecycle", {}).get("DeleteAfterDays")
    return f"{days} days" if days else "without end"
