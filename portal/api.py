"""Every address of the API: each app's own, the contract, and one answer for all the rest."""

from django.contrib.auth.decorators import login_not_required, login_required
from django.urls import URLPattern, URLResolver, include, path, re_path, register_converter
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerSplitView

from portal.core import problems
from portal.core.paths import IdConverter
from portal.core.schema import MadeOnce

register_converter(IdConverter, "id")

contract = SpectacularJSONAPIView.as_view(generator_class=MadeOnce)
docs = SpectacularSwaggerSplitView.as_view(url_name="openapi", template_name="api/docs.html")

v1: list[URLPattern | URLResolver] = [
    path("", include("portal.accounts.api.urls")),
    path("", include("portal.audit.api.urls")),
    path("", include("portal.outbox.api.urls")),
    path("", include("onboarding.api.urls")),
    path("", include("onboarding.clocks.api.urls")),
    path("", include("onboarding.actions.api.urls")),
    path("", include("onboarding.conversation.api.urls")),
    path("", include("onboarding.requests.api.urls")),
    path("", include("onboarding.reports.api.urls")),
    path("", include("onboarding.hand_over_pack.api.urls")),
    path("", include("environments.api.urls")),
    path("", include("environments.alerts.api.urls")),
    path("", include("environments.availability.api.urls")),
    path("", include("backups.api.urls")),
    path("openapi.json", require_safe(contract), name="openapi"),
    path("docs/", require_safe(login_required(docs)), name="api_docs"),
]

urlpatterns = [
    path("v1/", include(v1)),
    re_path(r"", csrf_exempt(login_not_required(problems.unknown_address)), name="unknown_api_address"),
]
