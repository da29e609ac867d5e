"""The portal's addresses as the shell knows them, so that its tests stand on no other app's pages."""

import itertools
import json

from allauth.account import views as account
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import include, path

_TRIALS = """{% extends "base.html" %}{% block title %}Trials{% endblock %}{% block content %}
<form id="asked" data-guard>
  <input type="radio" name="choice" value="route53" aria-label="Route 53" checked>
  <input type="radio" name="choice" value="own" aria-label="Own">
  <div data-shown-when="choice=own"><input name="server" aria-label="Server"></div>
</form>
<form data-reveal action="/trials/reveal/" novalidate>{% csrf_token %}
  <input type="password" name="password" aria-label="Your password"><button type="submit">Reveal credentials</button>
</form>
<div data-reveal-output hidden></div>
<p data-after-reveal hidden>Say that you stored them</p>
<p class="live"><button type="button" data-live-pause>Pause updates</button><span data-live-note></span></p>
<form><div class="field"><label for="said">Comment</label><textarea id="said" name="text"></textarea></div>
  <label><input type="checkbox" name="mentions" value="a"> Ada Lovelace</label>
  <label><input type="checkbox" name="mentions" value="b"> Björn Dahl</label>
  <label><input type="checkbox" name="mentions" value="c"> Alan Dahl</label></form>
<div id="steps" data-live hx-get="/trials/steps/" hx-trigger="every 200ms">Not yet</div>
{% endblock %}"""


_asked = itertools.count(1)


def nothing(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def trials(request: HttpRequest) -> HttpResponse:
    return HttpResponse(engines["django"].from_string(_TRIALS).render({}, request))


def steps(request: HttpRequest) -> HttpResponse:
    """A region that tells how often it was asked; broken where the browser says so."""
    if request.COOKIES.get("broken"):
        return HttpResponse(status=500)
    return HttpResponse(f'<p data-announce="Created peering">Asked {next(_asked)} times</p>')


def reveal(request: HttpRequest) -> HttpResponse:
    asked = json.loads(request.body)
    if asked["password"] != "right" or len(asked["claim_key"]) != 64:
        return JsonResponse({"detail": "That is not your password."}, status=403)
    credential = {
        "product": "API Manager",
        "url": "https://apim.acme.internal",
        "user_name": "admin",
        "password": "s3cret",
    }
    return JsonResponse({"credentials": [credential]})


_PAGES = {
    "home": "",
    "onboarding_list": "onboardings/",
    "actions": "actions/",
    "environment_list": "environments/",
    "service_requests": "requests/",
    "people": "people/",
    "customer_list": "customers/",
    "reports": "reports/",
    "audit_log": "audit/",
    "settings": "settings/",
    "messages": "messages/",
    "mailbox": "mailbox/",
    "account_change_password": "account/password/change/",
}

urlpatterns = [
    *[path(address, nothing, name=name) for name, address in _PAGES.items()],
    path("account/login/", account.login, name="account_login"),
    path("account/logout/", account.logout, name="account_logout"),
    path("account/password/reset/", account.password_reset, name="account_reset_password"),
    path("account/signup/", account.login, name="account_signup"),
    path("trials/", trials),
    path("trials/reveal/", reveal),
    path("trials/steps/", steps),
    path("", include("portal.ui.urls")),
]
