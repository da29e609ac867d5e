"""When it will be live: the arithmetic, what it is read from, and that a delay moves it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onboarding import selectors
from onboarding.models import Onboarding
from onboarding.reports import durations, forecast, home
from onboarding.reports.durations import DEFAULTS, LEAST_HISTORY, WAY, Typical
from onboarding.reports.models import StageStay
from onboarding.services import onboardings as services
from onboarding.states import Stage
from portal.core import clock
from tests.api.caller import Caller
from tests.factories import environments, many, onboardings, people
from tests.factories.actions import follow_all

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
DAY = 86_400


lengths = st.floats(0, 100 * DAY)
one_stage = st.tuples(lengths, lengths, lengths, st.floats(0, 1))
typicals = st.tuples(*[one_stage] * len(WAY)).map(
    lambda rows: {stage: Typical(*sorted(row[:3]), row[3]) for stage, row in zip(WAY, rows, strict=True)}
)
parts = st.floats(0, 1)
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""How fast a busy machine makes inputs says nothing of the arithmetic."""
paces = st.floats(forecast.FASTEST, forecast.SLOWEST)
stages = st.sampled_from(list(WAY))


@unhurried
@given(stages, parts, typicals, paces)
def test_latest_likely_earliest_and_now_are_in_order(stage: str, left: float, typical: dict, pace: float) -> None:
    earliest, likely, latest = forecast.expected(NOW, stage, left, typical, pace)

    assert NOW <= earliest <= likely <= latest


@unhurried
@given(stages, parts, parts, typicals, paces, paces)
def test_more_left_or_a_slower_pace_never_gives_an_earlier_date(
    stage: str, one: float, other: float, typical: dict, pace: float, second: float
) -> None:
    less = forecast.expected(NOW, stage, min(one, other), typical, min(pace, second))
    more = forecast.expected(NOW, stage, max(one, other), typical, max(pace, second))

    assert all(later >= sooner for sooner, later in zip(less, more, strict=True))


@unhurried
@given(st.integers(0, len(WAY) - 2), parts, parts, typicals, paces)
def test_an_earlier_stage_never_gives_an_earlier_date(
    place: int, left: float, ahead: float, typical: dict, pace: float
) -> None:
    before = forecast.expected(NOW, WAY[place], left, typical, pace)
    after = forecast.expected(NOW, WAY[place + 1], ahead, typical, pace)

    assert all(later >= sooner for sooner, later in zip(after, before, strict=True))


@unhurried
@given(st.floats(0, 400 * DAY), st.floats(0, 400 * DAY), parts, parts)
def test_less_answered_in_more_time_is_never_a_faster_pace(
    one: float, other: float, part: float, second: float
) -> None:
    usual = DEFAULTS[Stage.INTAKE]

    fast = forecast.pace_of(min(one, other), max(part, second), usual)
    slow = forecast.pace_of(max(one, other), min(part, second), usual)

    assert forecast.FASTEST <= fast <= slow <= forecast.SLOWEST


def test_the_usual_pace_is_one() -> None:
    usual = DEFAULTS[Stage.INTAKE]

    for part in (0.0, 0.3, 1.0):
        assert forecast.pace_of(usual.middle * part, part, usual) == pytest.approx(1)


def test_too_few_finished_ones_leave_the_defaults() -> None:
    rows = [(f"onb_{n}", stage, DAY, 0) for n in range(LEAST_HISTORY - 1) for stage in WAY]

    known = durations.of_rows(rows)

    assert not known.is_known
    assert known.typical == DEFAULTS


