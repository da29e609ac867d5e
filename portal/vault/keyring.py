"""Master keys in a folder: one file each, of which the newest wraps and all unwrap.

Files are `0001.key`, `0002.key` and so on: 32 random bytes in base64, mode 0600, written whole or not at all. Every process
that seals or opens needs the same folder; back it up apart from the database, since one without the other is worth nothing.
"""

import base64
import os
import secrets
import tempfile
from collections.abc import Mapping
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.vault.errors import KeyMissing, Undecryptable

_KEY_BYTES = 32
_NONCE_BYTES = 12
_SUFFIX = ".key"


class FileKeyring:
    """Wraps data keys with AES-256-GCM; the context is authenticated, not hidden."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._keys: dict[str, bytes] = {}

    def newest(self) -> str:
        """Return the id of the key that wraps now; the first call ever makes it. The folder is looked at every time, so that
        a new key is used by running processes at once."""
        names = self._names()
        return names[-1] if names else self._write("0001")

    def add(self) -> str:
        """Make a new key, which wraps from now on. Return its id."""
        names = self._names()
        return self._write(f"{int(names[-1]) + 1 if names else 1:04}")

    def wrap(self, data_key: bytes, *, key_id: str, context: Mapping[str, str]) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + AESGCM(self._key(key_id)).encrypt(nonce, data_key, _bound(key_id, context))

    def unwrap(self, wrapped: bytes, *, key_id: str, context: Mapping[str, str]) -> bytes:
        """Return the data key. Raises `KeyMissing` or `Undecryptable`."""
        key = AESGCM(self._key(key_id))
        try:
            return key.decrypt(wrapped[:_NONCE_BYTES], wrapped[_NONCE_BYTES:], _bound(key_id, context))
        except (InvalidTag, ValueError):
            raise Undecryptable(f"the data key does not open with {key_id}") from None

    def _names(self) -> list[str]:
        try:
            return sorted(entry.name[: -len(_SUFFIX)] for entry in os.scandir(self.folder) if _is_key(entry.name))
        except FileNotFoundError:
            return []

    def _key(self, key_id: str) -> bytes:
        if key_id not in self._keys:
            if not _is_key(key_id + _SUFFIX):
                raise KeyMissing(f"{key_id} is not a key of this keyring")
            try:
                stored = (self.folder / f"{key_id}{_SUFFIX}").read_bytes()
            except FileNotFoundError:
                raise KeyMissing(f"the master key {key_id} is not in the keyring") from None
            self._keys[key_id] = base64.b64decode(stored, validate=False)
        return self._keys[key_id]

    def _write(self, key_id: str) -> str:
        """Write a key under this id, unless another process was first: then theirs is the key."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, scratch = tempfile.mkstemp(dir=self.folder)  # mode 0600
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(base64.b64encode(secrets.token_bytes(_KEY_BYTES)) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(scratch, self.folder / f"{key_id}{_SUFFIX}")
            except FileExistsError:
                return key_id
            _sync_folder(self.folder)
        finally:
            os.unlink(scratch)
        return key_id


def _is_key(name: str) -> bool:
    return name.endswith(_SUFFIX) and name[: -len(_SUFFIX)].isdecimal()


def _bound(key_id: str, context: Mapping[str, str]) -> bytes:
    return "\n".join([key_id, *(f"{name}={context[name]}" for name in sorted(context))]).encode()


def _sync_folder(folder: Path) -> None:
    """A key that wrapped something must survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
