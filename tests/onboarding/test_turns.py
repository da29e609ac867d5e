"""What each side owes, as an onboarding's page lists it: the same side as the clock charges."""

import pytest

from environments.models import ChecklistItem, Environment, Run
from environments.states import ItemState, RunState, StepState
from onboarding import selectors, turns
from onboarding.clocks import waiting
from onboarding.models import Onboarding
from onboarding.states import Stage
from portal.core import clock
from tests.environments import pages
from tests.factories import environments, people
from tests.onboarding.clocks.stories import with_environment

pytestmark = pytest.mark.django_db


def owed(onboarding: Onboarding) -> dict[str, list[str]]:
    found = turns.of(selectors.onboarding(people.account_manager(), onboarding.pk))
    return {side: [turn.label for turn in getattr(found, side)] for side in ("customer", "provider")}


def stop(run: Run, key: str, code: str) -> None:
    error = {"code": code, "message": "It leads elsewhere.", "remedy": "Ask."}
    pages.at(run, key, StepState.FAILED, RunState.FAILED, error=error, finished_at=clock.now())


def test_a_step_that_stopped_is_owed_by_whoever_has_to_mend_it() -> None:
    onboarding, run = with_environment()
    stop(run, "customer_routes", "route_taken")
    theirs = owed(onboarding)
    stop(run, "customer_routes", "quota")
    ours = owed(onboarding)

    name = Environment.objects.get().name
    assert theirs == {"customer": [f"Settle what stopped a step of {name}"], "provider": []}
    assert ours == {"customer": [], "provider": [f"Mend a step of {name}"]}
    assert waiting.whose_turn(Onboarding.objects.get(pk=onboarding.pk)).owner == "provider"


def verified_but_for(key: str, state: str = ItemState.RED) -> tuple[Onboarding, Environment]:
    """An onboarding whose production stands, and of whose checklist everything is true but this."""
    onboarding, run = with_environment()
    Run.objects.filter(pk=run.pk).update(state=RunState.FINISHED, finished_at=clock.now())
    Onboarding.objects.filter(pk=onboarding.pk).update(stage=Stage.VERIFICATION)
    ChecklistItem.objects.exclude(key=key).update(state=ItemState.GREEN)
    ChecklistItem.objects.filter(key=key).update(state=state)
    return Onboarding.objects.get(pk=onboarding.pk), run.environment


ITEMS = [("alert_recipients_confirmed", "customer"), ("peering_active", "provider")]


@pytest.mark.parametrize(("key", "side"), ITEMS)
def test_what_a_check_found_untrue_is_owed_by_the_items_owner_as_the_clock_says(key: str, side: str) -> None:
    onboarding, environment = verified_but_for(key)

    found = owed(onboarding)

    assert found.pop(side) == [f"Make 1 checklist item of {environment.name} true"]
    assert list(found.values()) == [[]]
    assert waiting.whose_turn(onboarding).owner == side


def test_what_a_run_has_under_way_is_owed_by_whoever_the_run_waits_for() -> None:
    onboarding, _ = verified_but_for("")
    test = environments.environment(onboarding.customer, kind="test")
    onboarding.environments.add(test)
    pages.plans.request(test, by=None)
    pages.waiting(test)
    ChecklistItem.objects.filter(environment=test, kind="manual").update(state=ItemState.GREEN)
    assert ChecklistItem.objects.filter(environment=test, kind="automatic", state=ItemState.OPEN).exists()

    assert owed(onboarding) == {"customer": [f"Act in your AWS account for {test.name}"], "provider": []}
