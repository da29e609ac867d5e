"""Private S3 buckets: one for logs (30 days, then the Glacier storage class), one for the audit trail.

Amazon Glacier's own vaults take no new customers since 2025-12-15, so "archive to Glacier" is the storage class. A bucket is
read back and compared aspect by aspect: what AWS stores is what counts, not that a put was accepted.
"""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from environments.provisioning import names
from environments.provisioning.ports import CallFailed, Failure, Seen
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Drifted, Finding, Missing, Ready, Step, StepRefused

_CLOSED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


@dataclass(frozen=True, slots=True)
class Aspect:
    """One property of a bucket: how it is read, what is wanted, how it is put."""

    name: str
    read: str
    found: Callable[[dict[str, Any]], Any]
    wanted: Any
    put: str
    params: dict[str, Any]


class _Bucket(Step):
    requires = ("customer_access",)
    use: str

    def name_of(self, spec: Spec) -> str:
        return names.bucket(spec, self.use)

    def aspects(self, spec: Spec) -> list[Aspect]:
        return [_closed(), _encrypted(), _versioned(), _owned(), _tagged(names.tags(spec, self.key))]

    def observe(self, ctx: Context) -> Finding:
        name = self.name_of(ctx.spec)
        if not self._exists(ctx, name):
            return Missing()
        aspects = self.aspects(ctx.spec)
        with ThreadPoolExecutor(len(aspects)) as pool:
            there = list(pool.map(lambda aspect: _current(ctx, name, aspect), aspects))
        differing = tuple(
            f"{aspect.name} is not as specified"
            for aspect, found in zip(aspects, there, strict=True)
            if found != aspect.wanted
        )
        if differing:
            return Drifted(differing)
        attributes = {aspect.name: "as specified" for aspect in aspects}
        seen = Seen("s3_bucket", name, name, ctx.customer.account_id, ctx.customer.region, attributes)
        return Ready({"bucket": name}, (seen,))

    def _exists(self, ctx: Context, name: str) -> bool:
        try:
            ctx.customer.read("s3", "head_bucket", Bucket=name, ExpectedBucketOwner=ctx.customer.account_id)
        except CallFailed as failed:
            if failed.failure == Failure.MISSING:
                return False
            if failed.failure == Failure.DENIED:
                raise StepRefused(
                    f"The bucket {name} exists and does not belong to the customer's account.",
                    remedy="Bucket names are global. Ask operations to change the name prefix, then make a new plan.",
                    code="bucket_taken",
                ) from failed
            raise
        return True

    def apply(self, ctx: Context, found: Missing | Drifted) -> None:
        name = self.name_of(ctx.spec)
        if not self._exists(ctx, name):
            ctx.customer.change("s3", "create_bucket", Bucket=name, **_location(ctx.customer.region))
        for aspect in self.aspects(ctx.spec):
            if _current(ctx, name, aspect) != aspect.wanted:
                ctx.customer.change("s3", aspect.put, Bucket=name, **aspect.params)

    def remove(self, ctx: Context) -> None:
        """Buckets stay: what is in them is bound by retention."""


def _location(region: str) -> dict[str, Any]:
    """us-east-1 is the one Region that must not be named (S3 CreateBucket)."""
    return {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}


def _current(ctx: Context, bucket: str, aspect: Aspect) -> Any:
    try:
        return aspect.found(ctx.customer.read("s3", aspect.read, Bucket=bucket))
    except CallFailed as failed:
        if failed.failure == Failure.MISSING:
            return None
        raise


def _closed() -> Aspect:
    return Aspect(
        "public access block",
        "get_public_access_block",
        lambda answer: answer["PublicAccessBlockConfiguration"],
        _CLOSED,
        "put_public_access_block",
        {"PublicAccessBlockConfiguration": _CLOSED},
    )


def _encrypted() -> Aspect:
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    return Aspect(
        "encryption",
        "get_bucket_encryption",
        lambda answer: answer["ServerSideEncryptionConfiguration"]["Rules"][0]["ApplyServerSideEncryptionByDefault"],
        rule["ApplyServerSideEncryptionByDefault"],
        "put_bucket_encryption",
        {"ServerSideEncryptionConfiguration": {"Rules": [rule]}},
    )


