from collections.abc import Callable
from typing import Any

import pytest

from environments.models import Environment, Plan, Run
from environments.signals import environment_changed
from onboarding import stages
from onboarding.models import HandOver, Onboarding
from onboarding.services import reviews
from onboarding.states import Stage
from portal.core import clock
from tests.factories import onboardings as factory
from tests.factories import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def onboarding() -> Onboarding:
    return factory.approved(factory.onboarding())


@pytest.fixture
def production(onboarding: Onboarding) -> Environment:
    return onboarding.environments.get(kind="production")


def _run(environment: Environment, state: str) -> Run:
    plan = Plan.objects.get(environment=environment)
    return Run.objects.create(
        customer=environment.customer, environment=environment, plan=plan, state=state, next_at=clock.now()
    )


@pytest.fixture
def stage_after_news(production: Environment, django_capture_on_commit_callbacks: Any) -> Callable[[], str]:
    def tell() -> str:
        with django_capture_on_commit_callbacks(execute=True):
            environment_changed.send(sender=Environment, environment=production)
        return Onboarding.objects.get(environments=production).stage

    return tell


@pytest.mark.parametrize("state", ["queued", "running", "waiting", "paused", "failed", "cancelled"])
def test_unfinished_run_is_provisioning(
    production: Environment, state: str, stage_after_news: Callable[[], str]
) -> None:
    _run(production, state)

    assert stage_after_news() == Stage.PROVISIONING


def test_finished_run_is_verification_until_the_checklist_is_green(
    production: Environment, stage_after_news: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(production, "finished")
    monkeypatch.setattr(stages, "hand_over_ready", lambda environment: False)
    assert stage_after_news() == Stage.VERIFICATION

    monkeypatch.setattr(stages, "hand_over_ready", lambda environment: True)
    assert stage_after_news() == Stage.HANDOVER


def test_acknowledged_hand_over_is_live_for_good(
    onboarding: Onboarding, production: Environment, stage_after_news: Callable[[], str]
) -> None:
    HandOver.objects.create(
        customer=production.customer,
        environment=production,
        state="acknowledged",
        recipient=people.contact(production.customer),
        frozen={},
        digest="0" * 64,
        requested_by=people.engineer(),
        requested_at=clock.now(),
        released_by=people.approver(),
    )
    assert stage_after_news() == Stage.LIVE

    section = factory.section(onboarding, "ntp")
    reviews.request_changes(section, revision=section.revision, reason="New servers.", by=people.engineer())
    assert stage_after_news() == Stage.LIVE
