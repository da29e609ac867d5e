"""Where backups lie, encrypted with the environment's key: a vault in its Region, and one in the Region for disaster recovery
(S28, S30). Production only (S41)."""

from collections.abc import Mapping, Sequence
from typing import Any

from environments.provisioning import names
from environments.provisioning.collection import Collection, There
from environments.provisioning.ports import Account
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Wanted
from environments.provisioning.steps import keys


class BackupVault(Collection):
    """outputs: {"vault": name, "vault_arn": ARN}"""

    key = "backup_vault"
    title = "Backup vault"
    doing = "Creating the backup vault"
    done = "Created the backup vault"
    requires: tuple[str, ...] = ("encryption_key",)
    remains = "Backups in the vault stay until their three months are over."
    permissions = (
        "backup-storage:MountCapsule",
        "backup:CreateBackupVault",
        "backup:ListBackupVaults",
        "backup:TagResource",
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:GenerateDataKey",
        "kms:RetireGrant",
    )
    key_step = "encryption_key"

    def applies(self, spec: Spec) -> bool:
        return spec.is_production

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return (Wanted("backup_vault", names.of(spec, "backup"), {"encrypted_with": keys.alias(spec)}),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        """All vaults are listed: AWS refuses to describe one that is not there as if it were forbidden."""
        name = names.of(ctx.spec, "backup")
        rows = self.account(ctx).pages("backup", "list_backup_vaults", "BackupVaultList")
        found = next((row for row in rows if row["BackupVaultName"] == name), None)
        return {name: self._there(ctx, found)} if found else {}

    def _there(self, ctx: Context, row: Mapping[str, Any]) -> There:
        used = row.get("EncryptionKeyArn", "")
        alias = keys.alias(ctx.spec) if used == ctx.outputs[self.key_step]["key_arn"] else used or "nothing"
        return There(row["BackupVaultArn"], {"encrypted_with": alias})

    def make(self, ctx: Context, wanted: Wanted) -> There:
        answer = self.account(ctx).change(
            "backup",
            "create_backup_vault",
            BackupVaultName=wanted.name,
            EncryptionKeyArn=ctx.outputs[self.key_step]["key_arn"],
            BackupVaultTags=names.tags(ctx.spec, self.key),
            CreatorRequestId=names.token(ctx.spec, self.key),
        )
        return There(answer["BackupVaultArn"], wanted.attributes)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        """A vault stays: see `remains`."""

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        name = names.of(ctx.spec, "backup")
        return {"vault": name, "vault_arn": there[name].aws_id}

    def account(self, ctx: Context) -> Account:
        """Return the account in the vault's Region."""
        return ctx.customer


class DrVault(BackupVault):
    """Copies of backups come here. outputs: {"vault": name, "vault_arn": ARN}"""

    key = "dr_vault"
    title = "Backup vault for disaster recovery"
    doing = "Creating the backup vault for disaster recovery"
    done = "Created the backup vault for disaster recovery"
    requires = ("dr_key",)
    key_step = "dr_key"

    def applies(self, spec: Spec) -> bool:
        return spec.recovers_elsewhere

    def account(self, ctx: Context) -> Account:
        return ctx.customer.in_region(ctx.spec.backup.dr_region)

    def region(self, ctx: Context) -> str:
        return ctx.spec.backup.dr_region
