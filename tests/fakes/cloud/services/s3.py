"""S3: buckets, and each of their properties under the names of its get and put."""

from typing import Any

from environments.provisioning.ports import Failure
from tests.fakes.cloud import Call, answers, refuse

_UNSET_IS_EMPTY = ("bucket_versioning", "bucket_logging")
# What a get shows is what the put was given, in these under the put's own parameter.
_UNWRAPPED = ("bucket_versioning", "bucket_tagging", "bucket_lifecycle_configuration")
ASPECTS = (
    "public_access_block",
    "bucket_encryption",
    "bucket_versioning",
    "bucket_ownership_controls",
    "bucket_tagging",
    "bucket_lifecycle_configuration",
    "bucket_policy",
    "bucket_replication",
)


def _bucket(call: Call, name: str) -> dict[str, Any]:
    for (account_id, _, kind), table in call.world.tables.items():
        if kind == "bucket" and name in table:
            if account_id != call.account_id:
                raise refuse(Failure.DENIED, "403", call.operation)
            return table[name]
    raise refuse(Failure.MISSING, "NoSuchBucket", call.operation)


@answers("s3.create_bucket")
def create_bucket(call: Call, *, Bucket: str, **_: Any) -> Any:
    if Bucket in call.table("bucket"):
        raise refuse(Failure.CONFLICT, "BucketAlreadyOwnedByYou", call.operation)
    if any(kind == "bucket" and Bucket in table for (_, _, kind), table in call.world.tables.items()):
        raise refuse(Failure.CONFLICT, "BucketAlreadyExists", call.operation)
    call.add("bucket", Bucket, {"aspects": {}})
    return {}


def _get(aspect: str) -> Any:
    def get(call: Call, *, Bucket: str, **_: Any) -> Any:
        found = _bucket(call, Bucket)["aspects"].get(aspect)
        if found is None and aspect not in _UNSET_IS_EMPTY:
            raise refuse(Failure.MISSING, f"NoSuch{aspect}", call.operation)
        return found or {}

    return get


def _put(aspect: str) -> Any:
    def put(call: Call, *, Bucket: str, **params: Any) -> Any:
        (value,) = (given for key, given in params.items() if key != "ExpectedBucketOwner")
        shown = value if aspect in _UNWRAPPED else params
        _bucket(call, Bucket)["aspects"][aspect] = shown
        return {}

    return put


for _aspect in ASPECTS:
    answers(f"s3.get_{_aspect}")(_get(_aspect))
    answers(f"s3.put_{_aspect}")(_put(_aspect))


@answers("s3.delete_bucket_replication")
def delete_bucket_replication(call: Call, *, Bucket: str, **_: Any) -> Any:
    _bucket(call, Bucket)["aspects"].pop("bucket_replication", None)
    return {}
