"""Test alerts on the checklist's page, behind their link, and in the API."""

import pytest
from django.test import Client
from django.urls import reverse

from environments.alerts import models as alerts
from environments.alerts.services import links, sending
from environments.alerts.states import AlertState
from environments.services import checklist
from portal.audit.models import AuditEvent
from tests.api.caller import Caller
from tests.environments.alerts.acts import sent, token_in
from tests.environments.pages import page, signed_in, status
from tests.factories import environments, people

pytestmark = pytest.mark.django_db(transaction=True)

BUTTON = "Send a test alert</button>"


@pytest.fixture
def link(production, cloud):
    sent(production)
    return reverse("test_alert_link", args=[token_in(cloud)])


def newest() -> alerts.TestAlert:
    return alerts.TestAlert.objects.order_by("-id")[0]


def test_engineer_sends_one_from_the_checklist(production):
    engineer = people.engineer()
    assert BUTTON in page(engineer, "environment_checklist", production.pk)
    answer = signed_in(engineer).post(reverse("test_alert_send", args=[production.pk]))
    assert answer["Location"] == f"{reverse('environment_checklist', args=[production.pk])}#test-alert"
    html = page(engineer, "environment_checklist", production.pk)
    assert "Being sent" in html
    assert 'hx-select="#test-alert"' in html


def test_others_see_it_and_cannot_send_one(production):
    viewer = people.viewer(production.customer)
    assert 'id="test-alert"' not in page(viewer, "environment_checklist", production.pk)
    sent(production)
    html = page(viewer, "environment_checklist", production.pk)
    assert "Sent, waits for somebody to confirm" in html
    assert BUTTON not in html
    assert status(viewer, "test_alert_send", production.pk, method="post") == 403
    assert status(people.viewer(people.customer()), "test_alert_send", production.pk, method="post") == 404


def test_page_says_why_none_can_be_sent_yet():
    made = environments.environment()
    checklist.ensure(made)
    html = page(people.engineer(), "environment_checklist", made.pk)
    assert "has no alert topic yet. Send the test once its run has made it." in html
    assert BUTTON not in html


def test_limit_is_said_on_the_page(production):
    engineer = people.engineer()
    for _ in range(5):
        sending.send(production, by=engineer)
    answer = signed_in(engineer).post(reverse("test_alert_send", args=[production.pk]), follow=True)
    assert "5 test alerts were sent within an hour" in answer.content.decode()
    assert alerts.TestAlert.objects.count() == 5


def test_link_names_what_it_is_about_and_nothing_else(production, link):
    answer = Client().get(link)
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "Did this test alert reach you?" in html
    assert production.name in html
    for hidden in (production.pk, newest().topic, "night@acme.example", newest().requested_by.email):
        assert hidden not in html
    assert "no-store" in answer["Cache-Control"]


def test_following_the_link_changes_nothing(link):
    before = AuditEvent.objects.count()
    Client().get(link)
    Client().head(link)
    assert newest().state == AlertState.SENT
    assert AuditEvent.objects.count() == before


def test_button_confirms_without_a_log_in(production, link):
    answer = Client().post(link, {"name": "Ada", "address": ""})
    assert "It is on record that the test alert arrived" in answer.content.decode()
    assert newest().state == AlertState.CONFIRMED
    html = page(people.engineer(), "environment_checklist", production.pk)
    assert "Somebody opened its link and said that it arrived" in html
    assert "Name given: Ada" in html


def test_link_asks_for_a_csrf_token(link):
    assert Client(enforce_csrf_checks=True).post(link).status_code == 403


def test_what_is_typed_wrong_is_said_beside_the_field(link):
    answer = Client().post(link, {"name": "Ada", "address": "nobody"})
    assert answer.status_code == 422
    assert "Enter an e-mail address, or nothing" in answer.content.decode()
    assert newest().state == AlertState.SENT


def test_used_link_says_so(link, cloud):
    links.confirm(token_in(cloud))
    answer = Client().get(link)
    assert answer.status_code == 409
    assert "Somebody has confirmed this test alert already." in answer.content.decode()


def test_link_that_was_not_made_here_says_so(db):
    answer = Client().get(reverse("test_alert_link", args=["made-up"]))
    assert answer.status_code == 404
    assert "not one of ours" in answer.content.decode()


def test_api_sends_and_lists_the_same(production, cloud):
    caller, path = Caller(people.engineer()), f"/environments/{production.pk}/test-alerts"
    made = caller.post(path)
    assert (made.status_code, made.data["state"], made.data["failure"]) == (202, "queued", None)
    assert made["Location"].endswith(path)
    (row,) = caller.get(path).data["data"]
    assert row == made.data
    assert Caller(people.contact(production.customer)).post(path).status_code == 403


def test_api_says_why_there_is_nothing_to_test():
    made = environments.environment()
    refused = Caller(people.engineer()).post(f"/environments/{made.pk}/test-alerts")
    assert (refused.status_code, refused.data["code"]) == (409, "conflict")
