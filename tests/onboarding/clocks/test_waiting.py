"""No state without its sentence: every combination of the state tables is walked."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain, combinations, product

import pytest

from environments.states import (
    PLANS,
    RUNS,
    ItemKind,
    ItemOwner,
    ItemState,
    Owner,
    PlanState,
    RunState,
    StepState,
)
from onboarding.clocks import waiting
from onboarding.clocks.causes import CAUSES, NOBODY
from onboarding.clocks.facts import (
    EnvironmentFacts,
    HandOverFacts,
    ItemFacts,
    OnboardingFacts,
    PlanFacts,
    SectionFacts,
)
from onboarding.clocks.run_facts import RunFacts, StepFacts
from onboarding.states import HAND_OVERS, SECTIONS, HandOverState, SectionState, Stage

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
OVER_PLANS = {PlanState.APPROVED, PlanState.SUPERSEDED}


def states(table):
    return {state for state, _ in table.table} | set(table.table.values())


def test_the_state_tables_reach_every_state():
    """What this file walks are the states of the choices: as long as this holds, none is left out."""
    assert states(SECTIONS) == set(SectionState)
    assert states(HAND_OVERS) == set(HandOverState)
    assert states(PLANS) == set(PlanState)
    assert states(RUNS) <= set(RunState)


def step_choices():
    yield None
    for state in StepState:
        for owner in (*Owner, NOBODY) if state == StepState.WAITING else (NOBODY,):
            for give_up_at in (None, NOW):
                for is_customers in {False, state == StepState.FAILED}:
                    facts = ("Peering request", state, owner, "Accept it.", NOW, NOW, give_up_at, is_customers)
                    yield StepFacts("stp_1", *facts)


def run_choices():
    yield None
    for state, step, removes, specification in product(RunState, step_choices(), (False, True), ("spc_1", "spc_0")):
        if state != RunState.CANCELLED:
            steps = (step,) if step else ()
            ended = NOW if state == RunState.FINISHED else None
            yield RunFacts("run_1", state, NOW, NOW, "a note", removes, specification, ended, steps)


def plan_choices():
    yield None
    yield from (PlanFacts("pln_1", state, NOW) for state in PlanState if state not in OVER_PLANS)


def item_choices():
    yield ()
    kinds = list(product(ItemKind, ItemState, ItemOwner))
    yield from ((ItemFacts(*kind, 2, NOW),) for kind in kinds)
    yield from (tuple(ItemFacts(*kind, 1) for kind in pair) for pair in combinations(kinds, 2))


def hand_over_choices():
    yield None
    for state, sealed in product(HandOverState, (False, True)):
        yield HandOverFacts("hov_1", state, "Ada Admin", NOW, NOW, sealed)


def environment_choices():
    """While a run or a plan is under way, nothing else counts; afterwards they all do."""
    fixed = {"id": "env_1", "name": "Production", "since": NOW, "specification": "spc_1"}
    for run, plan, gone, production in product(run_choices(), plan_choices(), (False, True), (True, False)):
        yield EnvironmentFacts(**fixed, is_production=production, is_gone=gone, run=run, plan=plan)
    done = RunFacts("run_1", RunState.FINISHED, NOW, specification="spc_1", finished_at=NOW)
    for items, hand_over in product(item_choices(), hand_over_choices()):
        yield EnvironmentFacts(**fixed, run=done, items=items, hand_over=hand_over)


def section_choices():
    every = list(SectionState)
    for some in chain.from_iterable(combinations(every, size) for size in range(1, len(every) + 1)):
        for reminded, escalated in ((None, None), (NOW, None), (NOW, NOW)):
            yield tuple(SectionFacts(state.label, state, NOW, reminded, escalated) for state in some)


def onboarding(stage, sections=(), environments=()):
    return OnboardingFacts("Acme", "Europe/Berlin", stage, NOW, tuple(sections), tuple(environments))


def stage_of(sections):
    found = {section.state for section in sections}
    if found - {SectionState.SUBMITTED, SectionState.APPROVED}:
        return Stage.INTAKE
    return Stage.REVIEW if SectionState.SUBMITTED in found else Stage.PROVISIONING


def every_turn():
    """Whose turn it is in every combination of states that can be reached, and in many that cannot."""
    for sections in section_choices():
        yield waiting.of_onboarding(onboarding(stage_of(sections), sections))
    yield from (waiting.of_onboarding(onboarding(stage)) for stage in Stage)
    for environment in environment_choices():
        facts = onboarding(Stage.PROVISIONING, environments=[environment])
        yield waiting.of_environment(facts, environment)
        for stage in (Stage.PROVISIONING, Stage.VERIFICATION, Stage.HANDOVER):
            yield waiting.of_onboarding(onboarding(stage, environments=[environment]))


@pytest.fixture(scope="module")
def turns():
    return list(every_turn())


def test_no_state_is_without_its_sentence(turns):
    assert len(turns) > 10_000
    for turn in turns:
        assert turn.cause in CAUSES
        assert turn.owner in (*Owner.values, NOBODY)
        assert turn.since == NOW
        who = {"customer": "Acme", "provider": "WSO2", "aws": "AWS", "": "Nobody"}[turn.owner]
        assert turn.sentence.startswith(f"Waiting for {who}: " if turn.owner else "Nobody has to act: ")
        assert turn.sentence.endswith(".")
        assert "{" not in turn.sentence
        assert "None" not in turn.in_full


def test_every_cause_is_of_some_state(turns):
    assert {turn.cause for turn in turns} == set(CAUSES)


def test_only_what_is_over_leaves_nobody_to_act(turns):
    idle = {turn.cause for turn in turns if not turn.owner}

    assert idle == {"onboarding.live", "onboarding.cancelled", "environment.stands", "environment.handed_over"}


def test_one_sentence_says_who_what_since_when_and_what_is_next():
    step = StepFacts("stp_1", "Peering acceptance", "waiting", Owner.CUSTOMER, "Accept the peering.", NOW, None, NOW)
    run = RunFacts("run_1", RunState.WAITING, NOW, steps=(step,))
    environment = EnvironmentFacts("env_1", "Production", NOW, run=run)

    turn = waiting.of_onboarding(onboarding(Stage.PROVISIONING, environments=[environment]))

    assert turn.in_full == (
        "Waiting for Acme: Production: Accept the peering, since Fri 27 Nov 2026, 12:00 UTC. "
        "Next by itself: the wait ends and the step stops, Fri 27 Nov 2026, 12:00 UTC."
    )


def test_nothing_by_itself_is_said_too():
    turn = waiting.of_onboarding(onboarding(Stage.INTAKE, [SectionFacts("DNS", SectionState.DRAFT)]))

    assert turn.in_full == (
        "Waiting for Acme: answer and submit DNS, since Fri 27 Nov 2026, 12:00 UTC. "
        "Nothing happens by itself before that."
    )


def environment(name, *, owner="", state=StepState.WAITING, production=True, since=NOW):
    step = StepFacts(f"stp_{name}", name, state, owner, "Wait.", since)
    run = RunFacts(f"run_{name}", RunState.WAITING, since, steps=(step,))
    return EnvironmentFacts(f"env_{name}", name, since, is_production=production, run=run)


def test_what_stopped_comes_before_the_customer_who_comes_before_aws():
    stopped = environment("a", state=StepState.FAILED)
    customer = environment("b", owner=Owner.CUSTOMER)
    aws = environment("c", owner=Owner.AWS)

    def first(*environments):
        return waiting.of_onboarding(onboarding(Stage.PROVISIONING, environments=environments)).subject

    assert first(aws, customer, stopped) == "stp_a"
    assert first(aws, customer) == "stp_b"
    assert first(aws) == "stp_c"


def test_what_stopped_and_is_the_customers_to_mend_waits_for_the_customer():
    theirs = StepFacts("stp_1", "Routes", "failed", "", "The route is taken.", NOW, is_customers=True)
    run = RunFacts("run_1", RunState.FAILED, NOW, steps=(theirs,))

    turn = waiting.of_onboarding(onboarding(Stage.PROVISIONING, environments=[production(run)]))

    assert turn.owner == Owner.CUSTOMER
    assert turn.sentence == "Waiting for Acme: settle what stopped “Routes” of Production: The route is taken."


def test_what_the_provider_has_to_mend_besides_is_the_providers_first():
    theirs = StepFacts("stp_1", "Routes", "failed", "", "The route is taken.", NOW, is_customers=True)
    own = StepFacts("stp_2", "Database", "failed", "", "No quota.", NOW + timedelta(hours=1))

    def turn(*steps, broken=False):
        run = RunFacts("run_1", RunState.FAILED, NOW, steps=steps, is_broken=broken)
        return waiting.of_onboarding(onboarding(Stage.PROVISIONING, environments=[production(run)]))

    assert turn(theirs, own).subject == "stp_2"
    assert turn(theirs, broken=True).cause == "run.stopped"
    assert turn(theirs, own, broken=True).subject == "stp_2"


def production(run):
    return EnvironmentFacts("env_1", "Production", NOW, run=run)


@pytest.mark.parametrize(
    ("kind", "owner", "party"),
    [
        (ItemKind.MANUAL, ItemOwner.AWS, Owner.PROVIDER),
        (ItemKind.MANUAL, ItemOwner.THIRD_PARTY, Owner.PROVIDER),
        (ItemKind.MANUAL, ItemOwner.CUSTOMER, Owner.CUSTOMER),
        (ItemKind.AUTOMATIC, ItemOwner.AWS, Owner.AWS),
    ],
)
def test_what_aws_or_a_third_party_does_the_provider_signs(kind, owner, party):
    done = RunFacts("run_1", RunState.FINISHED, NOW, finished_at=NOW)
    environment = replace(production(done), items=(ItemFacts(kind, ItemState.OPEN, owner, 1),))

    assert waiting.of_onboarding(onboarding(Stage.VERIFICATION, environments=[environment])).owner == party


def test_production_decides_whose_turn_it_is():
    test = environment("test", owner=Owner.CUSTOMER, production=False)
    production = environment("production", owner=Owner.AWS)

    turn = waiting.of_onboarding(onboarding(Stage.PROVISIONING, environments=[test, production]))

    assert turn.owner == Owner.AWS


def test_of_two_that_wait_the_longer_is_named():
    later = environment("later", owner=Owner.CUSTOMER, since=NOW + timedelta(hours=1))
    earlier = environment("earlier", owner=Owner.CUSTOMER)

    assert waiting.of_onboarding(onboarding(Stage.PROVISIONING, environments=[later, earlier])).subject == "stp_earlier"
