"""One step that takes weeks counts for weeks, however many others are done."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine

from environments.models import Environment, Milestone, Run
from environments.provisioning.steps.direct_connect import MILESTONES
from environments.states import RunState, StepState
from onboarding import selectors
from onboarding.models import Onboarding
from onboarding.reports import forecast
from onboarding.states import Stage
from portal.core import clock
from tests.factories import environments, onboardings, people

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 10, tzinfo=UTC)
DONE = ("customer_access", "peering_request", "vpc", "subnets", "log_bucket", "instances")


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def onboarding() -> Onboarding:
    return onboardings.approved(onboardings.onboarding())


def production(onboarding: Onboarding) -> Environment:
    return onboarding.environments.get(kind="production")


def run_of(onboarding: Onboarding, last: str, **values: Any) -> Run:
    """A run of production of which all is done but one step."""
    run = environments.run_of(production(onboarding), *DONE, last)
    run.steps.exclude(key=last).update(state=StepState.READY)
    run.steps.filter(key=last).update(**{"state": StepState.WAITING, "waiting_since": NOW, **values})
    return run


def read(onboarding: Onboarding) -> forecast.Forecast:
    found = forecast.of(selectors.onboarding(people.engineer(), onboarding.pk))
    assert found
    assert found.earliest <= found.likely <= found.latest
    return found


def record(onboarding: Onboarding, number: int) -> None:
    environment = production(onboarding)
    for milestone in MILESTONES[:number]:
        Milestone.objects.create(
            customer=environment.customer,
            environment=environment,
            key=milestone.key,
            done_on=date(2026, 11, 1),
            evidence="DX-7",
            recorded_by=people.engineer(),
            recorded_at=clock.now(),
        )


def test_line_that_is_not_ordered_takes_its_four_weeks_when_all_else_is_done(onboarding) -> None:
    run_of(onboarding, "direct_connect")

    found = read(onboarding)

    assert found.earliest > NOW + timedelta(weeks=4)
    assert "What is left of provisioning takes 28 days: “Direct Connect line” alone 28 days." in found.because


def test_line_that_was_waited_for_and_never_ordered_is_no_nearer(onboarding) -> None:
    run_of(onboarding, "direct_connect", waiting_since=NOW - timedelta(weeks=3))

    assert read(onboarding).earliest > NOW + timedelta(weeks=4)


def test_each_milestone_of_a_line_brings_it_nearer(onboarding) -> None:
    run_of(onboarding, "direct_connect")
    before = read(onboarding)
    record(onboarding, 3)

    assert before.earliest - read(onboarding).earliest == timedelta(weeks=4) * 3 / len(MILESTONES)


def test_what_a_wait_took_already_is_not_counted_again(onboarding) -> None:
    run = run_of(onboarding, "certificate", waiting_since=NOW - timedelta(hours=20))
    others = read(onboarding).earliest
    run.steps.filter(key="certificate").update(waiting_since=NOW)

    assert timedelta(hours=10) < read(onboarding).earliest - others <= timedelta(hours=20)


def test_wait_that_may_go_on_for_weeks_moves_the_latest_date_and_says_so(onboarding) -> None:
    run = run_of(onboarding, "peering_acceptance")
    before = read(onboarding)
    run.steps.filter(key="peering_acceptance").update(give_up_at=NOW + timedelta(days=60))

    found = read(onboarding)

    assert (found.earliest, found.likely) == (before.earliest, before.likely)
    assert found.latest > NOW + timedelta(days=60)
    assert any("is waited for until Sat 23 Jan 2027" in sentence for sentence in found.because)


def test_steps_beside_each_other_do_not_add_up(onboarding) -> None:
    run = run_of(onboarding, "direct_connect")
    alone = read(onboarding).earliest
    run.steps.filter(key="instances").update(state=StepState.PENDING)

    assert read(onboarding).earliest <= alone + timedelta(hours=1)


def test_line_counts_before_the_first_run_and_no_more_after_it(onboarding) -> None:
    environment = production(onboarding)
    specification = environment.specifications.get()
    specification.content["data_centre"] = {"choice": "direct_connect"}
    specification.save()
    assert read(onboarding).earliest > NOW + timedelta(weeks=4)

    Run.objects.filter(pk=run_of(onboarding, "direct_connect").pk).update(state=RunState.FINISHED)
    assert read(onboarding).earliest < NOW + timedelta(weeks=4)


def test_other_stages_know_nothing_of_steps(onboarding) -> None:
    run_of(onboarding, "direct_connect")
    Onboarding.objects.filter(pk=onboarding.pk).update(stage=Stage.VERIFICATION)

    assert read(onboarding).earliest < NOW + timedelta(weeks=4)
