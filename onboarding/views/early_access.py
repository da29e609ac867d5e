"""The template of our roles while the intake is still answered: as a file, and deployed where a stand-in takes AWS's place."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from environments.services import access
from onboarding import selectors
from onboarding.services import early_access
from portal.accounts.signed_in import person
from portal.core.errors import Conflict


@require_safe
def template(request: HttpRequest, id: str, account_id: str) -> HttpResponse:
    """It holds no secret: whoever sees the onboarding may read it, and only an administrator in AWS can deploy it."""
    found = early_access.template(selectors.onboarding(person(request), id), account_id)
    headers = {"Content-Disposition": f'attachment; filename="{access.file_name()}"'}
    return HttpResponse(found.text, content_type="application/json", headers=headers)


@require_POST
def stand_in_role(request: HttpRequest, id: str, account_id: str) -> HttpResponse:
    user = person(request)
    try:
        early_access.create_role(selectors.onboarding(user, id), account_id, by=user)
    except Conflict as refusal:
        messages.error(request, f"{refusal.message} {refusal.remedy}")
    else:
        messages.success(request, "The stand-in created the role, as the customer would. The checks are made now.")
    return redirect(f"{reverse('section', args=(id, 'remote_access'))}#checks")
