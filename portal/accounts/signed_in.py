"""Who is asking: a page stands behind the log-in, so the request's user is a person."""

from django.http import HttpRequest

from portal.accounts.models import User


def person(request: HttpRequest) -> User:
    """Return the signed-in person; `LoginRequiredMiddleware` lets nobody else through."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("this page stands behind the log-in")
    return user
