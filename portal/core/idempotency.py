"""`Idempotency-Key`: a POST that is sent again with the same key and body gets the answer it got before.

For 24 hours per person. The act itself is guarded by its service; the key spares a caller who lost the answer from asking
whether it had happened.
"""

import hashlib
import json
import re
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from portal.accounts.models import User
from portal.core import clock
from portal.core.errors import Conflict, DomainError
from portal.core.models import IdempotencyRecord

KEPT = timedelta(hours=24)
GIVEN_UP = timedelta(minutes=1)
"""How long a call may be under way. After that its process died, and the key may be used again."""

_KEY = re.compile(r'"?([\x21\x23-\x7e]{8,128})"?')
_NEVER_KEPT = (409, 429)
_KEPT_HEADERS = ("Location", "ETag")


class NoSuchKey(DomainError):
    code = "bad_idempotency_key"


class KeyReused(DomainError):
    """The key names another call; a new key helps."""

    status = 422
    code = "idempotency_key_reused"


class InFlight(Conflict):
    """The first call with this key has not ended; trying again in a second can help."""

    code = "idempotency_in_flight"


class AnsweredBefore(Exception):
    def __init__(self, record: IdempotencyRecord) -> None:
        super().__init__(record.key)
        self.record = record

    def response(self) -> Response:
        headers = {**self.record.headers, "Idempotency-Replayed": "true"}
        problem = "application/problem+json" if (self.record.status or 0) >= 400 else None
        return Response(self.record.body, status=self.record.status, headers=headers, content_type=problem)


def begin(request: Request, *, by: User) -> IdempotencyRecord | None:
    """Return the record that `finish` completes, None where the caller sent no key.

    Raises `AnsweredBefore`, `KeyReused`, `InFlight`, or `NoSuchKey` for what is not 8 to 128 printable characters.
    """
    header = request.headers.get("Idempotency-Key", "").strip()
    if not header:
        return None
    found = _KEY.fullmatch(header)
    if found is None:
        raise NoSuchKey("Idempotency-Key must be 8 to 128 printable characters.", remedy="Send a random UUID.")
    return _claim(by, key=found[1], fingerprint=_fingerprint(request))


def finish(record: IdempotencyRecord, response: Response) -> None:
    """Keep the answer, or forget the call where trying again may end otherwise."""
    if response.status_code in _NEVER_KEPT or response.status_code >= 500:
        forget(record)
        return
    record.status = response.status_code
    record.headers = {name: response[name] for name in _KEPT_HEADERS if name in response}
    record.body = json.loads(json.dumps(response.data, cls=JSONEncoder))
    record.save(update_fields=["status", "headers", "body"])


def forget(record: IdempotencyRecord) -> None:
    record.delete()


def _claim(by: User, *, key: str, fingerprint: str) -> IdempotencyRecord:
    now = clock.now()
    stored = IdempotencyRecord.objects.filter(user=by, key=key).first()
    if stored and not _is_over(stored):
        raise _refusal(stored, fingerprint)
    IdempotencyRecord.objects.filter(user=by, created_at__lte=now - KEPT).delete()
    if stored:
        IdempotencyRecord.objects.filter(pk=stored.pk).delete()
    try:
        with transaction.atomic():
            return IdempotencyRecord.objects.create(user=by, key=key, fingerprint=fingerprint, created_at=now)
    except IntegrityError:
        raise _in_flight() from None


def _is_over(record: IdempotencyRecord) -> bool:
    return record.created_at <= clock.now() - (KEPT if record.status else GIVEN_UP)


def _refusal(stored: IdempotencyRecord, fingerprint: str) -> Exception:
    if stored.fingerprint != fingerprint:
        return KeyReused("This Idempotency-Key was used for another call.", remedy="Send a new key.")
    return AnsweredBefore(stored) if stored.status else _in_flight()


def _in_flight() -> InFlight:
    return InFlight("The first call with this Idempotency-Key has not ended yet.", remedy="Try again in a second.")


def _fingerprint(request: Request) -> str:
    said: list[Any] = [request.method, request.get_full_path(), request.headers.get("If-Match", "")]
    return hashlib.sha256(json.dumps(said).encode() + request._request.body).hexdigest()
