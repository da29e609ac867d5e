"""The pack's page, and its two files."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from environments import selectors as environments
from environments.models import Environment
from onboarding.hand_over_pack import services
from onboarding.requests import selectors as requests
from portal.accounts.signed_in import person


@require_safe
@never_cache
def page(request: HttpRequest, id: str) -> HttpResponse:
    """Show what the pack holds, with the digests of its files."""
    environment = environments.environment(person(request), id)
    made = services.made(environment)
    context = {"environment": environment, "made": made, "pack": made.pack, "may_ask": _may_ask(request, environment)}
    return render(request, "onboarding/hand_over_pack.html", context)


def _may_ask(request: HttpRequest, environment: Environment) -> bool:
    """Return whether this person can ask for what goes with the pack."""
    return environment.customer in requests.customers_to_ask_for(person(request))


@require_POST
def download(request: HttpRequest, id: str) -> HttpResponse:
    """Answer with the PDF or the zip. Taking it is an act: the audit record says who did."""
    user = person(request)
    file = services.download(environments.environment(user, id), request.POST.get("kind", ""), by=user)
    return HttpResponse(
        file.content,
        content_type=file.content_type,
        headers={
            "Content-Disposition": f'attachment; filename="{file.name}"',
            "ETag": f'"{file.sha256}"',
            "Cache-Control": "private, no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
