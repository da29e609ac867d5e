"""What the top bar of every page says about messages."""

from functools import partial
from typing import Any

from django.http import HttpRequest

from portal.accounts.models import User
from portal.outbox import selectors


def unread(request: HttpRequest) -> dict[str, Any]:
    """Return `count_unread`, which asks the database only where a page shows it."""
    user = getattr(request, "user", None)
    return {"count_unread": partial(selectors.count_unread, user)} if isinstance(user, User) else {}
