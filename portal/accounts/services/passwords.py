"""Asking a signed-in person for their password again, with a limit on the tries."""

from django.core.cache import cache

from portal.accounts.models import User
from portal.accounts.validators import refusal
from portal.core.errors import TooMany

_TRIES = 5
_WINDOW_SECONDS = 600


def confirm(user: User, *, password: str) -> None:
    """Return when the password is the person's. Five wrong ones in ten minutes close the door until the window ends.

    Raises `Invalid` (pointer `password`) or `TooMany`. A try is counted before the password is looked at and given back when
    it was right, so that tries side by side cannot exceed the limit.
    """
    key = f"password-tries:{user.pk}"
    cache.add(key, 0, _WINDOW_SECONDS)
    if _count(key, 1) > _TRIES:
        _count(key, -1)
        raise TooMany(
            "You entered a wrong password too often. Try again in 10 minutes.", retry_after_seconds=_WINDOW_SECONDS
        )
    if not user.is_active or not user.check_password(password):
        raise refusal("password", "Enter your password. The one you entered is not right", code="wrong_password")
    _count(key, -1)


def _count(key: str, by: int) -> int:
    try:
        return cache.incr(key, by)
    except ValueError:
        # The window ended between two steps: a new one begins.
        cache.set(key, max(by, 0), _WINDOW_SECONDS)
        return max(by, 0)