def _versioned() -> Aspect:
    return Aspect(
        "versioning",
        "get_bucket_versioning",
        lambda answer: answer.get("Status"),
        "Enabled",
        "put_bucket_versioning",
        {"VersioningConfiguration": {"Status": "Enabled"}},
    )


def _owned() -> Aspect:
    rules = [{"ObjectOwnership": "BucketOwnerEnforced"}]
    return Aspect(
        "object ownership",
        "get_bucket_ownership_controls",
        lambda answer: answer["OwnershipControls"]["Rules"],
        rules,
        "put_bucket_ownership_controls",
        {"OwnershipControls": {"Rules": rules}},
    )


def _tagged(tags: dict[str, str]) -> Aspect:
    return Aspect(
        "tags",
        "get_bucket_tagging",
        lambda answer: {tag["Key"]: tag["Value"] for tag in answer["TagSet"]},
        tags,
        "put_bucket_tagging",
        {"Tagging": {"TagSet": names.listed(tags)}},
    )


def _archived(days: int) -> Aspect:
    rule = {
        "ID": "archive",
        "Status": "Enabled",
        "Filter": {"Prefix": ""},
        "Transitions": [{"Days": days, "StorageClass": "GLACIER"}],
    }
    return Aspect(
        f"lifecycle of {days} days to Glacier",
        "get_bucket_lifecycle_configuration",
        lambda answer: [
            (rule["ID"], rule["Status"], [(t["Days"], t["StorageClass"]) for t in rule.get("Transitions", [])])
            for rule in answer["Rules"]
        ],
        [("archive", "Enabled", [(days, "GLACIER")])],
        "put_bucket_lifecycle_configuration",
        {"LifecycleConfiguration": {"Rules": [rule]}},
    )


def _delivered_by_cloudtrail(bucket: str, account_id: str) -> Aspect:
    """The policy that lets CloudTrail deliver (CloudTrail User Guide, bucket policy)."""
    service = {"Service": "cloudtrail.amazonaws.com"}
    policy = {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "TrailChecksTheBucket",
                "Effect": "Allow",
                "Principal": service,
                "Action": "s3:GetBucketAcl",
                "Resource": f"arn:aws:s3:::{bucket}",
            },
            {
                "Sid": "TrailDelivers",
                "Effect": "Allow",
                "Principal": service,
                "Action": "s3:PutObject",
                "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/{account_id}/*",
                "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
            },
        ],
    }
    return Aspect(
        "delivery policy",
        "get_bucket_policy",
        lambda answer: json.loads(answer["Policy"]),
        policy,
        "put_bucket_policy",
        {"Policy": json.dumps(policy)},
    )


class LogBucket(_Bucket):
    key = "log_bucket"
    title = "Log bucket"
    doing = "Creating the private log bucket"
    done = "Created the private log bucket"
    use = "logs"
    expected = timedelta(seconds=5)

    def planned(self, spec: Spec) -> tuple[str, ...]:
        return (
            f"Private bucket {self.name_of(spec)} in {spec.customer_region}",
            f"{spec.retention_days} days, then the Glacier storage class",
        )

    def aspects(self, spec: Spec) -> list[Aspect]:
        return [*super().aspects(spec), _archived(spec.retention_days)]


class AuditBucket(_Bucket):
    key = "audit_bucket"
    title = "Audit bucket"
    doing = "Creating the private audit bucket"
    done = "Created the private audit bucket"
    use = "audit"

    def planned(self, spec: Spec) -> tuple[str, ...]:
        return (f"Private bucket {self.name_of(spec)} for the audit trail",)

    def aspects(self, spec: Spec) -> list[Aspect]:
        delivery = _delivered_by_cloudtrail(self.name_of(spec), spec.customer_account_id)
        return [*super().aspects(spec), _archived(spec.retention_days), delivery]
