"""The theme, and the page that shows every component."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from portal.core.errors import NotFound
from portal.ui import styleguide as examples
from portal.ui import themes


@login_not_required
@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or system in this browser, and go back to where the person was."""
    back = request.META.get("HTTP_REFERER", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = "/"
    response = redirect(back)
    chosen = request.POST.get("theme", "")
    if chosen in themes.THEMES:
        themes.remember(response, chosen)
    return response


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """Every component in its states. Only the provider's people see it; for others it does not exist."""
    if not getattr(request.user, "is_provider", False):
        raise NotFound()
    return render(request, "styleguide/index.html", examples.context())
