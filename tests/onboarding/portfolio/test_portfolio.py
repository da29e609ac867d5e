"""What the portfolio finds, and in which order."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils.html import escape

from environments.models import RunStep
from environments.services.journal import at_once
from environments.signals import environment_changed
from environments.states import Owner, StepState
from onboarding import portfolio
from onboarding.clocks.models import Clock, ClockPart
from onboarding.clocks.services import calendars
from onboarding.models import Onboarding
from onboarding.models.onboarding import NO_ORDER
from onboarding.portfolio import Filters, standing
from onboarding.reports.tasks import refresh_portfolio
from onboarding.services import onboardings as services
from portal.core import clock
from tests.api.caller import Caller
from tests.factories import environments, onboardings, people

pytestmark = pytest.mark.django_db


def found(**filters: str) -> list[str]:
    page = portfolio.page(people.engineer(), Filters.of(filters))
    return [line.onboarding.reference for line in page.lines]


@pytest.mark.parametrize("of", ["reference", "title", "customer", "environment", "account", "vpc", "several"])
def test_search_finds_an_approved_onboarding_by(of: str) -> None:
    wanted = onboardings.approved(onboardings.onboarding(people.customer("Zephyr Air")))
    onboardings.onboarding(people.customer("Other"))
    environment = wanted.environments.select_related("aws_account")[0]
    words = {
        "reference": wanted.reference.lower(),
        "title": "Integration",
        "customer": "zephyr",
        "environment": environment.name,
        "account": environment.aws_account.account_id,
        "vpc": environment.vpc_id[4:],
        "several": f"{wanted.reference} air",
    }

    assert wanted.reference in found(q=words[of])
    assert len(found(q=words[of])) == (2 if of == "title" else 1)


def test_search_finds_ids_that_are_answered_only() -> None:
    wanted = onboardings.answered(onboardings.onboarding())
    onboardings.onboarding()
    answers = onboardings.section(wanted, "remote_access").answers

    assert found(q=answers["environments"][0]["vpc_id"]) == [wanted.reference]


def test_search_takes_percent_and_underscore_for_themselves() -> None:
    onboardings.onboarding()

    assert found(q="%") == found(q="_") == []


@pytest.mark.parametrize("rows", [None, "text", [None], [{"vpc_id": 5}]])
def test_answers_of_any_shape_are_searched(rows: object) -> None:
    onboarding = onboardings.onboarding()
    section = onboardings.section(onboarding, "remote_access")
    section.answers = {"environments": rows}
    section.save()

    standing.refresh(onboarding)

    assert onboarding.reference.lower() in onboarding.search_text


def test_what_runs_out_first_stands_first() -> None:
    calm = onboardings.onboarding()
    late = onboardings.submitted(onboardings.onboarding())
    targeted = onboardings.onboarding()
    targeted.target_on = clock.now().date() + timedelta(days=60)
    targeted.save()
    services.refresh_stage(targeted)

    assert found() == [late.reference, targeted.reference, calm.reference]
    late.refresh_from_db()
    assert late.due_for == "Review promised"


def test_open_next_is_the_nearest_of_the_whole_view_on_every_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("onboarding.portfolio.pages.PAGE_ROWS", 1)
    onboardings.onboarding()
    urgent = onboardings.submitted(onboardings.onboarding())

    second = portfolio.page(people.engineer(), Filters.of({"page": "2"}))

    assert second.nearest == urgent


def test_waiting_step_is_the_next_deadline_until_it_ends() -> None:
    onboarding = onboardings.approved(onboardings.onboarding())
    environment = onboarding.environments.order_by("kind")[0]
    run = environments.run_of(environment, "peering_acceptance")
    ends = (clock.now() + timedelta(days=7)).replace(microsecond=0)
    step = RunStep.objects.get(run=run)
    step.state, step.waits_on, step.give_up_at, step.next_at = StepState.WAITING, Owner.CUSTOMER, ends, at_once()
    step.waiting_since = clock.now()
    step.save()

    services.refresh_stage(onboarding)
    onboarding.refresh_from_db()
    assert (onboarding.due_at, onboarding.due_for, onboarding.order_at) == (ends, "Waiting ends", ends)

    step.state = StepState.READY
    step.save()
    services.refresh_stage(onboarding)
    onboarding.refresh_from_db()
    assert onboarding.due_for != "Waiting ends"


def test_nothing_runs_for_what_is_over() -> None:
    onboarding = onboardings.submitted(onboardings.onboarding())

    services.cancel(onboarding, by=onboarding.account_manager)

    onboarding.refresh_from_db()
    assert (onboarding.due_at, onboarding.due_for, onboarding.order_at) == (None, "", NO_ORDER)


def test_due_filters_by_the_next_deadline() -> None:
    with time_machine.travel("2026-11-24T10:00:00Z", tick=False) as now:
        urgent = onboardings.submitted(onboardings.onboarding())
        onboardings.onboarding()
        assert found(due="day") == []
        assert found(due="week") == [urgent.reference]

        now.shift(timedelta(days=4))
        assert found(due="overdue") == [urgent.reference]


def test_a_clock_that_was_moved_moves_the_row_at_the_next_look() -> None:
    onboarding = onboardings.approved(onboardings.onboarding())
    environment = onboarding.environments.all()[0]
    due_at = clock.now() + timedelta(hours=3)
    of = Clock.objects.create(
        customer=onboarding.customer,
        kind=Clock.Kind.FINISH,
        onboarding=onboarding,
        environment=environment,
        started_at=clock.now(),
        due_at=due_at,
    )

    refresh_portfolio()
    onboarding.refresh_from_db()
    assert onboarding.due_at == due_at
    assert not standing.out_of_date().exists()

    of.due_at = due_at + timedelta(hours=1)
    of.save()
    refresh_portfolio()
    onboarding.refresh_from_db()
    assert onboarding.due_at == of.due_at


def test_news_of_an_environment_reach_the_portfolio(django_capture_on_commit_callbacks) -> None:
    onboarding = onboardings.approved(onboardings.onboarding())
    Onboarding.objects.update(search_text="")

    with django_capture_on_commit_callbacks(execute=True):
        environment_changed.send(sender=None, environment=onboarding.environments.all()[0])

    onboarding.refresh_from_db()
    assert onboarding.search_text


def test_a_customer_sees_no_other_customers_onboardings() -> None:
    onboardings.onboarding()
    mine = onboardings.onboarding()

    page = portfolio.page(people.contact(mine.customer), Filters())

    assert [line.onboarding for line in page.lines] == [mine]


def test_an_address_is_a_view() -> None:
    filters = Filters.of({"q": "a b", "stage": "live", "waiting": "aws", "owner": "usr_x", "due": "day", "page": "3"})

    assert Filters.of_address(filters.address(3)) == filters
    assert Filters.of_address("").any is False


def test_the_page_shows_whose_turn_it_is_and_since_when() -> None:
    onboardings.onboarding()
    client = Client()
    client.force_login(people.engineer())

    html = client.get("/onboardings/").content.decode()

    assert "since" in html
    assert "Hand the selected over" not in html


def read_portfolio() -> str:
    client = Client()
    client.force_login(people.engineer())
    return client.get("/onboardings/").content.decode()


def test_the_page_says_in_a_sentence_what_each_onboarding_waits_for() -> None:
    onboarding = onboardings.onboarding()
    turn = portfolio.turns_and_days([onboarding.pk])[0][onboarding.pk]

    shown = read_portfolio().split('data-label="Waiting on"')[1].split("</td>")[0]

    assert f">{escape(turn.sentence[:80])}" in shown


def day_of(onboarding: Onboarding, worked: timedelta, *, owner: str) -> Clock:
    """The provider's day of production, of which so much is used; it is the turn of `owner` since."""
    environment, now = onboarding.environments.get(kind="production"), clock.now()
    begun = now - worked - timedelta(hours=3)
    of = Clock.objects.create(
        customer=onboarding.customer,
        kind=Clock.Kind.FINISH,
        onboarding=onboarding,
        environment=environment,
        started_at=begun,
        allowed=timedelta(days=1),
        calendar=calendars.for_finish(),
    )
    back = begun + worked
    ends = back if owner != Owner.PROVIDER else None
    spans = [(Owner.PROVIDER, begun if ends else now - worked, ends), *([(owner, back, None)] if ends else [])]
    for party, start, end in spans:
        ClockPart.objects.create(
            customer=onboarding.customer,
            clock=of,
            owner=party,
            cause="run.running",
            sentence="Waiting",
            started_at=start,
            ended_at=end,
        )
    return of


