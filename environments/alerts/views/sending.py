"""Sending a test alert, from the environment's checklist."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from environments import selectors
from environments.alerts.services import sending
from portal.accounts.signed_in import person
from portal.core.errors import Conflict, TooMany


@require_POST
def send(request: HttpRequest, id: str) -> HttpResponse:
    """Have one sent; what stands in the way is said on the checklist."""
    user = person(request)
    environment = selectors.environment(user, id)
    try:
        sending.send(environment, by=user)
    except (Conflict, TooMany) as error:
        messages.error(request, f"{error.message} {getattr(error, 'remedy', '')}".strip())
    return redirect(f"{reverse('environment_checklist', args=[environment.pk])}#test-alert")
