"""The figures, and how they are read: page, CSV and API say the same."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from environments.availability.states import Health
from environments.models import Environment, RunStep
from environments.signals import environment_changed
from environments.states import EnvironmentKind, StepState
from onboarding.clocks.models import Clock
from onboarding.clocks.services import corrections
from onboarding.models import HandOver, Onboarding
from onboarding.reasons import REASONS
from onboarding.reports import figures
from onboarding.reports.figures import send_backs
from onboarding.reports.figures.figure import Figure, Scope
from onboarding.reports.models import Failure, StageStay
from onboarding.services import onboardings as services
from onboarding.states import HandOverState, Stage
from portal.accounts.models import User
from portal.core import clock
from tests.api.caller import Caller
from tests.environments.availability import watched
from tests.factories import environments, many, onboardings, people
from tests.onboarding.clocks.stories import NOON, whole

pytestmark = pytest.mark.django_db


def figure(key: str, scope: Scope | None = None) -> Figure:
    return figures.kind(key).read(scope or Scope())


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def live(days: int = 1, customer_days: int = 3) -> Onboarding:
    """An onboarding that went live so many days ago, after four days of intake."""
    onboarding = onboardings.onboarding()
    StageStay.objects.filter(onboarding=onboarding).delete()
    went_live = clock.now() - timedelta(days=days)
    common = {"customer": onboarding.customer, "onboarding": onboarding}
    day = 86_400
    StageStay.objects.create(
        **common,
        stage=Stage.INTAKE,
        started_at=went_live - timedelta(days=4),
        ended_at=went_live,
        seconds=4 * day,
        customer_seconds=customer_days * day,
        provider_seconds=(4 - customer_days) * day,
    )
    StageStay.objects.create(**common, stage=Stage.LIVE, started_at=went_live)
    return onboarding


@pytest.mark.parametrize("key", figures.KEYS)
def test_an_empty_figure_says_so_and_breaks_nothing(key: str) -> None:
    found = figure(key)

    assert found.sentence.endswith(".")
    assert not found.bars
    assert not found.boxes


@pytest.mark.parametrize("key", figures.KEYS)
def test_a_full_figure_has_a_sentence_a_drawing_and_a_table(key: str) -> None:
    many.onboardings(60)

    found = figure(key, Scope("all"))

    assert found.sentence
    assert found.rows
    assert found.bars or found.boxes
    assert all(set(row) == {column.key for column in found.columns} for row in found.rows)


def test_time_by_stage_counts_those_that_went_live_in_the_period() -> None:
    live(days=5)
    live(days=60)

    rows = {row["stage"]: row for row in figure("time-by-stage", Scope("30")).rows}

    assert rows["Intake"]["onboardings"] == 1
    assert rows["Intake"]["median_days"] == 4.0
    assert {row["stage"]: row for row in figure("time-by-stage").rows}["All the way"]["onboardings"] == 2


def test_several_stays_in_a_stage_count_as_one() -> None:
    onboarding = live()
    moment = clock.now() - timedelta(days=2)
    StageStay.objects.create(
        customer=onboarding.customer,
        onboarding=onboarding,
        stage=Stage.INTAKE,
        started_at=moment,
        ended_at=moment,
        seconds=86_400,
    )

    assert figure("time-by-stage").rows[0]["median_days"] == 5.0


def test_figures_can_be_of_one_customer() -> None:
    mine = live()
    live()

    assert figure("time-by-stage", Scope("90", mine.customer)).rows[0]["onboardings"] == 1


def test_waiting_by_party_is_the_mean_per_onboarding() -> None:
    live(customer_days=3)
    live(customer_days=1)

    found = figure("waiting-by-party")

    assert found.rows[0]["customer_days"] == 2.0
    assert found.rows[0]["provider_days"] == 2.0
    assert "the customer had 50 %" in found.sentence


def test_a_corrected_clock_changes_whose_days_the_report_counts() -> None:
    with time_machine.travel(NOON, tick=False) as travel:
        onboarding = onboardings.onboarding()
        travel.shift(timedelta(days=4))
        onboardings.submitted(onboarding)
        StageStay.objects.filter(onboarding=onboarding, ended_at=None).update(stage=Stage.LIVE)
        before = figure("waiting-by-party").rows[0]
        end = NOON + timedelta(days=3)
        corrected = whole(onboarding)
        corrections.correct(
            corrected, started_at=NOON, ended_at=end, owner="aws", note="AWS was down.", by=people.account_manager()
        )
        after = figure("waiting-by-party").rows[0]

    assert (before["customer_days"], before["aws_days"]) == (4.0, 0.0)
    assert (after["customer_days"], after["aws_days"]) == (1.0, 3.0)


def test_a_stopped_step_stays_on_record_when_it_goes_well_later() -> None:
    onboarding = onboardings.approved(onboardings.onboarding())
    environment = onboarding.environments.all()[0]
    run = environments.run_of(environment, "peering")
    step = RunStep.objects.get(run=run)
    step.state, step.error, step.finished_at = StepState.FAILED, {"code": "overlap", "message": "…"}, clock.now()
    step.save()

    for _ in range(2):
        environment_changed.send(sender=None, environment=environment)
    step.state = StepState.READY
    step.save()

    assert Failure.objects.count() == 1
    assert figure("failures").rows[0] | {"step": ""} == {
        "step": "",
        "code": "overlap",
        "failures": 1,
        "environments": 1,
    }


def test_send_backs_count_answers_by_section_and_kind_of_mistake() -> None:
    onboarding = onboardings.submitted(onboardings.onboarding())
    section = onboardings.section(onboarding, "dns")
    onboardings.sent_back(section, "choice", "zone", reason=REASONS[0].words + "x")

    found = figure("send-backs")

    assert found.rows == [{"section": "DNS", "reason": REASONS[0].mistake, "answers": 2}]
    assert "2 changes" in found.sentence


@pytest.mark.parametrize("reason", REASONS, ids=[reason.mistake for reason in REASONS])
def test_every_template_of_a_reason_is_known_again(reason) -> None:
    assert send_backs.mistake(f"{reason.words.strip()} 10.20.0.0/16") == reason.mistake


def test_other_words_are_the_reviewers_own() -> None:
    assert send_backs.mistake("Three servers, not two") == send_backs.OWN_WORDS


def test_clocks_are_met_breached_given_up_or_still_going() -> None:
    onboarding = onboardings.onboarding()
    now = clock.now()
    end = Clock.End
    ends = [
        (now, None, end.FINISHED),
        (now, now, end.FINISHED),
        (now, now, end.TORN_DOWN),
        (now, None, end.TORN_DOWN),
        (now, None, end.CANCELLED),
        (now - timedelta(days=200), None, end.FINISHED),
    ]
    for stopped, breached, ended_by in ends:
        Clock.objects.create(
            customer=onboarding.customer,
            kind=Clock.Kind.FINISH,
            onboarding=onboarding,
            started_at=now - timedelta(days=300),
            stopped_at=stopped,
            breached_at=breached,
            ended_by=ended_by,
        )

    found = {row["outcome"]: row["clocks"] for row in figure("clocks").rows}

    assert found == {"Met": 1, "Breached": 2, "Given up in time": 2, "Going, in time": 0, "Going, late": 0}
    assert figure("clocks").sentence.startswith("1 of 3 one-day clocks that ended")


def gone_live() -> Environment:
    """The production environment of an onboarding that is live."""
    onboarding = onboardings.approved(onboardings.onboarding())
    Onboarding.objects.filter(pk=onboarding.pk).update(stage=Stage.LIVE)
    return onboarding.environments.get(kind=EnvironmentKind.PRODUCTION)


def test_availability_invents_nothing() -> None:
    gone_live()

    found = figure("availability")

    assert [(row["target"], row["measured"], row["outcome"]) for row in found.rows] == [
        ("99.9 %", "Not measured yet", "Not known")
    ]
    assert "none was measured" in found.sentence


def test_missed_targets_come_first_with_what_was_measured_in_the_period() -> None:
    kept, unmeasured, missed, worst = gone_live(), gone_live(), gone_live(), gone_live()
    for environment, hours in ((kept, 0.1), (missed, 1), (worst, 9)):
        watched.add_alarm(environment, "gateway-1")
        watched.measured(environment, (Health.UP, 480), (Health.DOWN, hours), (Health.UP, 200))

    found = figure("availability", Scope("30"))

    assert [row["environment"] for row in found.rows] == [str(one) for one in (worst, missed, unmeasured, kept)]
    assert [row["outcome"] for row in found.rows] == ["Missed", "Missed", "Not known", "Kept"]
    assert found.rows[1] | {"environment": ""} == {
        "environment": "",
        "target": "99.9 %",
        "measured": "99.85 %",
        "down_minutes": 60,
        "unknown_hours": 0.0,
        "outcome": "Missed",
    }
    assert found.sentence == (
        "Of 4 live production environments 2 missed the target in the last 30 days; 1 kept it; of 1 nothing can be said."
    )
    assert [bar.label for bar in found.bars] == [str(one) for one in (worst, missed, kept)]


def test_availability_counts_from_the_hand_over(settings: Any) -> None:
    settings.AWS_STAND_IN_CUSTOMER_ROLE = "Administrator"
    environment = gone_live()
    watched.add_alarm(environment, "gateway-1")
    watched.measured(environment, (Health.DOWN, 10), (Health.UP, 20))
    people_of = {"requested_by": people.engineer(), "recipient": people.contact(environment.customer)}
    common = {"customer": environment.customer, "environment": environment, "frozen": {}, **people_of}
    HandOver.objects.create(
        **common,
        state=HandOverState.ACKNOWLEDGED,
        requested_at=clock.now(),
        acknowledged_at=clock.now() - timedelta(hours=15),
    )

    found = figure("availability")

    assert found.rows[0]["measured"] == "100.00 %"
    assert "Simulated: " in found.note


def test_page_csv_and_api_say_the_same() -> None:
    many.onboardings(40)
    person = people.auditor()
    page = browser(person).get("/reports/", {"period": "all"}).content.decode()

    for kind in figures.FIGURES:
        found = kind.read(Scope("all"))
        file = browser(person).get(f"/reports/{kind.key}.csv", {"period": "all"}).content.decode("utf-8-sig")
        api = Caller(person).get(f"/reports/{kind.key}?period=all").json()
        lines = list(csv.reader(io.StringIO(file)))
        assert lines[0] == [column.label for column in found.columns]
        assert [[str(row[column.key]) for column in found.columns] for row in found.rows] == lines[1:]
        assert api["rows"] == [dict(row) for row in found.rows]
        assert api["sentence"] == found.sentence
        assert found.title in page
        assert found.sentence.split(",")[0].split("“")[0] in page.replace("&amp;", "&")


def test_a_cell_that_a_spreadsheet_would_calculate_is_text() -> None:
    onboarding = onboardings.approved(onboardings.onboarding())
    Failure.objects.create(
        customer=onboarding.customer,
        environment=onboarding.environments.all()[0],
        step="peering",
        code="=HYPERLINK(1)",
        failed_at=clock.now(),
    )

    assert "'=HYPERLINK(1)" in browser(people.engineer()).get("/reports/failures.csv").content.decode()


def test_the_page_takes_a_customers_name_and_says_when_there_is_none() -> None:
    mine, other = live(), live()
    client = browser(people.engineer())

    of_one = client.get("/reports/", {"customer": mine.customer.name.upper()}).content.decode()
    unknown = client.get("/reports/", {"customer": "Nobody"}).content.decode()

    assert "1 onboarding went live" in of_one
    assert "No customer has the name" in unknown
    assert other.reference not in of_one


def test_a_customer_sees_no_reports() -> None:
    contact = people.customer_administrator(people.customer())

    assert browser(contact).get("/reports/").status_code == 403
    assert browser(contact).get("/reports/clocks.csv").status_code == 403
    assert Caller(contact).get("/reports").status_code == 403


def test_an_unknown_report_does_not_exist() -> None:
    assert browser(people.engineer()).get("/reports/nothing.csv").status_code == 404
    assert Caller(people.engineer()).get("/reports/nothing").status_code == 404


def test_menu_leads_staff_to_the_reports() -> None:
    onboarding = onboardings.onboarding()

    assert 'href="/reports/"' in browser(people.auditor()).get("/onboardings/").content.decode()
    assert 'href="/reports/"' not in browser(people.contact(onboarding.customer)).get("/actions/").content.decode()


def test_a_cancelled_one_counts_nowhere() -> None:
    onboarding = onboardings.onboarding()
    services.cancel(onboarding, by=onboarding.account_manager)

    assert figure("time-by-stage", Scope("all")).rows == []
