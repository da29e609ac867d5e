"""The page of messages, its count in the top bar, and the same over the API."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.core import clock
from portal.outbox.models import Notice, UndeliverableAddress
from tests.api.caller import Caller
from tests.factories import people
from tests.outbox.telling import ASKED, NEWS, notice_of, tell
from tests.outbox.test_delivery import leave

pytestmark = pytest.mark.django_db


@pytest.fixture
def hanna():
    return people.contact(people.customer())


@pytest.fixture
def browser(hanna):
    browser = Client()
    browser.force_login(hanna)
    return browser


def test_unread_comes_first_with_what_asks_to_act_marked(hanna, browser):
    for key in ("old", "new", "newest"):
        tell(hanna, ASKED if key == "old" else NEWS, key=key)
    Notice.objects.filter(pk=notice_of(key="newest").pk).update(read_at=clock.now())

    answer = browser.get(reverse("messages"))

    assert [row.subject for row in answer.context["page"].rows] == [f"{NEWS} new", f"{ASKED} old", f"{NEWS} newest"]
    assert answer.text.count("Asks you to act") == 1
    assert "Messages, 2 unread" in answer.text


def test_opening_a_message_marks_it_and_leads_to_what_it_is_about(hanna, browser):
    tell(hanna)

    answer = browser.post(reverse("message_read", args=[notice_of().pk]), {"then": "open"})

    assert answer["Location"] == "/onboardings/"
    assert notice_of().read_at


def test_all_are_marked_at_once(hanna, browser):
    for key in ("one", "two"):
        tell(hanna, key=key)

    shown = browser.post(reverse("messages_read"), follow=True).text

    assert "2 messages are marked as read." in shown
    assert "unread" not in shown.partition("</header>")[0]


def test_without_messages_the_page_says_what_will_stand_there(browser):
    assert "No messages yet" in browser.get(reverse("messages")).text


@pytest.mark.parametrize("number", [1, 3, 10])
def test_page_costs_the_same_however_many_messages_there_are(hanna, browser, number):
    customer = hanna.memberships.get().customer
    for key in range(number):
        tell(hanna, key=str(key), customer=customer)

    with CaptureQueriesContext(connection) as seen:
        browser.get(reverse("messages"))

    assert len(seen) == 6, "session, person, count of the top bar, number of rows, rows, address"


def test_address_that_takes_no_mail_is_on_the_page_and_among_people(hanna, browser):
    UndeliverableAddress.objects.create(email=hanna.email, reason="x", message=leave(), since=clock.now())

    assert "Mail to you does not arrive" in browser.get(reverse("messages")).text
    assert "Mail does not arrive" in browser.get(reverse("people")).text
    again = browser.post(reverse("address_retry"), follow=True).text
    assert f"Mail is sent to {hanna.email} again." in again
    assert "does not arrive" not in again


def test_api_lists_reads_and_marks(hanna):
    for key in ("one", "two"):
        tell(hanna, ASKED, key=key, customer=hanna.memberships.get().customer)
    caller, notice = Caller(hanna), notice_of(ASKED)

    assert [row["subject"] for row in caller.get("/messages").data["data"]] == [f"{ASKED} two", f"{ASKED} one"]
    marked = caller.post(f"/messages/{notice.pk}/reads").data
    assert marked["read_at"]
    assert caller.post(f"/messages/{notice.pk}/reads").data == marked, "read once"
    assert (marked["to_act"], marked["web_url"]) == (True, "http://127.0.0.1:8000/onboardings/")
    assert len(caller.get("/messages?state=unread").data["data"]) == 1
    assert caller.post("/me/message-reads").data == {"read": 1}
    assert caller.get("/messages?state=unread").data["data"] == []
