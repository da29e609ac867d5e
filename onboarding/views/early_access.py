"""The template of our roles as a file, while the intake is still answered."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from environments.services import access
from onboarding import selectors
from onboarding.services import early_access
from portal.accounts.signed_in import person


@require_safe
def template(request: HttpRequest, id: str, account_id: str) -> HttpResponse:
    """It holds no secret: whoever sees the onboarding may read it, and only an administrator in AWS can deploy it."""
    found = early_access.template(selectors.onboarding(person(request), id), account_id)
    headers = {"Content-Disposition": f'attachment; filename="{access.file_name()}"'}
    return HttpResponse(found.text, content_type="application/json", headers=headers)
