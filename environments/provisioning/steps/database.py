"""The products' database: one managed PostgreSQL for all products of an environment, in two zones where it is production.

RDS makes the password of its main user, keeps it in Secrets Manager and makes another every week (`ManageMasterUserPassword`):
it never passes us. Products do not live by it: their installation makes each a user of its own.
A production database is protected from deletion; tear-down lifts that, and leaves a final snapshot.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from environments.catalogue import machines as catalogue
from environments.provisioning import names
from environments.provisioning.collection import Collection, There, differences
from environments.provisioning.ports import CallFailed
from environments.provisioning.specification import Spec
from environments.provisioning.step import AWS, Context, Finding, Pending, StepRefused, Wanted
from environments.provisioning.steps import database_settings

ADMINISTRATOR = "products_admin"
BACKUP_DAYS = 7
"""Days to which a production database can be wound back; non-production is not backed up (S41)."""

_WORKING = Pending(AWS, "AWS is setting up the database.", timedelta(seconds=15))
_STILL_BUSY = "InvalidDBInstanceState"
_BUSY = Pending(AWS, "AWS still works on the database, and deletes it only after that.", timedelta(seconds=15))
_AVAILABLE = frozenset({"available", "storage-optimization"})
_BROKEN = frozenset(
    {
        "failed",
        "inaccessible-encryption-credentials",
        "inaccessible-encryption-credentials-recoverable",
        "incompatible-create",
        "incompatible-credentials",
        "incompatible-network",
        "incompatible-option-group",
        "incompatible-parameters",
        "incompatible-restore",
        "insufficient-capacity",
        "restore-error",
        "storage-full",
    }
)
"""States that do not end by themselves. Source: RDS User Guide, "Viewing Amazon RDS DB instance status"."""

_IN_PLACE = {
    "size_gib": "AllocatedStorage",
    "multi_az": "MultiAZ",
    "deletion_protection": "DeletionProtection",
    "backup_days": "BackupRetentionPeriod",
    "maintenance": "PreferredMaintenanceWindow",
}
"""What RDS changes while the database answers, and how it calls it."""


def name_of(spec: Spec) -> str:
    return names.of(spec, "database")


class Database(Collection):
    """outputs: {"id": its name, "arn", "address", "port", "secret_arn": where the main user's password is}."""

    key = "database"
    title = "Database"
    doing = "Creating the database"
    done = "Created the database"
    requires = ("db_subnet_group", "database_settings", "security_groups")
    expected = timedelta(minutes=12)
    permissions = (
        "iam:CreateServiceLinkedRole",
        "kms:DescribeKey",
        "rds:AddTagsToResource",
        "rds:CreateDBInstance",
        "rds:CreateDBSnapshot",
        "rds:DeleteDBInstance",
        "rds:DescribeDBInstances",
        "rds:ModifyDBInstance",
        "rds:StartDBInstance",
        "secretsmanager:CreateSecret",
        "secretsmanager:TagResource",
    )
    quotas = {"database": "rds/L-7B6409FD"}
    simulated = "The stand-in's database is a record: it holds no data."

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        known = catalogue.database(production=spec.is_production)
        attributes = {
            "engine": known.engine,
            "version": known.version,
            "instance_class": known.instance_class,
            "size_gib": known.size_gib,
            "multi_az": spec.is_production,
            "encrypted": True,
            "deletion_protection": spec.is_production,
            "backup_days": BACKUP_DAYS if spec.is_production else 0,
            "maintenance": _maintenance(spec),
            "security_group": "database",
            "settings": database_settings.name_of(spec),
            "state": "available",
        }
        return (Wanted("database", name_of(spec), attributes),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        """One list holds the databases of all environments of an account."""
        rows = ctx.customer.pages("rds", "describe_db_instances", "DBInstances")
        named = {row["DBInstanceIdentifier"]: row for row in rows}
        name = name_of(ctx.spec)
        return {name: self._there(ctx, named[name])} if name in named else {}

    def _there(self, ctx: Context, row: Mapping[str, Any]) -> There:
        """What waits to be changed counts as changed. What is on its way is judged when it has arrived."""
        status = row["DBInstanceStatus"]
        settled = status in _AVAILABLE or status in _BROKEN or status == "stopped"
        soon = {**row, **row.get("PendingModifiedValues", {})}
        groups = [one["VpcSecurityGroupId"] for one in row.get("VpcSecurityGroups", ())]
        group = ctx.outputs.get("security_groups", {}).get("database", "")
        attributes: dict[str, Any] = {
            "engine": row["Engine"],
            "version": row["EngineVersion"].partition(".")[0],
            "instance_class": soon["DBInstanceClass"],
            "encrypted": row["StorageEncrypted"],
            "security_group": "database" if groups == [group] else ", ".join(groups),
            "settings": ", ".join(one["DBParameterGroupName"] for one in row.get("DBParameterGroups", ())),
            "state": "available" if status in _AVAILABLE or not settled else status,
            **{ours: soon[theirs] for ours, theirs in _IN_PLACE.items()},
        }
        if not settled:
            (wanted,) = self.wanted(ctx.spec)
            attributes |= {key: wanted.attributes[key] for key in (*_IN_PLACE, "security_group", "settings")}
        return There(
            row["DBInstanceArn"],
            attributes,
            names.carries(row.get("TagList"), names.tags(ctx.spec, self.key)),
            pending=None if settled else _WORKING,
            leaving=status == "deleting",
            extra={"row": row},
        )

    def make(self, ctx: Context, wanted: Wanted) -> There:
        given = wanted.attributes
        answer = ctx.customer.change(
            "rds",
            "create_db_instance",
            DBInstanceIdentifier=wanted.name,
            Engine=given["engine"],
            EngineVersion=given["version"],
            DBInstanceClass=given["instance_class"],
            AllocatedStorage=given["size_gib"],
            StorageType="gp3",
            StorageEncrypted=True,
            MultiAZ=given["multi_az"],
            DeletionProtection=given["deletion_protection"],
            BackupRetentionPeriod=given["backup_days"],
            PreferredMaintenanceWindow=given["maintenance"],
            PreferredBackupWindow=_backup(ctx.spec),
            CopyTagsToSnapshot=True,
            AutoMinorVersionUpgrade=True,
            PubliclyAccessible=False,
            MasterUsername=ADMINISTRATOR,
            ManageMasterUserPassword=True,
            DBSubnetGroupName=ctx.outputs["db_subnet_group"]["name"],
            DBParameterGroupName=given["settings"],
            VpcSecurityGroupIds=[ctx.outputs["security_groups"]["database"]],
            Tags=names.listed(names.tags(ctx.spec, self.key, wanted.name)),
        )
        return self._there(ctx, answer["DBInstance"])

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        self._require_changeable(wanted, there)
        unlike = {key for key, value in wanted.attributes.items() if there.attributes[key] != value}
        if "state" in unlike:
            answer = ctx.customer.change("rds", "start_db_instance", DBInstanceIdentifier=wanted.name)
        else:
            changed = {_IN_PLACE[key]: wanted.attributes[key] for key in sorted(unlike & _IN_PLACE.keys())}
            if "security_group" in unlike:
                changed["VpcSecurityGroupIds"] = [ctx.outputs["security_groups"]["database"]]
            answer = ctx.customer.change(
                "rds", "modify_db_instance", DBInstanceIdentifier=wanted.name, ApplyImmediately=True, **changed
            )
        mended = self._there(ctx, answer["DBInstance"])
        return There(mended.aws_id, dict(wanted.attributes), there.ours, _WORKING, extra=mended.extra)

    def _require_changeable(self, wanted: Wanted, there: There) -> None:
        state = there.attributes["state"]
        if state in _BROKEN:
            raise StepRefused(
                f"The database {wanted.name} is in the state {state}, which does not end by itself.",
                remedy="Look at its events in the RDS console and mend what they name, then retry this step.",
                code="database_failed",
            )
        unlike = {key for key, value in wanted.attributes.items() if there.attributes[key] != value}
        shrinks = there.attributes["size_gib"] > wanted.attributes["size_gib"]
        if shrinks or not unlike <= {*_IN_PLACE, "security_group", "state"}:
            raise StepRefused(
                f"The database differs and cannot be changed without an interruption: "
                f"{'; '.join(differences(wanted, there))}.",
                remedy="Change it in a maintenance window that the customer agreed to, then retry this step.",
                code="not_changeable",
            )

    def observe_removal(self, ctx: Context) -> Finding:
        """RDS changes and deletes nothing that it is still working on. Source: RDS API, `InvalidDBInstanceState`."""
        if any(one.ours and one.pending and not one.leaving for one in self.look(ctx).values()):
            return _BUSY
        return super().observe_removal(ctx)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        if there.attributes["deletion_protection"]:
            ctx.customer.change(
                "rds", "modify_db_instance", DBInstanceIdentifier=name, DeletionProtection=False, ApplyImmediately=True
            )
        last = _final_snapshot(ctx.spec, there.extra["row"])
        try:
            ctx.customer.change("rds", "delete_db_instance", DBInstanceIdentifier=name, **last)
        except CallFailed as failed:  # RDS may still be lifting the protection, and says so at the next look
            if failed.code != _STILL_BUSY:
                raise

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        row = there[name_of(ctx.spec)].extra["row"]
        return {
            "id": row["DBInstanceIdentifier"],
            "arn": row["DBInstanceArn"],
            "address": row["Endpoint"]["Address"],
            "port": row["Endpoint"]["Port"],
            "secret_arn": row.get("MasterUserSecret", {}).get("SecretArn", ""),
        }


def _final_snapshot(spec: Spec, row: Mapping[str, Any]) -> dict[str, Any]:
    """Return how the database ends. The name of the snapshot holds when the database was made, so that asking twice makes one
    snapshot, and the database of a later time gets its own."""
    made: datetime | None = row.get("InstanceCreateTime")
    if not spec.is_production or made is None:
        return {"SkipFinalSnapshot": True}
    final = f"{name_of(spec)}-final-{made:%Y%m%d%H%M%S}"
    return {"FinalDBSnapshotIdentifier": final, "SkipFinalSnapshot": False}


def _maintenance(spec: Spec) -> str:
    """Return the half hour in which RDS may patch: when the machines are patched too, as the customer chose."""
    day, hour = spec.machines.patch_day[:3], spec.machines.patch_hour
    return f"{day}:{hour:02}:00-{day}:{hour:02}:30"


def _backup(spec: Spec) -> str:
    """Return the daily half hour of backups; RDS wants it apart from maintenance."""
    hour = (spec.machines.patch_hour + 2) % 24
    return f"{hour:02}:00-{hour:02}:30"
