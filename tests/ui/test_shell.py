"""The shell around every page."""

import pytest
from django.template import engines
from django.template.loader import get_template
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


@pytest.mark.django_db
def test_menu_is_the_one_of_the_person_and_marks_the_place() -> None:
    customer = page(people.contact(people.customer()), "/onboardings/onb_1/sections/dns/")
    staff = page(people.engineer(), "/customers/")

    assert '<a class="topbar__link" href="/onboardings/" aria-current="page">Home</a>' in customer
    assert "Portfolio" not in customer
    assert '<a class="topbar__link" href="/customers/" aria-current="page">Customers</a>' in staff
    assert staff.count('aria-current="page"') == 2, "in the bar and in the compact menu"


@pytest.mark.django_db
def test_stand_in_is_named_only_where_there_is_one(settings) -> None:
    user = people.engineer()

    assert "nothing here reaches real AWS" not in page(user)
    settings.AWS_STAND_IN_CUSTOMER_ROLE = "StandIn"
    assert "nothing here reaches real AWS" in page(user)


@pytest.mark.django_db
def test_mailbox_is_linked_only_where_it_is(settings) -> None:
    user = people.engineer()

    assert "Developer mailbox" in page(user)
    settings.MAIL_DELIVERY = "smtp"
    assert "Developer mailbox" not in page(user)


def test_sign_in_page_is_there_for_everybody(client) -> None:
    html = client.get("/account/login/").content.decode()

    assert ">Log in</h1>" in html
    assert "From the first question to your live environment." in html
    assert "placeholder" not in html


@pytest.mark.django_db
def test_refused_sign_in_says_so_first_and_keeps_the_address(client) -> None:
    html = client.post("/account/login/", {"login": "nadia@acme.example", "password": "wrong"}).content.decode()

    assert "There is a problem" in html
    assert 'value="nadia@acme.example"' in html


def test_unknown_address_is_a_page_with_a_way_out(client) -> None:
    answer = client.get("/nothing/here/")

    assert answer.status_code == 404
    assert "There is nothing at this address" in answer.content.decode()


def test_failure_page_stands_alone() -> None:
    html = get_template("500.html").render()

    assert "the fault is ours" in html
    assert "<header" not in html, "it needs neither a person nor a database"


@pytest.mark.django_db
def test_style_guide_is_for_the_providers_people(client) -> None:
    client.force_login(people.contact(people.customer()))
    assert client.get("/styleguide/").status_code == 404

    client.force_login(people.engineer())
    assert client.get("/styleguide/").status_code == 200


@pytest.mark.parametrize(
    ("referer", "back"), [("http://testserver/people/", "/people/"), ("https://elsewhere.example/", "/"), ("", "/")]
)
def test_theme_is_remembered_and_leads_back_here_only(client, referer: str, back: str) -> None:
    answer = client.post("/theme/", {"theme": "dark"}, headers={"referer": referer})

    assert answer.cookies["theme"].value == "dark"
    assert answer["Location"].removeprefix("http://testserver") == back


def test_unknown_theme_is_not_remembered(client) -> None:
    assert "theme" not in client.post("/theme/", {"theme": "purple"}).cookies
