"""The pages about clocks, and what other pages show of them."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from environments.states import RunState, StepState
from onboarding.clocks.models import ClockPart, WorkingCalendar
from onboarding.clocks.services import calendars, corrections, looking
from portal.core import clock
from tests.environments import pages
from tests.environments.pages import page, signed_in
from tests.factories import onboardings, people
from tests.onboarding.clocks.stories import NOON, accepted, provisioned, settled, whole, with_environment

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def travel():
    with time_machine.travel(NOON, tick=False) as travelling:
        yield travelling


# The timeline.


def test_timeline_shows_every_stretch_and_who_has_which_share(travel):
    onboarding = onboardings.onboarding()
    travel.shift(3 * HOUR)
    onboardings.submitted(onboarding)
    travel.shift(HOUR)

    html = page(people.viewer(onboarding.customer), "timeline", onboarding.pk)

    assert f"{onboarding.customer}: 75 %, 3 h 0 min" in html
    assert "WSO2: 25 %, 1 h 0 min" in html
    assert "answer the intake, of which nothing is begun" in html
    assert "review 11 sections" in html
    assert html.count('class="timeline__bar"') == 2
    assert "Correct<" not in html


def test_timeline_says_the_one_sentence(travel):
    onboarding = onboardings.onboarding()

    html = page(people.viewer(onboarding.customer), "timeline", onboarding.pk)

    assert f"Waiting for {onboarding.customer}: answer the intake" in html
    assert "Nothing happens by itself before that." in html


def test_timeline_shows_the_finish_clock_and_why_it_rests(travel):
    onboarding, run, _ = accepted(NOON)
    travel.shift(5 * HOUR)
    waits = {"waits_on": "customer", "reason": "Open the firewall.", "waiting_since": clock.now()}
    run.steps.filter(key="provider_routes").update(state=StepState.WAITING, **waits)
    settled(onboarding)

    html = page(people.viewer(onboarding.customer), "timeline", onboarding.pk)

    assert "It rests: 19 h 0 min left." in html
    assert "Open the firewall" in html
    assert "5/24" in html.replace('<tspan class="ring__total">', "")


def test_timeline_shows_corrections_to_the_customer(travel):
    onboarding = onboardings.onboarding()
    travel.shift(3 * HOUR)
    manager = people.account_manager()
    corrections.correct(
        whole(onboarding), started_at=NOON, ended_at=NOON + HOUR, owner="provider", note="We were closed.", by=manager
    )

    html = page(people.viewer(onboarding.customer), "timeline", onboarding.pk)

    assert "We were closed." in html
    assert str(manager) in html
    assert "given to WSO2" in html


def test_timeline_shows_the_customer_which_breach_was_withdrawn_and_why(travel):
    onboarding, _, found = accepted(NOON)
    travel.shift(25 * HOUR)
    looking.look()
    corrections.correct(
        found, started_at=NOON, ended_at=NOON + 9 * HOUR, owner="aws", note="AWS was down.", by=people.account_manager()
    )

    html = page(people.viewer(onboarding.customer), "timeline", onboarding.pk)

    withdrawn = html.partition("was withdrawn")[2].partition("</p>")[0]
    assert "Given to AWS by" in withdrawn
    assert "AWS was down." in withdrawn


def test_timeline_without_a_clock_is_empty():
    onboarding = onboardings.onboarding()
    whole(onboarding).delete()

    assert "Nothing is recorded yet" in page(people.engineer(), "timeline", onboarding.pk)


@pytest.mark.parametrize("number", [1, 3, 10])
def test_timeline_costs_the_same_however_many_parts(number, travel):
    onboarding = onboardings.onboarding()
    found = whole(onboarding)
    last = found.parts.get()
    for index in range(number):
        at = NOON - (index + 1) * HOUR
        ClockPart.objects.create(
            customer=onboarding.customer,
            clock=found,
            owner="aws",
            cause="step.aws",
            sentence="AWS works.",
            started_at=at,
            ended_at=at + HOUR,
        )
    assert last.started_at == NOON
    client = signed_in(people.engineer())
    client.get(reverse("timeline", args=[onboarding.pk]))

    with CaptureQueriesContext(connection) as seen:
        client.get(reverse("timeline", args=[onboarding.pk]))

    assert len(seen) <= 16


# Corrections.


def test_correcting_begins_with_the_part_that_was_selected(travel):
    onboarding = onboardings.onboarding()
    travel.shift(2 * HOUR)
    onboardings.submitted(onboarding)
    found = whole(onboarding)
    part = found.parts.first()

    html = page(people.account_manager(), "clock_correct", found.pk, part=part.pk)

    assert 'value="2026-11-24T12:00:00"' in html
    assert 'value="2026-11-24T14:00:00"' in html


def test_correcting_by_the_page(travel):
    onboarding = onboardings.onboarding()
    travel.shift(2 * HOUR)
    found = whole(onboarding)
    given = {
        "started_at": "2026-11-24T12:00:00",
        "ended_at": "2026-11-24T13:00",
        "owner": "aws",
        "note": "AWS was down",
    }

    response = signed_in(people.account_manager()).post(reverse("clock_correct", args=[found.pk]), given)

    assert response.status_code == 302
    assert [part.owner for part in found.parts.all()] == ["aws", "customer"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"note": ""}, "Enter why"),
        ({"owner": ""}, "Select whose time it was"),
        ({"started_at": "yesterday"}, "From: enter day and time"),
        ({"ended_at": "2026-11-25T13:00"}, "Enter a time up to"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(travel, changes, said):
    onboarding = onboardings.onboarding()
    travel.shift(2 * HOUR)
    given = {"started_at": "2026-11-24T12:00", "ended_at": "2026-11-24T13:00", "owner": "aws", "note": "AWS was down"}

    response = signed_in(people.account_manager()).post(
        reverse("clock_correct", args=[whole(onboarding).pk]), given | changes
    )

    assert response.status_code == 422
    assert said in response.content.decode()


# Calendars.


def test_calendars_are_listed_with_their_hours():
    calendars.for_finish()
    WorkingCalendar.objects.get_or_create(
        key="working_days", defaults={"name": "Working days", "hours": {"mon": [["09:00", "17:00"]]}}
    )

    html = page(people.auditor(), "working_calendars")

    assert "Mon to Sun 00:00-24:00" in html
    assert "Working days" in html
    assert "Administrators change them." in html


def test_settings_lead_the_providers_people_alone_to_the_calendars():
    address = reverse("working_calendars")

    assert f'href="{address}"' in page(people.auditor(), "settings")
    assert f'href="{address}"' not in page(people.viewer(onboardings.onboarding().customer), "settings")


def test_a_calendar_is_added_by_the_page_and_what_was_typed_stays_when_it_is_refused():
    browser = signed_in(people.administrator())
    given = {"name": "Spain", "time_zone": "Europe/Madrid", "mon": "09:00-17:00"}

    refused = browser.post(reverse("new_working_calendar"), given | {"mon": ""})
    added = browser.post(reverse("new_working_calendar"), given)

    assert refused.status_code == 422
    assert 'value="Europe/Madrid"' in refused.content.decode()
    assert added.status_code == 302
    assert WorkingCalendar.objects.get(key="spain").hours == {"mon": [["09:00", "17:00"]]}
    assert "Add a calendar" in page(people.administrator(), "working_calendars")
    assert "Add a calendar" not in page(people.engineer(), "working_calendars")


def test_a_calendar_is_changed_by_the_page():
    found = calendars.for_finish()
    given = {
        "revision": "0",
        "time_zone": "Europe/Berlin",
        "mon": "09:00-12:00, 13:00 - 17:00",
        "holidays": "2026-12-25\n2026-12-26",
        "for_finish": "on",
    }

    response = signed_in(people.administrator()).post(reverse("working_calendar", args=[found.key]), given)

    assert response.status_code == 302
    found.refresh_from_db()
    assert found.hours == {"mon": [["09:00", "12:00"], ["13:00", "17:00"]]}
    assert found.holidays == ["2026-12-25", "2026-12-26"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"mon": "nine to five"}, "Monday: enter hours such as"),
        ({"mon": ""}, "Enter the hours of one day at least"),
        ({"time_zone": "Berlin"}, "Enter a time zone such as"),
        ({"holidays": "Christmas"}, "Christmas is no day"),
        ({"for_finish": ""}, "Have finish clocks follow another calendar"),
        ({"revision": "7"}, "changed this calendar since you opened it"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused(changes, said):
    found = calendars.for_finish()
    given = {"revision": "0", "time_zone": "UTC", "mon": "09:00-17:00", "holidays": "", "for_finish": "on"}
    given = {name: value for name, value in (given | changes).items() if value or name != "for_finish"}

    response = signed_in(people.administrator()).post(reverse("working_calendar", args=[found.key]), given)

    assert response.status_code == 422
    assert said in response.content.decode()


# On the page of an environment.


def test_before_the_acceptance_the_page_says_what_starts_the_clock():
    environment = pages.production()

    assert "Starts when the customer accepts" in page(
        people.viewer(environment.customer), "environment", environment.pk
    )


def test_the_page_of_an_environment_says_whose_turn_it_is():
    onboarding, _ = with_environment()
    environment = onboarding.environments.get()

    html = page(people.viewer(environment.customer), "environment", environment.pk)

    assert f"Waiting for {environment.customer}: Production: Accept the VPC peering" in html


def test_one_day_clock_runs_from_the_acceptance(travel):
    onboarding, _, _ = accepted(NOON)
    travel.shift(5 * HOUR)

    html = page(people.viewer(onboarding.customer), "environment", onboarding.environments.get().pk)

    assert "5/24" in html.replace('<tspan class="ring__total">', "")
    assert "19 h 0 min left, until" in html


def test_one_day_clock_that_ran_out_is_overdue(travel):
    onboarding, _, _ = accepted(NOON)
    travel.shift(25 * HOUR)
    looking.look()

    html = page(people.engineer(), "environment", onboarding.environments.get().pk)

    assert "Overdue" in html
    assert "Wed 25 Nov 2026, 12:00 UTC" in html


@pytest.mark.parametrize(("hours", "said"), [(20, "Kept"), (30, "Missed")])
def test_one_day_clock_that_ended_says_how(travel, hours, said):
    onboarding, run, _ = accepted(NOON)
    travel.shift(hours * HOUR)
    provisioned(onboarding, run, clock.now())

    assert said in page(people.engineer(), "environment", onboarding.environments.get().pk)


def test_a_run_that_works_is_the_providers_turn(travel):
    onboarding, run, _ = accepted(NOON)
    pages.at(run, "provider_routes", StepState.RUNNING, RunState.RUNNING)

    html = page(people.engineer(), "environment", onboarding.environments.get().pk)

    assert "Waiting for WSO2: provision Production." in html
