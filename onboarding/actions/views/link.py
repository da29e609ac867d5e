"""“We did it, look now”: the link in a reminder, which works without a log-in.

Mail programs and scanners follow links: opening one only shows what would be done, and a button does it.
"""

from contextlib import suppress

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from onboarding.actions.services import links
from portal.core.errors import DomainError, TooMany


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Name the action and the environment, nothing more: whoever holds the link may not be who it was made for."""
    try:
        invitation = links.open(token)
        if request.method == "POST":
            _look(token)
    except DomainError as error:
        return render(request, "onboarding/action_link_refused.html", {"error": error}, status=error.status)
    context = {"action": invitation.action, "is_asked_for": request.method == "POST"}
    return render(request, "onboarding/action_link.html", context)


def _look(token: str) -> None:
    """Whoever chooses it twice has said the same twice."""
    with suppress(TooMany):
        links.look(token)
