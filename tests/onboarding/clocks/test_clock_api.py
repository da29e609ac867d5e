"""Clocks and calendars in the API."""

from datetime import timedelta

import pytest
import time_machine

from onboarding.clocks.services import calendars, looking
from tests.api.caller import Caller
from tests.factories import onboardings, people
from tests.onboarding.clocks.stories import NOON, accepted, whole

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
WEEK = {"mon": [["09:00", "17:00"]]}


def test_clocks_of_an_onboarding_say_whose_turn_it_is_and_sum_up():
    with time_machine.travel(NOON, tick=False) as travel:
        onboarding, _, found = accepted(NOON)
        travel.shift(2 * HOUR)

        listed = Caller(people.viewer(onboarding.customer)).get(f"/onboardings/{onboarding.pk}/clocks").data["data"]

    whole_clock, finish = listed
    assert (whole_clock["kind"], finish["kind"]) == ("onboarding", "finish")
    assert finish["id"] == found.pk
    assert finish["used_seconds"] == 7200
    assert finish["allowed_seconds"] == 86400
    assert finish["due_at"] == "2026-11-25T12:00:00Z"
    assert sum(finish["shares"].values()) == finish["seconds"] == 7200
    assert finish["turn"]["owner"] == "provider"
    assert whole_clock["allowed_seconds"] is None


def test_a_clock_is_read_with_its_parts():
    onboarding = onboardings.submitted(onboardings.onboarding())

    read = Caller(people.viewer(onboarding.customer)).get(f"/clocks/{whole(onboarding).pk}").data

    assert [part["owner"] for part in read["parts"]] == ["customer", "customer", "provider"]
    assert read["parts"][0]["ended_at"] == read["parts"][1]["started_at"]
    assert read["parts"][-1]["ended_at"] is None


def test_a_withdrawn_breach_is_read_with_the_clock():
    with time_machine.travel(NOON, tick=False) as travel:
        onboarding, _, found = accepted(NOON)
        travel.shift(25 * HOUR)
        looking.look()
        body = {"started_at": "2026-11-24T12:00:00Z", "ended_at": "2026-11-24T21:00:00Z", "owner": "aws"}
        Caller(people.account_manager()).post(f"/clocks/{found.pk}/corrections", {**body, "note": "AWS was down"})

        read = Caller(people.viewer(onboarding.customer)).get(f"/clocks/{found.pk}").data

    (withdrawn,) = read["withdrawn_breaches"]
    assert (withdrawn["breached_at"], withdrawn["at"]) == ("2026-11-25T12:00:00Z", "2026-11-25T13:00:00Z")
    assert withdrawn["reason"].endswith(": AWS was down")


def test_a_clock_is_corrected():
    with time_machine.travel(NOON, tick=False) as travel:
        onboarding = onboardings.onboarding()
        travel.shift(2 * HOUR)
        body = {"started_at": "2026-11-24T12:00:00Z", "ended_at": "2026-11-24T14:00:00+01:00", "owner": "aws"}

        answer = Caller(people.account_manager()).post(
            f"/clocks/{whole(onboarding).pk}/corrections", {**body, "note": "AWS was down"}
        )

    assert answer.status_code == 201
    assert [part["owner"] for part in answer.data["parts"]] == ["aws", "customer"]
    (correction,) = answer.data["corrections"]
    assert correction["note"] == "AWS was down"
    assert correction["before"][0]["owner"] == "customer"


def test_a_correction_that_cannot_be_names_its_field():
    onboarding = onboardings.onboarding()
    caller, path = Caller(people.account_manager()), f"/clocks/{whole(onboarding).pk}/corrections"
    body = {"started_at": "2020-01-01T00:00:00Z", "ended_at": "noon", "owner": "aws", "note": "Why"}

    unread = caller.post(path, body)
    refused = caller.post(path, body | {"ended_at": "2020-01-02T00:00:00Z"})

    assert [error["pointer"] for error in unread.data["errors"]] == ["/ended_at"]
    assert [error["pointer"] for error in refused.data["errors"]] == ["/started_at"]


def test_a_calendar_is_read_and_set_by_revision():
    calendars.for_finish()
    caller = Caller(people.administrator())
    read = caller.get("/working-calendars/around_the_clock")
    body = {"time_zone": "Europe/Berlin", "hours": WEEK, "holidays": ["2026-12-25"], "for_finish": True}

    set_once = caller.call("PUT", "/working-calendars/around_the_clock", body, If_Match=read["ETag"])
    again = caller.call("PUT", "/working-calendars/around_the_clock", body, If_Match=read["ETag"])

    assert read["ETag"] == '"r0"'
    assert set_once["ETag"] == '"r1"'
    assert set_once.data["hours"] == WEEK
    assert again.status_code == 412
    assert again.data["current"]["time_zone"] == "Europe/Berlin"


def test_a_calendar_that_cannot_be_names_its_day():
    calendars.for_finish()
    body = {"time_zone": "UTC", "hours": {"mon": [["17:00", "09:00"]]}, "holidays": [], "for_finish": True}

    refused = Caller(people.administrator()).call("PUT", "/working-calendars/around_the_clock", body, If_Match='"r0"')

    assert [error["pointer"] for error in refused.data["errors"]] == ["/hours/mon"]


def test_calendars_are_listed():
    calendars.for_finish()

    listed = Caller(people.auditor()).get("/working-calendars").data["data"]

    assert "around_the_clock" in [row["key"] for row in listed]


def test_a_calendar_is_added():
    body = {"name": "Spain", "time_zone": "Europe/Madrid", "hours": WEEK, "holidays": [], "for_finish": False}
    caller = Caller(people.administrator())

    made = caller.post("/working-calendars", body)
    again = caller.post("/working-calendars", body)

    assert (made.status_code, made.data["key"], made["ETag"]) == (201, "spain", '"r0"')
    assert made["Location"].endswith("/working-calendars/spain")
    assert [error["pointer"] for error in again.data["errors"]] == ["/name"]
