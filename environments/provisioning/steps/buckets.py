"""Private S3 buckets: one for logs (30 days, then the Glacier storage class), one for the audit trail, one for disaster
recovery.

Amazon Glacier's own vaults take no new customers since 2025-12-15, so "archive to Glacier" is the storage class. Of a bucket
only those settings are read that a person could have opened or switched off; any of them proves that the bucket is there. That
objects belong to the bucket's owner is the default of every bucket made since April 2023 (S3 User Guide) and not read.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from environments.provisioning import names
from environments.provisioning.collection import Collection, There, at_once
from environments.provisioning.ports import Account, CallFailed, Failure
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, StepRefused, Wanted
from environments.provisioning.steps.bucket_aspects import Aspect, archived, deleted, delivered_by_cloudtrail, private

BACKUP_DAYS = 90
"""Backups of logs are kept for three months (S31), then archived or deleted (S34)."""

_NO_BUCKET = ("NoSuchBucket", "404")


class _Bucket(Collection):
    """One bucket and its settings. Its name holds the account and the environment, so that nobody else has it; S3 refuses
    the bucket where it belongs to another account than expected. outputs: {"bucket": name}"""

    requires = ("customer_access",)
    expected = timedelta(seconds=3)
    remains = "What is in the bucket is kept as long as the agreed retention says."
    permissions: tuple[str, ...] = (
        "s3:CreateBucket",
        "s3:GetBucketPublicAccessBlock",
        "s3:PutBucketPublicAccessBlock",
        "s3:GetEncryptionConfiguration",
        "s3:PutEncryptionConfiguration",
        "s3:GetBucketVersioning",
        "s3:PutBucketVersioning",
        "s3:GetLifecycleConfiguration",
        "s3:PutLifecycleConfiguration",
    )
    use: str

    @abstractmethod
    def aspects(self, spec: Spec) -> Sequence[Aspect]:
        """Return the settings of the bucket."""

    def account(self, ctx: Context) -> Account:
        """Return the account in the bucket's Region."""
        return ctx.customer

    def name_of(self, spec: Spec) -> str:
        return names.bucket(spec, self.use)

    def wanted(self, spec: Spec) -> Sequence[Wanted]:
        settings = {aspect.name: aspect.told for aspect in self.aspects(spec)}
        return (Wanted("s3_bucket", self.name_of(spec), settings),)

    def look(self, ctx: Context) -> Mapping[str, There]:
        name, aspects = self.name_of(ctx.spec), self.aspects(ctx.spec)
        found = at_once(lambda aspect: self._told(ctx, name, aspect), aspects)
        if any(told is None for told in found):
            return {}
        return {name: There(name, {aspect.name: told for aspect, told in zip(aspects, found, strict=True)})}

    def _told(self, ctx: Context, name: str, aspect: Aspect) -> str | None:
        """Return in words how a setting is; None where there is no such bucket."""
        try:
            answer = self.account(ctx).read("s3", aspect.read, Bucket=name, ExpectedBucketOwner=ctx.customer.account_id)
        except CallFailed as failed:
            if failed.code in _NO_BUCKET:
                return None
            if failed.failure == Failure.MISSING:
                return "not set"
            if failed.failure == Failure.DENIED:
                raise self._not_readable(name) from failed
            raise
        return aspect.told if aspect.found(answer) == aspect.wanted else "something else"

    def _not_readable(self, name: str) -> StepRefused:
        return StepRefused(
            f"The bucket {name} exists and does not let us in: it belongs to another account, its policy shuts us out, or "
            "our role may not read its settings.",
            remedy="Look in the customer's account whether the bucket is theirs. If it is, correct its policy or the role; "
            "if it is not, ask operations to change the name prefix, since bucket names are global. Then make a new plan.",
            code="bucket_taken",
        )

    def make(self, ctx: Context, wanted: Wanted) -> There:
        where = _location(self.account(ctx).region)
        self.account(ctx).change("s3", "create_bucket", Bucket=wanted.name, **where)
        return self._put(ctx, wanted, self.aspects(ctx.spec))

    def mend(self, ctx: Context, wanted: Wanted, there: There) -> There:
        differing = [aspect for aspect in self.aspects(ctx.spec) if there.attributes[aspect.name] != aspect.told]
        return self._put(ctx, wanted, differing)

    def _put(self, ctx: Context, wanted: Wanted, aspects: Sequence[Aspect]) -> There:
        owner = ctx.customer.account_id
        at_once(
            lambda aspect: self.account(ctx).change(
                "s3", aspect.put, Bucket=wanted.name, ExpectedBucketOwner=owner, **aspect.params
            ),
            aspects,
        )
        return There(wanted.name, wanted.attributes)

    def unmake(self, ctx: Context, name: str, there: There) -> None:
        """A bucket stays: see `remains`."""

    def outputs(self, ctx: Context, there: Mapping[str, There]) -> dict[str, Any]:
        return {"bucket": self.name_of(ctx.spec)}


class LogBucket(_Bucket):
    key = "log_bucket"
    title = "Log bucket"
    doing = "Creating the private log bucket"
    done = "Created the private log bucket"
    use = "logs"
    simulated = "The stand-in keeps the rule, and moves nothing to Glacier when the days are over."

    def aspects(self, spec: Spec) -> Sequence[Aspect]:
        return (*private(), archived(spec.retention_days))


class AuditBucket(_Bucket):
    key = "audit_bucket"
    title = "Audit bucket"
    doing = "Creating the private audit bucket"
    done = "Created the private audit bucket"
    use = "audit"
    simulated = LogBucket.simulated
    permissions = (*_Bucket.permissions, "s3:GetBucketPolicy", "s3:PutBucketPolicy")

    def aspects(self, spec: Spec) -> Sequence[Aspect]:
        return (*private(), archived(spec.retention_days), delivered_by_cloudtrail(self.name_of(spec), spec))


class DrBucket(_Bucket):
    """The copy of the logs in the Region for disaster recovery, kept as the customer wants backups kept (S28, S31, S34)."""

    key = "dr_bucket"
    title = "Bucket for disaster recovery"
    doing = "Creating the private bucket in the Region for disaster recovery"
    done = "Created the private bucket in the Region for disaster recovery"
    use = "dr"
    simulated = "The stand-in keeps the rule, and neither archives nor deletes when the days are over."

    def applies(self, spec: Spec) -> bool:
        return spec.recovers_elsewhere

    def aspects(self, spec: Spec) -> Sequence[Aspect]:
        return (*private(), archived(BACKUP_DAYS) if spec.backup.archive_to_glacier else deleted(BACKUP_DAYS))

    def account(self, ctx: Context) -> Account:
        return ctx.customer.in_region(ctx.spec.backup.dr_region)

    def region(self, ctx: Context) -> str:
        return ctx.spec.backup.dr_region


def _location(region: str) -> dict[str, Any]:
    """us-east-1 is the one Region that must not be named (S3 CreateBucket)."""
    return {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
