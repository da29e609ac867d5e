"""What ends below when an onboarding is cancelled: runs stop between two calls, plans are out of date, AWS stays as it is."""

import pytest

from environments.models import Environment, Plan, Resource, Run
from environments.services import plans, steering
from environments.signals import environment_changed
from environments.states import PlanPurpose, PlanState, RunState
from onboarding.models import Onboarding
from onboarding.services import onboardings
from onboarding.states import Stage
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.core.errors import Conflict
from tests.environments.pages import page, planned
from tests.factories import onboardings as factory
from tests.factories import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def onboarding() -> Onboarding:
    return factory.approved(factory.onboarding())


@pytest.fixture
def production(onboarding: Onboarding) -> Environment:
    return onboarding.environments.get(kind="production")


def started(environment: Environment, by: User) -> Run:
    return plans.approve(planned(environment), digest=environment.plans.latest("id").digest, by=by)


def actions(manager: User) -> list[tuple[str, str]]:
    """What the manager is on record for, in its order."""
    return list(AuditEvent.objects.filter(actor=manager).order_by("id").values_list("action", "subject_id"))


@pytest.mark.parametrize(
    "state", [RunState.QUEUED, RunState.RUNNING, RunState.WAITING, RunState.PAUSED, RunState.FAILED]
)
def test_active_runs_and_open_plans_end_with_the_onboarding_on_record(
    onboarding: Onboarding, production: Environment, state: str
) -> None:
    engineer, manager = people.engineer(), onboarding.account_manager
    run = started(production, engineer)
    Run.objects.filter(pk=run.pk).update(state=state, lease_until=clock.now(), lease_owner="a worker")
    newer = plans.request(production, by=engineer)
    other = onboarding.environments.exclude(pk=production.pk).get().plans.get()
    before = len(actions(manager))

    onboardings.cancel(onboarding, by=manager)

    run.refresh_from_db()
    assert (run.state, run.lease_until, run.lease_owner) == (RunState.CANCELLED, None, "")
    assert run.finished_at
    assert set(Plan.objects.values_list("state", flat=True)) == {PlanState.APPROVED, PlanState.SUPERSEDED}
    first, *below = actions(manager)[before:]
    assert first == ("onboarding.cancelled", onboarding.pk)
    assert sorted(below) == sorted(
        [("plan.superseded", newer.pk), ("run.cancelled", run.pk), ("plan.superseded", other.pk)]
    )


def test_tear_down_goes_on(onboarding: Onboarding, production: Environment) -> None:
    run = started(production, people.engineer())
    Plan.objects.filter(pk=run.plan_id).update(purpose=PlanPurpose.TEAR_DOWN)
    other = onboarding.environments.exclude(pk=production.pk).get().plans.get()
    Plan.objects.filter(pk=other.pk).update(purpose=PlanPurpose.TEAR_DOWN)

    onboardings.cancel(onboarding, by=onboarding.account_manager)

    run.refresh_from_db()
    other.refresh_from_db()
    assert (run.state, other.state) == (RunState.QUEUED, PlanState.REQUESTED)


def test_what_ended_already_stays_as_it_is(onboarding: Onboarding, production: Environment) -> None:
    run = started(production, people.engineer())
    Run.objects.filter(pk=run.pk).update(state=RunState.FINISHED, finished_at=onboarding.created_at)

    onboardings.cancel(onboarding, by=onboarding.account_manager)

    run.refresh_from_db()
    assert (run.state, run.finished_at) == (RunState.FINISHED, onboarding.created_at)


def test_what_stands_in_aws_stays(onboarding: Onboarding, production: Environment) -> None:
    now = clock.now()
    own = {"customer": onboarding.customer, "environment": production, "first_seen_at": now, "last_seen_at": now}
    Resource.objects.create(**own, step="log_bucket", kind="s3_bucket", name="logs", aws_id="logs")

    onboardings.cancel(onboarding, by=onboarding.account_manager)

    assert Resource.objects.count() == 1


def test_all_of_it_happens_or_nothing(onboarding: Onboarding, production: Environment) -> None:
    run = started(production, people.engineer())

    def fail(**_: object) -> None:
        raise ZeroDivisionError

    environment_changed.connect(fail, dispatch_uid="test")
    try:
        with pytest.raises(ZeroDivisionError):
            onboardings.cancel(onboarding, by=onboarding.account_manager)
    finally:
        environment_changed.disconnect(dispatch_uid="test")

    run.refresh_from_db()
    onboarding.refresh_from_db()
    assert (run.state, onboarding.stage) == (RunState.QUEUED, Stage.PROVISIONING)
    assert not AuditEvent.objects.filter(action="onboarding.cancelled").exists()


@pytest.mark.parametrize(
    ("stage", "state"),
    [
        (Stage.PROVISIONING, RunState.QUEUED),
        (Stage.LIVE, RunState.CANCELLED),
        (Stage.CANCELLED, RunState.CANCELLED),
    ],
)
def test_environment_that_another_open_onboarding_has_goes_on(
    onboarding: Onboarding, production: Environment, stage: str, state: str
) -> None:
    other = factory.onboarding(onboarding.customer)
    other.environments.add(production)
    Onboarding.objects.filter(pk=other.pk).update(stage=stage)
    run = started(production, people.engineer())

    onboardings.cancel(onboarding, by=onboarding.account_manager)

    run.refresh_from_db()
    assert run.state == state


def test_onboarding_that_cannot_be_cancelled_ends_nothing(onboarding: Onboarding, production: Environment) -> None:
    run = started(production, people.engineer())
    Onboarding.objects.filter(pk=onboarding.pk).update(stage=Stage.LIVE)

    with pytest.raises(Conflict):
        onboardings.cancel(onboarding, by=onboarding.account_manager)
    run.refresh_from_db()
    assert run.state == RunState.QUEUED


def test_page_says_what_ends_before_it_does(onboarding: Onboarding) -> None:
    html = page(onboarding.account_manager, "onboarding_cancel", onboarding.pk)

    assert "Runs that are under way stop between two calls" in html
    assert "open plans are out of date" in html


def test_paused_run_is_the_providers_turn(onboarding: Onboarding, production: Environment) -> None:
    run = started(production, people.engineer())
    steering.pause(run, by=people.engineer(), note="The customer moves its DNS")

    html = page(onboarding.account_manager, "onboarding", onboarding.pk)

    assert "Resume the run of Production" in html
    assert "The customer moves its DNS" in html


def test_run_that_stopped_as_a_whole_is_the_providers_turn(onboarding: Onboarding, production: Environment) -> None:
    run = started(production, people.engineer())
    Run.objects.filter(pk=run.pk).update(state=RunState.FAILED, error={"message": "The portal met something."})

    html = page(onboarding.account_manager, "onboarding", onboarding.pk)

    assert "Mend the run of Production" in html
    assert "The portal met something." in html
