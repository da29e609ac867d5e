"""The link that turns one person's digest off without a log-in: it does this one thing, for this person, for a time."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from portal.accounts.models import User
from portal.core.errors import NotFound

LIFETIME = timedelta(days=60)
_PURPOSE = "outbox.digest-off"


def address(person: User) -> str:
    return f"{settings.PORTAL_URL}{reverse('digest_off', args=[token(person)])}"


def token(person: User) -> str:
    return signing.TimestampSigner(salt=_PURPOSE).sign(person.pk)


def person(token: str) -> User:
    """Return whose digest the link is about. Raises `NotFound` for one that is forged, too old, or of a closed account."""
    try:
        id = signing.TimestampSigner(salt=_PURPOSE).unsign(token, max_age=LIFETIME)
    except signing.BadSignature:
        id = ""
    found = User.objects.filter(pk=id, is_active=True).first()
    if found is None:
        raise NotFound("This link is not good any more. Log in to choose how messages reach you.")
    return found
