"""Moving secrets to the newest master key, online: their text is never opened, only their data keys are wrapped anew."""

from dataclasses import dataclass, field

from django.db.models import Count, QuerySet

from portal.vault.errors import VaultError
from portal.vault.keyring import FileKeyring
from portal.vault.models import SealedSecret
from portal.vault.providers import provider
from portal.vault.services import context_of

_CHUNK = 200


@dataclass
class Outcome:
    rewrapped: int = 0
    failed: list[str] = field(default_factory=list)


def add_key() -> str:
    """Make the file keyring's next master key. With KMS, rotation of the key is KMS's own."""
    keys = provider()
    if not isinstance(keys, FileKeyring):
        raise TypeError("only the file keyring makes keys here")
    return keys.add()


def rewrap() -> Outcome:
    """Wrap what an older master key wraps by the newest. A reader that loaded a row before still opens it with the old one.

    Each row is its own conditional update, so the work can stop anywhere, run twice at once, and never brings back the key of
    a secret that is destroyed meanwhile.
    """
    outcome = Outcome()
    after = ""
    while rows := list(_on_older_keys().filter(pk__gt=after).order_by("pk")[:_CHUNK]):
        for secret in rows:
            _rewrap(secret, outcome)
        after = rows[-1].pk
    return outcome


def left_on_older_keys() -> dict[str, int]:
    """Return how many secrets each older master key still wraps."""
    counted = _on_older_keys().order_by().values("key_id").annotate(count=Count("pk"))
    return {row["key_id"]: row["count"] for row in counted}


def _rewrap(secret: SealedSecret, outcome: Outcome) -> None:
    keys, context = provider(), context_of(secret)
    newest = keys.newest()
    try:
        data_key = keys.unwrap(bytes(secret.wrapped_key), key_id=secret.key_id, context=context)
    except VaultError:
        outcome.failed.append(secret.pk)
        return
    wrapped = keys.wrap(data_key, key_id=newest, context=context)
    same = SealedSecret.objects.filter(pk=secret.pk, key_id=secret.key_id, destroyed_at=None)
    outcome.rewrapped += same.update(key_id=newest, wrapped_key=wrapped)


def _on_older_keys() -> QuerySet[SealedSecret]:
    return SealedSecret.objects.filter(destroyed_at=None).exclude(key_id=provider().newest())
