"""The portal's addresses as the shell knows them, so that its tests stand on no other app's pages."""

from allauth.account import views as account
from django.http import HttpRequest, HttpResponse
from django.urls import include, path


def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


_PAGES = {
    "home": "",
    "onboarding_list": "onboardings/",
    "actions": "actions/",
    "environment_list": "environments/",
    "people": "people/",
    "customer_list": "customers/",
    "audit_log": "audit/",
    "settings": "settings/",
    "mailbox": "mailbox/",
    "account_change_password": "account/password/change/",
}

urlpatterns = [
    *[path(address, nothing, name=name) for name, address in _PAGES.items()],
    path("account/login/", account.login, name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/password/reset/", account.password_reset, name="account_reset_password"),
    path("account/signup/", account.login, name="account_signup"),
    path("", include("portal.ui.urls")),
]
