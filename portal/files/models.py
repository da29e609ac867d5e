"""Files of a customer, kept in the database."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models

from portal.accounts.models import TenantModel, TenantQuerySet, User
from portal.core.ids import PrefixedIdField


class StoredFileQuerySet(TenantQuerySet["StoredFile"]):
    def visible_to(self, user: User | AnonymousUser) -> Self:
        """The files of the customers this person may see; internal ones only for the provider's people."""
        rows = super().visible_to(user)
        return rows if user.is_authenticated and user.is_provider else rows.filter(internal=False)

    def without_content(self) -> Self:
        """For lists: everything but the bytes."""
        return self.defer("content")


class StoredFile(TenantModel):
    """A file that somebody added. It never changes: another one is another row.

    `sha256` is the digest of `content`, in hexadecimal; `size` is in bytes. The bytes are in the database, 5 MB at most:
    so they are in the same transaction, backup and tenant as the act that they belong to. `internal`: for the provider's people
    only.
    """

    id = PrefixedIdField("fil")
    name = models.CharField(max_length=120)
    content_type = models.CharField(max_length=60)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    internal = models.BooleanField(default=False)
    uploaded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()

    objects: ClassVar[Any] = StoredFileQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
