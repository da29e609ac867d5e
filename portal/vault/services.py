"""Sealing, opening and destroying secrets.

Envelope encryption: each secret has a data key of its own, used once with AES-256-GCM; the data key is wrapped by a master key
that is not in the database. Both layers are bound to customer, secret and purpose, so a row that is altered or moved does not
open.
"""

import hashlib
import hmac
import json
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from portal.accounts.models import Customer
from portal.core import clock
from portal.vault.errors import Destroyed, Undecryptable
from portal.vault.models import SealedSecret
from portal.vault.providers import provider

_KEY_BYTES = 32
_NONCE_BYTES = 12


def seal(plaintext: str, *, customer: Customer, purpose: str) -> SealedSecret:
    """Store the text sealed for this customer and purpose, by the newest master key."""
    secret = SealedSecret(customer=customer, purpose=purpose)
    keys = provider()
    data_key = secrets.token_bytes(_KEY_BYTES)
    secret.key_id = keys.newest()
    secret.wrapped_key = keys.wrap(data_key, key_id=secret.key_id, context=context_of(secret))
    secret.nonce = secrets.token_bytes(_NONCE_BYTES)
    secret.ciphertext = AESGCM(data_key).encrypt(secret.nonce, plaintext.encode(), _bound(secret))
    secret.fingerprint = fingerprint(plaintext, customer=customer)
    secret.save(force_insert=True)
    return secret


def unseal(secret: SealedSecret) -> str:
    """Return the text. Raises a `VaultError` that says why not; the caller records who read it."""
    if secret.destroyed_at:
        raise Destroyed(f"{secret.pk} was destroyed")
    data_key = provider().unwrap(bytes(secret.wrapped_key), key_id=secret.key_id, context=context_of(secret))
    try:
        return AESGCM(data_key).decrypt(bytes(secret.nonce), bytes(secret.ciphertext), _bound(secret)).decode()
    except (InvalidTag, ValueError):
        raise Undecryptable(f"{secret.pk} does not decrypt") from None


def destroy(secret: SealedSecret) -> None:
    """Erase key, ciphertext and fingerprint; the row stays as a record that there was one. A second call changes nothing.

    Copies in older backups of the database stay as they were: what a secret opens has to be changed as well.
    """
    erased = {"wrapped_key": b"", "nonce": b"", "ciphertext": b"", "fingerprint": "", "destroyed_at": clock.now()}
    SealedSecret.objects.filter(pk=secret.pk, destroyed_at=None).update(**erased)
    secret.refresh_from_db(fields=list(erased))


def fingerprint(plaintext: str, *, customer: Customer) -> str:
    """Return a keyed hash: equal for equal secrets of one customer, and worthless without the portal's `SECRET_KEY`."""
    key = hashlib.sha256(b"vault fingerprint" + settings.SECRET_KEY.encode()).digest()
    return hmac.new(key, f"{customer.pk}\n{plaintext}".encode(), hashlib.sha256).hexdigest()


def context_of(secret: SealedSecret) -> dict[str, str]:
    return {"tenant": secret.customer_id, "secret": secret.pk}


def _bound(secret: SealedSecret) -> bytes:
    return json.dumps(["v1", secret.customer_id, secret.pk, secret.purpose]).encode()
