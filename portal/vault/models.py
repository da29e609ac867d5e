"""Secrets at rest: one data key each, wrapped by a master key that is not in the database."""

from django.db import models

from portal.accounts.models import TenantModel
from portal.core.ids import PrefixedIdField


class SealedSecret(TenantModel):
    """AES-256-GCM ciphertext, bound to its customer, purpose and id by the additional data: a row that is moved to
    another tenant does not decrypt. `fingerprint` is keyed, so equal secrets are recognised without being known."""

    id = PrefixedIdField("sec")
    purpose = models.CharField(max_length=64)
    key_id = models.CharField(max_length=200)
    wrapped_key = models.BinaryField()
    nonce = models.BinaryField()
    ciphertext = models.BinaryField()
    fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    destroyed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.purpose} ({self.id})"
