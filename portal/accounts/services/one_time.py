"""Bearer secrets: made here, handed out once, kept only as a digest."""

import hashlib
import secrets

_BYTES = 32


def make() -> str:
    """Return 256 random bits as 43 characters that are safe in an address."""
    return secrets.token_urlsafe(_BYTES)


def digest(secret: str) -> str:
    """Return what is stored. The secret is random, so a plain SHA-256 cannot be turned round."""
    return hashlib.sha256(secret.encode()).hexdigest()
