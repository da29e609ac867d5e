"""The key that encrypts alerts and backups, and its twin in the Region for disaster recovery (KMS, production only).

The key is a multi-Region one: its twin is a replica with the same id, which KMS makes only once, and what the one encrypted
the other decrypts after a disaster. A single-Region key could not become one later. Source: KMS Developer Guide, "Multi-Region
keys".
"""

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from environments.provisioning import names
from environments.provisioning.collection import Collection, There
from environments.provisioning.ports import Account, CallFailed, Failure
from environments.provisioning.specification import Spec
from environments.provisioning.step import AWS, Context, Pending, StepRefused, Wanted

_DEAD = ("PendingDeletion", "PendingReplicaDeletion")
_COMING = Pending(AWS, "AWS is preparing the key.", timedelta(seconds=2))
_KEPT = "Backups are encrypted with it and stay for three months: without the key nobody could read them."


def _kms_tags(spec: Spec, step: str) -> list[dict[str, str]]:
    return [{"TagKey": key, "TagValue": value} for key, value in names.tags(spec, step).items()]


def alias(spec: Spec) -> str:
    """Return the name by which the key is found."""
    return f"alias/{names.of(spec, 'data')}"


def _policy(account_id: str) -> str:
    """The account decides who uses the key; alarms may use it, or none would reach the encrypted topic.

    Source: CloudWatch User Guide, "Notifying users on alarm changes": the key of AWS itself does not let alarms publish.
    """
    from_here = {"StringEquals": {"aws:SourceAccount": account_id}}
    statements = [
        {
            "Sid": "TheAccountDecides",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        {
            "Sid": "AlarmsReachTheTopic",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
            "Condition": from_here,
        },
    ]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


class EncryptionKey(Collection):
    """The key, found by its alias, or by its tags before it has one. outputs: {"key_id": id, "key_arn": ARN}"""

    key = "encryption_key"
    title = "Encryption key"
    doing = "Creating the encryption key"
    done = "Created the encryption key"
    requires = ("customer_access",)
    settles = True
    remains = _KEPT
    permissions = (
        "iam:CreateServiceLinkedRole",
        "kms:CreateKey",
        "kms:DescribeKey",
        "kms:EnableKey",
        "kms:TagResource",
        "tag:GetResources",
    )

    def applies(self, spec: Spec) -> bool:
        return spec.is_production

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return (Wanted("kms_key", alias(spec), {"state": "enabled"}),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        name = alias(ctx.spec)
        key = _described(ctx, name) or self._without_alias(ctx)
        if key is None:
            return {}
        if key["KeyState"] in _DEAD:
            raise self._going(key)
        return {name: _there(key)}

    def _without_alias(self, ctx: Context) -> Mapping[str, Any] | None:
        """Return the key that a call of ours made and that got no alias yet."""
        mark = names.tags(ctx.spec, self.key)
        filters = [{"Key": key, "Values": [value]} for key, value in mark.items()]
        rows = ctx.customer.pages(
            "resourcegroupstaggingapi",
            "get_resources",
            "ResourceTagMappingList",
            TagFilters=filters,
            ResourceTypeFilters=["kms:key"],
        )
        ours = [row["ResourceARN"] for row in rows if names.carries(row["Tags"], mark)]
        keys = [key for arn in ours if (key := _described(ctx, arn))]
        alive = [key for key in keys if key["KeyState"] not in _DEAD]
        if len(alive) > 1:
            ids = ", ".join(sorted(key["KeyId"] for key in alive))
            raise StepRefused(
                f"More than one key carries the tags of this environment, and none has the alias: {ids}.",
                remedy=f"Give the alias {alias(ctx.spec)} to the one that is in use, then retry this step.",
                code="several_keys",
            )
        return alive[0] if alive else None

    def _going(self, key: Mapping[str, Any]) -> StepRefused:
        return StepRefused(
            f"Somebody has scheduled the encryption key {key['KeyId']} for deletion.",
            remedy="Cancel the deletion in the KMS console, since backups cannot be read without the key. If it is really "
            "to go, take its alias away. Then retry this step.",
            code="key_is_going",
        )

    def make(self, ctx: Context, wanted: Wanted) -> There:
        answer = ctx.customer.change(
            "kms",
            "create_key",
            Description=f"Alerts and backups of {ctx.spec.environment_name} ({ctx.spec.environment_id})",
            Policy=_policy(ctx.customer.account_id),
            MultiRegion=True,
            Tags=_kms_tags(ctx.spec, self.key),
        )
        return _there(answer["KeyMetadata"])

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        ctx.customer.change("kms", "enable_key", KeyId=there.extra["key_id"])
        return There(there.aws_id, wanted.attributes, extra=there.extra)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        """A key stays: see `remains`."""

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        key = there[alias(ctx.spec)]
        return {**key.extra, "key_arn": key.aws_id}


class KeySettings(Collection):
    """The alias of the key, and that it gets new key material every year. Apart from the key, since nothing waits for them."""

    key = "key_settings"
    title = "Name and rotation of the encryption key"
    doing = "Naming the encryption key"
    done = "Named the encryption key"
    requires = ("encryption_key",)
    remains = _KEPT
    permissions = ("kms:CreateAlias", "kms:DescribeKey", "kms:EnableKeyRotation", "kms:GetKeyRotationStatus")

    def applies(self, spec: Spec) -> bool:
        return spec.is_production

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return (Wanted("kms_alias", alias(spec), {"named": "yes", "new_key_material": "every year"}),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        key_id, name = ctx.outputs["encryption_key"]["key_id"], alias(ctx.spec)
        rotates = ctx.customer.read("kms", "get_key_rotation_status", KeyId=key_id)["KeyRotationEnabled"]
        named = _described(ctx, name) is not None
        attributes = {"named": "yes" if named else "no", "new_key_material": "every year" if rotates else "never"}
        return {name: There(name, attributes)} if named or rotates else {}

    def make(self, ctx: Context, wanted: Wanted) -> There:
        return self.mend(ctx, wanted, There(wanted.name))

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        key_id = ctx.outputs["encryption_key"]["key_id"]
        if there.attributes.get("named") != "yes":
            ctx.customer.change("kms", "create_alias", AliasName=wanted.name, TargetKeyId=key_id)
        if there.attributes.get("new_key_material") != "every year":
            ctx.customer.change("kms", "enable_key_rotation", KeyId=key_id)
        return There(wanted.name, wanted.attributes)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        """They stay with the key."""


class DrKey(Collection):
    """The key's twin. outputs: {"key_arn": ARN}"""

    key = "dr_key"
    title = "Encryption key for disaster recovery"
    doing = "Copying the encryption key into the Region for disaster recovery"
    done = "Copied the encryption key into the Region for disaster recovery"
    requires = ("encryption_key",)
    expected = timedelta(seconds=10)
    remains = _KEPT
    permissions = ("kms:CreateKey", "kms:DescribeKey", "kms:EnableKey", "kms:ReplicateKey", "kms:TagResource")

    def applies(self, spec: Spec) -> bool:
        return spec.recovers_elsewhere

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        return (Wanted("kms_key", alias(spec), {"region": spec.backup.dr_region, "state": "enabled"}),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        key_id = ctx.outputs["encryption_key"]["key_id"]
        try:
            return {alias(ctx.spec): self._there(ctx, self._twin(ctx).read("kms", "describe_key", KeyId=key_id))}
        except CallFailed as failed:
            if failed.failure == Failure.MISSING:
                return {}
            raise

    def make(self, ctx: Context, wanted: Wanted) -> There:
        answer = ctx.customer.change(
            "kms",
            "replicate_key",
            KeyId=ctx.outputs["encryption_key"]["key_id"],
            ReplicaRegion=ctx.spec.backup.dr_region,
            Policy=_policy(ctx.customer.account_id),
            Tags=_kms_tags(ctx.spec, self.key),
        )
        return self._there(ctx, {"KeyMetadata": answer["ReplicaKeyMetadata"]})

    def _there(self, ctx: Context, answer: Mapping[str, Any]) -> There:
        key = answer["KeyMetadata"]
        attributes = {"region": ctx.spec.backup.dr_region, "state": _state(key)}
        coming = key["KeyState"] == "Creating"
        return There(key["Arn"], attributes, pending=_COMING if coming else None, leaving=key["KeyState"] in _DEAD)

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        self._twin(ctx).change("kms", "enable_key", KeyId=ctx.outputs["encryption_key"]["key_id"])
        return There(there.aws_id, wanted.attributes)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        """A key stays: see `remains`."""

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"key_arn": there[alias(ctx.spec)].aws_id}

    def region(self, ctx: Context) -> str:
        return ctx.spec.backup.dr_region

    def _twin(self, ctx: Context) -> Account:
        return ctx.customer.in_region(ctx.spec.backup.dr_region)


def _described(ctx: Context, key: str) -> Mapping[str, Any] | None:
    """Return what KMS says of a key, by its alias or ARN."""
    try:
        metadata: Mapping[str, Any] = ctx.customer.read("kms", "describe_key", KeyId=key)["KeyMetadata"]
    except CallFailed as failed:
        if failed.failure == Failure.MISSING:
            return None
        raise
    return metadata


def _there(key: Mapping[str, Any]) -> There:
    return There(key["Arn"], {"state": _state(key)}, extra={"key_id": key["KeyId"]})


def _state(key: Mapping[str, Any]) -> str:
    return {"Enabled": "enabled", "Creating": "enabled", "Disabled": "disabled"}.get(key["KeyState"], key["KeyState"])
