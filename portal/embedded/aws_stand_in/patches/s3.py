"""S3: one account's buckets are closed to another."""

from typing import Any

from moto.s3.exceptions import S3ClientError
from moto.s3.models import S3Backend, s3_backends


def install() -> None:
    """Refuse what one account does with another's buckets; moto lets it in. No bucket policy opens them here."""
    create, get = S3Backend.create_bucket, S3Backend.get_bucket

    def is_anothers(backend: Any, name: str) -> bool:
        return s3_backends.bucket_accounts.get(name, ("", backend.account_id))[1] != backend.account_id

    def create_bucket(self: Any, bucket_name: str, *given: Any, **more: Any) -> Any:
        if is_anothers(self, bucket_name):
            raise S3ClientError("BucketAlreadyExists", "The requested bucket name is not available.")
        return create(self, bucket_name, *given, **more)

    def get_bucket(self: Any, bucket_name: str) -> Any:
        if is_anothers(self, bucket_name):
            raise S3ClientError("AccessDenied", "Access Denied")
        return get(self, bucket_name)

    S3Backend.create_bucket, S3Backend.get_bucket = create_bucket, get_bucket