@pytest.mark.parametrize(
    ("worked", "owner", "words"),
    [
        (10, Owner.PROVIDER, ["13 h 59 min left", "Runs · Production"]),
        (10, Owner.CUSTOMER, ["14 h 0 min left", "Rests · Production"]),
        (30, Owner.CUSTOMER, ["Overdue", "Rests · Production"]),
        (30, Owner.PROVIDER, ["Overdue", "Runs · Production"]),
    ],
    ids=["runs", "rests", "over and rests", "over and runs"],
)
def test_the_page_shows_how_the_providers_day_stands_also_where_it_rests(
    worked: int, owner: str, words: list[str]
) -> None:
    onboarding = onboardings.approved(onboardings.onboarding())
    day_of(onboarding, timedelta(hours=worked), owner=owner)

    shown = read_portfolio().split('s day">')[1].split("</td>")[0]

    assert all(word in shown for word in words)


def test_of_several_days_the_page_shows_the_one_that_presses_most() -> None:
    onboarding = onboardings.approved(onboardings.onboarding())
    over = day_of(onboarding, timedelta(hours=30), owner=Owner.CUSTOMER)
    onboarding.environments.filter(pk=over.environment_id).update(kind="staging")
    onboarding.environments.filter(kind="test").update(kind="production")
    day_of(onboarding, timedelta(hours=1), owner=Owner.PROVIDER)

    (line,) = portfolio.page(people.engineer(), Filters()).lines

    assert line.day
    assert line.day.clock == over


