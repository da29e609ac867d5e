"""What a person chooses about their messages: on the page and over the API, with the same words."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from portal.audit.models import AuditEvent
from portal.core import clock
from portal.core.errors import Invalid
from portal.outbox import one_click, preferences, selectors
from portal.outbox.models import MessagePreferences
from portal.outbox.states import Channel
from tests.api.caller import Caller
from tests.factories import people
from tests.outbox.telling import ASKED, NEWS

pytestmark = pytest.mark.django_db
PATH = "/me/notification-preferences"


@pytest.fixture
def hanna():
    customer = people.customer()
    customer.time_zone = "Europe/Berlin"
    customer.save()
    return people.contact(customer)


@pytest.fixture
def browser(hanna):
    browser = Client()
    browser.force_login(hanna)
    return browser


def form(**changes):
    values = {
        "time_zone": "",
        "working_days": ["monday", "tuesday"],
        "works_from": 9,
        "works_until": 17,
        "digest_hour": 7,
        "digest": "on",
    }
    return {**values, **changes}


def test_zone_is_the_customers_until_the_person_chooses_one(hanna):
    assert selectors.zone(selectors.preferences(hanna)).key == "Europe/Berlin"
    assert selectors.zone(selectors.preferences(people.engineer())).key == "UTC"

    preferences.change(hanna, {"time_zone": "Asia/Colombo"})

    assert selectors.zone(selectors.preferences(hanna)).key == "Asia/Colombo"


def test_choice_is_kept_and_on_the_audit_record(hanna):
    preferences.change(hanna, {"channels": {NEWS: Channel.DIGEST}, "digest_hour": 7})
    preferences.change(hanna, {"channels": {ASKED: Channel.PORTAL}})

    chosen = MessagePreferences.objects.get()
    assert chosen.channels == {NEWS: "digest", ASKED: "portal"}
    first, second = AuditEvent.objects.filter(action="message_preferences.changed").order_by("sequence")
    assert first.customer == hanna.memberships.get().customer
    assert (first.before, first.after) == (
        {"channels": {}, "digest_hour": 8},
        {"channels": {NEWS: "digest"}, "digest_hour": 7},
    )
    assert set(second.after) == {"channels"}


def test_choosing_the_same_again_changes_nothing(hanna):
    for _ in range(2):
        preferences.change(hanna, {"digest_hour": 7})

    assert AuditEvent.objects.filter(action="message_preferences.changed").count() == 1


BAD = [
    ({"time_zone": "Mars/Olympus"}, "time_zone", "Enter a time zone such as Europe/Berlin, or UTC"),
    ({"works_from": 24}, "works_from", "Your working hours must begin from 0 to 23"),
    ({"works_until": 25}, "works_until", "Your working hours must end from 1 to 24"),
    ({"works_from": 18, "works_until": 18}, "works_until", "Your working hours must end after they begin"),
    ({"digest_hour": -1}, "digest_hour", "The digest's hour must be from 0 to 23"),
]


@pytest.mark.parametrize(("changes", "pointer", "words"), BAD)
def test_page_and_api_refuse_with_the_same_words(hanna, browser, changes, pointer, words):
    page = browser.post(reverse("message_preferences"), form(**changes))
    api = Caller(hanna).patch(PATH, changes)

    assert (page.status_code, api.status_code) == (422, 400)
    assert page.context["form"].errors[pointer][-1] == words
    assert [(error["pointer"], error["message"]) for error in api.data["errors"] if error["message"] == words] == [
        (f"/{pointer}", words)
    ]
    assert not MessagePreferences.objects.exists()


@pytest.mark.parametrize(
    ("channels", "code"),
    [
        ({"trial.unheard": "digest"}, "unknown_event"),
        ({"run.stopped": "digest"}, "unknown_event"),
        ({NEWS: "loud"}, "invalid_value"),
    ],
)
def test_event_that_the_person_never_hears_of_cannot_be_chosen(hanna, channels, code):
    with pytest.raises(Invalid) as refused:
        preferences.change(hanna, {"channels": channels})

    assert [problem.code for problem in refused.value.problems] == [code]


@pytest.mark.parametrize("days", [[], ["someday"]])
def test_nobody_works_on_no_day(hanna, days):
    answer = Caller(hanna).patch(PATH, {"working_days": days})

    assert answer.data["errors"][0]["message"] == "Select at least one working day"


def test_page_keeps_what_it_shows(hanna, browser):
    data = form(**{f"channel-{NEWS}": "digest", "digest": ""})

    answer = browser.post(reverse("message_preferences"), data)

    assert answer.status_code == 302
    chosen = MessagePreferences.objects.get()
    assert chosen.channels == {NEWS: "digest"}
    assert (chosen.working_days, chosen.works_from, chosen.digest_off) == (["monday", "tuesday"], 9, True)
    shown = browser.get(reverse("message_preferences")).text
    assert '<option value="digest" selected>In the daily digest</option>' in shown


def test_api_says_how_each_event_reaches_the_caller(hanna):
    caller = Caller(hanna)
    answer = caller.patch(PATH, {"channels": {ASKED: "portal"}, "working_days": ["sunday", "monday", "monday"]})

    by_event = {row["event"]: row for row in answer.data["channels"]}
    assert by_event[ASKED] == {
        "event": ASKED,
        "title": "Something is asked",
        "kind": "to_act",
        "channel": "portal",
        "default": "at_once",
    }
    assert "run.stopped" not in by_event
    assert (answer.data["effective_time_zone"], answer.data["working_days"]) == ("Europe/Berlin", ["monday", "sunday"])
    assert caller.get(PATH).data == answer.data


def test_one_click_turns_the_digest_off_without_log_in_or_page(hanna):
    link = one_click.address(hanna)
    path = link.removeprefix("http://127.0.0.1:8000")
    stranger = Client(enforce_csrf_checks=True)

    assert "Turn the digest off" in stranger.get(path).text
    assert not MessagePreferences.objects.exists(), "a scanner that follows the link changes nothing"
    for _ in range(2):
        assert stranger.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200

    assert MessagePreferences.objects.get().digest_off


def test_link_is_good_for_its_person_its_purpose_and_its_time(hanna):
    path = one_click.address(hanna).removeprefix("http://127.0.0.1:8000")
    other = people.contact(people.customer())

    assert Client().get(path.replace(hanna.pk, other.pk)).status_code == 404
    with time_machine.travel(clock.now() + one_click.LIFETIME * 1.01):
        assert Client().get(path).status_code == 404
    hanna.is_active = False
    hanna.save()
    assert Client().get(path).status_code == 404