def test_history_gives_its_own_quantiles_and_the_customers_part() -> None:
    rows = [(f"onb_{n}", stage, (n + 1) * DAY, (n + 1) * DAY // 4) for n in range(11) for stage in WAY]

    known = durations.of_rows(rows)

    assert known.typical[Stage.REVIEW] == Typical(3 * DAY, 6 * DAY, 9 * DAY, 0.25)


def read(onboarding: Onboarding) -> forecast.Forecast:
    found = forecast.of(selectors.onboarding(people.engineer(), onboarding.pk))
    assert found
    return found


@pytest.mark.django_db
def test_it_says_honestly_that_there_is_no_history() -> None:
    assert any("assumptions" in sentence for sentence in read(onboardings.onboarding()).because)


@pytest.mark.django_db
def test_it_learns_from_those_that_went_live() -> None:
    many.onboardings(40)

    assert any("last 20 onboardings that went live" in sentence for sentence in read(onboardings.onboarding()).because)


@pytest.mark.django_db
def test_a_delay_moves_it_and_an_answer_brings_it_nearer() -> None:
    with time_machine.travel(NOW, tick=False) as moved:
        onboarding = onboardings.answered(onboardings.onboarding())
        first = read(onboarding)
        moved.shift(timedelta(days=6))
        delayed = read(onboarding)
        section = onboardings.section(onboarding, "dns")
        from onboarding.services import sections

        sections.submit(section, revision=section.revision, by=people.contact(onboarding.customer))
        nearer = read(onboarding)

    assert delayed.likely > first.likely + timedelta(days=6)
    assert nearer.likely < delayed.likely
    assert any("times as long as usual" in sentence for sentence in delayed.because)


@pytest.mark.django_db
def test_when_it_is_live_it_is_the_real_date() -> None:
    onboarding = onboardings.onboarding()
    live_since = clock.now() - timedelta(days=3)
    Onboarding.objects.filter(pk=onboarding.pk).update(stage=Stage.LIVE, stage_since=live_since)

    found = read(onboarding)

    assert found.is_over
    assert found.earliest == found.likely == found.latest == live_since


@pytest.mark.django_db
def test_a_cancelled_one_has_none() -> None:
    onboarding = onboardings.onboarding()
    services.cancel(onboarding, by=onboarding.account_manager)

    assert forecast.of(selectors.onboarding(people.engineer(), onboarding.pk)) is None
    answer = Caller(people.engineer()).get(f"/onboardings/{onboarding.pk}/forecast")
    assert answer.json()["range"] is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("days", "words"), [(1, "comes before that"), (15, "is possible, and sooner than likely"), (400, "leaves time")]
)
def test_it_is_compared_with_the_target_date(days: int, words: str) -> None:
    with time_machine.travel(NOW, tick=False):
        onboarding = onboardings.onboarding()
        onboarding.target_on = NOW.date() + timedelta(days=days)
        onboarding.save()

        assert words in home.outlook(selectors.onboarding(people.engineer(), onboarding.pk)).against_target


@pytest.mark.django_db
def test_customer_with_several_onboardings_sees_what_each_needs_and_when_it_will_be_live() -> None:
    fresh = onboardings.onboarding()
    waiting = onboardings.approved(onboardings.onboarding(fresh.customer))
    step = environments.run_of(waiting.environments.get(kind="production"), "peering_acceptance").steps.get()
    step.state, step.waits_on, step.waiting_since = "waiting", "customer", clock.now()
    step.save()
    follow_all()
    reader = people.customer_administrator(fresh.customer)

    needs = {row.onboarding.pk: row for row in home.needs(reader)}

    assert needs[fresh.pk].in_words == f"{fresh.sections.count()} sections to answer"
    assert needs[waiting.pk].in_words == "1 action"
    client = Client()
    client.force_login(reader)
    html = client.get("/onboardings/").content.decode()
    for row in needs.values():
        outlook = home.outlook(selectors.onboarding(reader, row.onboarding.pk))
        assert outlook.sentence.endswith(row.sentence)
        assert f"{row.in_words}.</strong> {row.sentence}" in html


@pytest.mark.django_db
def test_what_is_done_is_counted_with_its_day() -> None:
    onboarding = onboardings.approved(onboardings.onboarding())

    outlook = home.outlook(selectors.onboarding(people.engineer(), onboarding.pk))

    assert outlook.progress.done == 11
    assert outlook.progress.days()[-1] == outlook.progress.lately == 11
    assert outlook.progress.total > 11
    assert "Live between" in outlook.sentence


@pytest.mark.django_db
def test_stays_follow_the_stages_without_a_gap() -> None:
    with time_machine.travel(NOW, tick=False) as moved:
        onboarding = onboardings.answered(onboardings.onboarding())
        moved.shift(timedelta(days=2))
        onboardings.submitted(onboarding, answers={})
        moved.shift(timedelta(days=1))
        onboardings.sent_back(onboardings.section(onboarding, "dns"), "choice")
        services.refresh_stage(onboarding)

    stays = list(StageStay.objects.filter(onboarding=onboarding))
    assert [stay.stage for stay in stays] == ["intake", "review", "intake"]
    assert [stay.seconds for stay in stays] == [2 * DAY, DAY, 0]
    assert stays[0].ended_at == stays[1].started_at
    assert stays[1].ended_at == stays[2].started_at
    assert stays[2].ended_at is None
    assert stays[0].customer_seconds == 2 * DAY
    assert stays[1].provider_seconds == DAY


@pytest.mark.django_db
def test_stays_of_a_time_before_there_were_any_come_from_the_audit_record() -> None:
    with time_machine.travel(NOW, tick=False) as moved:
        onboarding = onboardings.answered(onboardings.onboarding())
        moved.shift(timedelta(days=2))
        onboardings.submitted(onboarding, answers={})
        Onboarding.objects.filter(pk=onboarding.pk).update(created_at=NOW)
        before = list(StageStay.objects.values("stage", "started_at", "ended_at", "seconds"))
        StageStay.objects.all().delete()

        onboarding.refresh_from_db()
        services.refresh_stage(onboarding)

    assert list(StageStay.objects.values("stage", "started_at", "ended_at", "seconds")) == before
