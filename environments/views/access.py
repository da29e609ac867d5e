"""The template by which the customer lets the portal in, as a file."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from environments import selectors
from environments.services import access
from portal.accounts.signed_in import person


@require_safe
def template(request: HttpRequest, id: str) -> HttpResponse:
    """It holds no secret: whoever sees the environment may read it, and only an administrator in AWS can deploy it."""
    environment = selectors.environment(person(request), id)
    headers = {"Content-Disposition": f'attachment; filename="{access.file_name()}"'}
    return HttpResponse(access.text(environment.aws_account), content_type="application/json", headers=headers)
