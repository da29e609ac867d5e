"""Where the master key is: in a folder (`VAULT_PROVIDER=file`) or in AWS KMS (`kms`)."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Protocol

from django.conf import settings

from portal.vault.keyring import FileKeyring
from portal.vault.kms import KmsKey


class KeyProvider(Protocol):
    """Wraps data keys. `context` is bound to what is wrapped and holds ids only: KMS writes it into CloudTrail in clear."""

    def newest(self) -> str: ...

    def wrap(self, data_key: bytes, *, key_id: str, context: Mapping[str, str]) -> bytes: ...

    def unwrap(self, wrapped: bytes, *, key_id: str, context: Mapping[str, str]) -> bytes: ...


def provider() -> KeyProvider:
    """Return the provider that the settings name; one per place, with its keys in memory."""
    return _provider(
        settings.VAULT_PROVIDER, settings.VAULT_KEY_DIR, settings.VAULT_KMS_KEY_ID, settings.PROVIDER_REGION
    )


@cache
def _provider(kind: str, folder: str, kms_key_id: str, region: str) -> KeyProvider:
    if kind == "file":
        return FileKeyring(Path(folder))
    if kind == "kms" and kms_key_id:
        return KmsKey(kms_key_id, region=region)
    raise ValueError("VAULT_PROVIDER is file, or kms together with VAULT_KMS_KEY_ID")
