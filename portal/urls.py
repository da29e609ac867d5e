"""Every address of the portal: the pages of each app, the API, health."""

from allauth.account import views as account
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path, re_path

from portal.core import health

# Of django-allauth's pages only those that the portal uses: nobody signs up, and addresses are changed by staff.
sign_in = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("password/change/", account.password_change, name="account_change_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    # The key itself holds a hyphen, a person's id never does.
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z_]+)-(?P<key>.+)/$",
        account.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("signup/", account.login, name="account_signup"),
]

urlpatterns = [
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("account/", include(sign_in)),
    path("", include("onboarding.urls")),
    path("", include("environments.urls")),
    path("", include("portal.accounts.urls")),
    path("", include("portal.audit.urls")),
    path("", include("portal.outbox.urls")),
    path("", include("portal.ui.urls")),
    path("api/", include("portal.api")),
]

handler500 = "portal.core.problems.server_error"
