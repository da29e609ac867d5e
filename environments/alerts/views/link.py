"""“It arrived”: the link in a test alert, which works without a log-in.

Mail programs and scanners follow links: opening one only shows what it is, and a button confirms.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from environments.alerts.forms import ArrivalForm
from environments.alerts.models import TestAlert
from environments.alerts.services import links
from portal.core.errors import DomainError, Invalid


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Name the environment and its customer, as the message did, and nothing more."""
    try:
        alert = links.opened(token)
        return _confirm(request, token, alert) if request.method == "POST" else _page(request, alert, ArrivalForm())
    except DomainError as error:
        return render(request, "environments/alerts/refused.html", {"error": error}, status=error.status)


def _confirm(request: HttpRequest, token: str, alert: TestAlert) -> HttpResponse:
    form = ArrivalForm(request.POST)
    try:
        confirmed = links.confirm(token, name=request.POST.get("name", ""), address=request.POST.get("address", ""))
    except Invalid as error:
        form.refuse(error)
        return _page(request, alert, form, status=422)
    return render(request, "environments/alerts/link.html", {"alert": confirmed, "is_confirmed": True})


def _page(request: HttpRequest, alert: TestAlert, form: ArrivalForm, status: int = 200) -> HttpResponse:
    return render(request, "environments/alerts/link.html", {"alert": alert, "form": form}, status=status)
