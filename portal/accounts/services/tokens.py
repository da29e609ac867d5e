"""API tokens: `op_<prefix>_<secret>`, shown once, kept as a digest."""

import secrets
from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from portal.accounts.models import ApiToken, User
from portal.accounts.scopes import SCOPE_NAMES
from portal.accounts.services import one_time
from portal.accounts.validators import clean_name, refusal
from portal.audit import services as audit
from portal.core import clock
from portal.core.errors import Conflict, Forbidden

LONGEST_DAYS = 365
_MARK = "op"
_PREFIX_BYTES = 4
_USE_NOTED_EVERY = timedelta(minutes=1)


def issue(*, name: str, scopes: Iterable[str], days: int, by: User) -> tuple[ApiToken, str]:
    """Make a token of the actor's own, and return it with its text, which nothing keeps.

    The token may do what its person may and its scopes name. Raises `Invalid` for a name, scope or number of days (1 to 365)
    that cannot be.
    """
    if not by.is_active:
        raise Forbidden("This account is closed.")
    name = clean_name(name, pointer="name", what="a name for the token", limit=80)
    chosen = _checked_scopes(scopes)
    if not 1 <= days <= LONGEST_DAYS:
        raise refusal("days", f"Days must be from 1 to {LONGEST_DAYS}")
    prefix = secrets.token_hex(_PREFIX_BYTES)
    plaintext = f"{_MARK}_{prefix}_{one_time.make()}"
    with transaction.atomic():
        token = ApiToken.objects.create(
            user=by,
            name=name,
            prefix=prefix,
            digest=one_time.digest(plaintext),
            scopes=chosen,
            expires_at=clock.now() + timedelta(days=days),
        )
        after = {"name": name, "prefix": prefix, "scopes": chosen, "expires_at": token.expires_at}
        audit.record("token.issued", token, by=by, customer=None, after=after)
    return token, plaintext


def revoke(token: ApiToken, *, by: User) -> None:
    """End the token: its next call is refused. Raises `Forbidden` unless it is the actor's own, `Conflict` a second time."""
    if token.user_id != by.pk:
        raise Forbidden("You can revoke only your own tokens.")
    with transaction.atomic():
        if not ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=clock.now()):
            raise Conflict("This token is revoked already.")
        audit.record("token.revoked", token, by=by, customer=None, before={"name": token.name, "prefix": token.prefix})
    token.refresh_from_db(fields=["revoked_at"])


def authenticate(plaintext: str) -> ApiToken | None:
    """Return the token this text is, with its person; None when unknown, revoked, expired or of a closed account.

    Its use is noted at most once a minute.
    """
    now = clock.now()
    token = ApiToken.objects.select_related("user").filter(digest=one_time.digest(plaintext)).first()
    if token is None or token.revoked_at or token.expires_at <= now or not token.user.is_active:
        return None
    if token.last_used_at is None or token.last_used_at <= now - _USE_NOTED_EVERY:
        due = Q(last_used_at=None) | Q(last_used_at__lte=now - _USE_NOTED_EVERY)
        ApiToken.objects.filter(due, pk=token.pk).update(last_used_at=now)
        token.last_used_at = now
    return token


def _checked_scopes(scopes: Iterable[str]) -> list[str]:
    chosen = list(dict.fromkeys(scopes))
    unknown = [scope for scope in chosen if scope not in SCOPE_NAMES]
    if unknown:
        raise refusal("scopes", f"There is no scope {unknown[0]}")
    if not chosen:
        raise refusal("scopes", "Select at least one scope", code="required")
    return chosen
