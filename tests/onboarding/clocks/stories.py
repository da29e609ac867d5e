"""An onboarding whose clocks go, for the tests of clocks."""

from datetime import UTC, datetime, timedelta

from environments.models import Run
from environments.states import RunState, StepState
from onboarding.clocks.models import Clock
from onboarding.models import Onboarding
from onboarding.services import onboardings as services
from portal.core import clock
from tests.environments import pages
from tests.factories import onboardings

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def whole(onboarding: Onboarding) -> Clock:
    return Clock.objects.get(onboarding=onboarding, kind="onboarding")


def told(of: Clock) -> list[tuple[str, str]]:
    return list(of.parts.values_list("owner", "cause"))


def lengths(of: Clock) -> list[timedelta]:
    until = of.stopped_at or clock.now()
    return [(part.ended_at or until) - part.started_at for part in of.parts.all()]


def assert_sound(of: Clock) -> None:
    """The parts meet, begin and end with the clock, and only the last of a running one is open."""
    at = of.started_at
    *closed, last = of.parts.all()
    for part in closed:
        assert part.started_at == at
        at = part.ended_at
    assert last.started_at == at
    assert last.ended_at == of.stopped_at
    assert sum(lengths(of), timedelta()) == (of.stopped_at or clock.now()) - of.started_at


def settled(onboarding: Onboarding) -> None:
    services.refresh_stage(Onboarding.objects.get(pk=onboarding.pk))


def with_environment() -> tuple[Onboarding, Run]:
    """An onboarding in provisioning whose run waits for the acceptance."""
    environment = pages.production()
    run = pages.waiting(environment)
    onboarding = onboardings.onboarding(environment.customer)
    onboarding.sections.update(state="approved")
    onboarding.environments.add(environment)
    settled(onboarding)
    return onboarding, run


def accept(run: Run, at: datetime) -> None:
    run.steps.filter(key="peering_acceptance").update(state=StepState.READY, finished_at=at)
    Run.objects.filter(pk=run.pk).update(state=RunState.RUNNING)


def finish_clock(onboarding: Onboarding) -> Clock:
    return Clock.objects.get(onboarding=onboarding, kind="finish")


def provisioned(onboarding: Onboarding, run: Run, at: datetime) -> None:
    """Every step is done, and the run has ended."""
    run.steps.exclude(key="peering_acceptance").update(state=StepState.READY, finished_at=at)
    Run.objects.filter(pk=run.pk).update(state=RunState.FINISHED, finished_at=at)
    settled(onboarding)


def accepted(at: datetime) -> tuple[Onboarding, Run, Clock]:
    """The peering was accepted at this moment, and the finish clock runs."""
    onboarding, run = with_environment()
    accept(run, at)
    settled(onboarding)
    return onboarding, run, finish_clock(onboarding)