def test_api_says_whose_turn_it_is_and_what_for() -> None:
    fresh, over = onboardings.onboarding(), onboardings.onboarding()
    services.cancel(over, by=over.account_manager)
    call = Caller(people.engineer())

    listed = {row["id"]: row for row in call.get("/onboardings").data["data"]}

    sentence = portfolio.turns_and_days([fresh.pk])[0][fresh.pk].sentence
    assert (listed[fresh.pk]["waiting_on"], listed[fresh.pk]["waiting_for"]) == ("customer", sentence)
    assert (listed[over.pk]["waiting_on"], listed[over.pk]["waiting_for"]) == ("", "")
    assert call.get(f"/onboardings/{fresh.pk}").data["waiting_for"] == sentence


def test_api_has_the_same_filters() -> None:
    submitted, fresh = onboardings.submitted(onboardings.onboarding()), onboardings.onboarding()
    call = Caller(people.engineer())

    def listed(query: str) -> list[str]:
        return [row["id"] for row in call.get(f"/onboardings?{query}").data["data"]]

    assert listed("waiting=provider") == [submitted.pk]
    assert listed("waiting=customer") == [fresh.pk]
    assert listed(f"q={fresh.reference.lower()}") == [fresh.pk]
    assert listed(f"account_manager={submitted.account_manager_id}") == [submitted.pk]
    assert listed("due=overdue") == []
    assert call.get(f"/onboardings/{submitted.pk}").data["due_for"] == "Review promised"


def test_whose_turn_it_is_follows_the_clock_until_it_is_over() -> None:
    onboarding = onboardings.answered(onboardings.onboarding())
    turns = [onboarding.waiting_on]
    onboardings.submitted(onboarding)
    turns.append(Onboarding.objects.get(pk=onboarding.pk).waiting_on)
    services.cancel(onboarding, by=onboarding.account_manager)
    turns.append(Onboarding.objects.get(pk=onboarding.pk).waiting_on)

    assert turns == [Owner.CUSTOMER, Owner.PROVIDER, ""]
    assert found(waiting="customer") == found(waiting="provider") == []
