"""The shell around every page."""

import pytest
from django.template import engines
from django.test import RequestFactory

from tests.factories import people

pytestmark = pytest.mark.urls("tests.ui.addresses")


def render(source: str, **context: object) -> str:
    return engines["django"].from_string(source).render(context)


def page(user: object, path: str = "/onboardings/", **cookies: str) -> str:
    request = RequestFactory().get(path)
    request.user = user
    request.COOKIES.update(cookies)
    template = engines["django"].from_string('{% extends "base.html" %}{% block title %}Here{% endblock %}')
    return template.render({}, request)


@pytest.mark.django_db
def test_page_names_the_provider_and_the_person() -> None:
    html = page(people.contact(people.customer(), name="Nadia Perera"))

    assert "WSO2" in html
    assert "Nadia Perera" in html
    assert 'href="#main"' in html


@pytest.mark.django_db
def test_theme_of_the_cookie_is_in_the_page() -> None:
    user = people.account_manager()

    assert 'data-theme="dark"' in page(user, theme="dark")
    assert "data-theme=" not in page(user, theme="purple")
