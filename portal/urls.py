"""Every address of the portal: the pages of each app, the API, health."""

from allauth.account import views as account
from django.urls import include, path, re_path
from django.views.decorators.http import require_http_methods

from portal.core import health

# django-allauth's views would take a PUT for a POST.
_page = require_http_methods(["GET", "HEAD", "POST"])

# Of django-allauth's pages only those that the portal uses: nobody signs up, and addresses are changed by staff.
sign_in = [
    path("login/", _page(account.login), name="account_login"),
    path("logout/", _page(account.logout), name="account_logout"),
    path("password/change/", _page(account.password_change), name="account_change_password"),
    path("password/reset/", _page(account.password_reset), name="account_reset_password"),
    path("password/reset/done/", _page(account.password_reset_done), name="account_reset_password_done"),
    # The key itself holds a hyphen, a person's id never does.
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z_]+)-(?P<key>.+)/$",
        _page(account.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        _page(account.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    path("inactive/", _page(account.account_inactive), name="account_inactive"),
    path("reauthenticate/", _page(account.reauthenticate), name="account_reauthenticate"),
    path("signup/", _page(account.login), name="account_signup"),
]

urlpatterns = [
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("account/", include(sign_in)),
    path("", include("onboarding.urls")),
    path("", include("onboarding.clocks.urls")),
    path("", include("onboarding.actions.urls")),
    path("", include("onboarding.conversation.urls")),
    path("", include("onboarding.requests.urls")),
    path("", include("onboarding.reports.urls")),
    path("", include("onboarding.hand_over_pack.urls")),
    path("", include("environments.urls")),
    path("", include("environments.alerts.urls")),
    path("", include("portal.accounts.urls")),
    path("", include("portal.audit.urls")),
    path("", include("portal.outbox.urls")),
    path("", include("portal.ui.urls")),
    path("api/", include("portal.api")),
]

handler500 = "portal.core.problems.server_error"
