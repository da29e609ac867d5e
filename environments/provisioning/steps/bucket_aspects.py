"""The settings of a private bucket: how each is read, put and told."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from environments.provisioning import names
from environments.provisioning.specification import Spec

_CLOSED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


@dataclass(frozen=True, slots=True)
class Aspect:
    """One setting of a bucket: how it is read and put. `wanted` is what `found` makes of the answer when it is as specified;
    `told` says that in words."""

    name: str
    told: str
    read: str
    found: Callable[[dict[str, Any]], Any]
    wanted: Any
    put: str
    params: Mapping[str, Any]


def private() -> tuple[Aspect, ...]:
    """Closed to the public, encrypted, and with every version kept."""
    encrypted = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    return (
        Aspect(
            "public_access",
            "blocked",
            "get_public_access_block",
            lambda answer: answer["PublicAccessBlockConfiguration"],
            _CLOSED,
            "put_public_access_block",
            {"PublicAccessBlockConfiguration": _CLOSED},
        ),
        Aspect(
            "encryption",
            "AES-256",
            "get_bucket_encryption",
            lambda answer: answer["ServerSideEncryptionConfiguration"]["Rules"][0][
                "ApplyServerSideEncryptionByDefault"
            ],
            encrypted["ApplyServerSideEncryptionByDefault"],
            "put_bucket_encryption",
            {"ServerSideEncryptionConfiguration": {"Rules": [encrypted]}},
        ),
        Aspect(
            "versioning",
            "on",
            "get_bucket_versioning",
            lambda answer: answer.get("Status"),
            "Enabled",
            "put_bucket_versioning",
            {"VersioningConfiguration": {"Status": "Enabled"}},
        ),
    )


def archived(days: int) -> Aspect:
    return _lifecycle(
        f"{days} days, then Glacier",
        {"ID": "archive", "Transitions": [{"Days": days, "StorageClass": "GLACIER"}]},
    )


def deleted(days: int) -> Aspect:
    """With every version kept, an expired object lives on as an earlier one until that goes too."""
    return _lifecycle(
        f"{days} days, then deleted",
        {"ID": "delete", "Expiration": {"Days": days}, "NoncurrentVersionExpiration": {"NoncurrentDays": 1}},
    )


def _lifecycle(told: str, rule: dict[str, Any]) -> Aspect:
    whole = {**rule, "Status": "Enabled", "Filter": {"Prefix": ""}}
    return Aspect(
        "lifecycle",
        told,
        "get_bucket_lifecycle_configuration",
        lambda answer: [_comparable(rule) for rule in answer["Rules"]],
        [_comparable(whole)],
        "put_bucket_lifecycle_configuration",
        {"LifecycleConfiguration": {"Rules": [whole]}},
    )


def _comparable(rule: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return of a lifecycle rule what counts: AWS writes an empty filter in more than one way."""
    moves = [(move["Days"], move["StorageClass"]) for move in rule.get("Transitions", ())]
    ends = rule.get("Expiration", {}).get("Days"), rule.get("NoncurrentVersionExpiration", {}).get("NoncurrentDays")
    return rule["ID"], rule["Status"], moves, ends


def delivered_by_cloudtrail(bucket: str, spec: Spec) -> Aspect:
    """The policy that lets our trail, and no other one, deliver (CloudTrail User Guide, "bucket policy")."""
    policy = trail_policy(bucket, names.trail_arn(spec), spec.customer_account_id)
    return Aspect(
        "policy",
        "only our trail may write",
        "get_bucket_policy",
        lambda answer: json.loads(answer["Policy"]),
        policy,
        "put_bucket_policy",
        {"Policy": json.dumps(policy)},
    )


def trail_policy(bucket: str, trail_arn: str, account_id: str) -> dict[str, Any]:
    """Return the bucket policy for a trail: it looks at the bucket and writes, as nobody else."""
    service, from_it = {"Service": "cloudtrail.amazonaws.com"}, {"aws:SourceArn": trail_arn}
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "TrailChecksTheBucket",
                "Effect": "Allow",
                "Principal": service,
                "Action": "s3:GetBucketAcl",
                "Resource": f"arn:aws:s3:::{bucket}",
                "Condition": {"StringEquals": from_it},
            },
            {
                "Sid": "TrailDelivers",
                "Effect": "Allow",
                "Principal": service,
                "Action": "s3:PutObject",
                "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/{account_id}/*",
                "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control", **from_it}},
            },
        ],
    }
