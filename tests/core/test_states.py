import pytest

from environments import states as environment_states
from onboarding import states as onboarding_states
from portal.core.errors import Conflict
from portal.core.states import StateTable

DOORS = StateTable("door", {("open", "close"): "closed", ("closed", "open"): "open"})


def test_an_act_that_fits_gives_the_next_state() -> None:
    assert DOORS.after("open", "close") == "closed"


def test_an_act_that_does_not_fit_is_refused_in_a_sentence() -> None:
    with pytest.raises(Conflict) as refusal:
        DOORS.after("open", "open")

    assert refusal.value.message == "You cannot open this door: it is open."


@pytest.mark.parametrize(
    ("table", "choices"),
    [
        (onboarding_states.SECTIONS, onboarding_states.SectionState),
        (onboarding_states.HAND_OVERS, onboarding_states.HandOverState),
        (environment_states.PLANS, environment_states.PlanState),
        (environment_states.RUNS, environment_states.RunState),
    ],
)
def test_every_table_speaks_only_of_states_that_exist(table: StateTable, choices: type) -> None:
    named = {state for state, _ in table.table} | set(table.table.values())

    assert named <= set(choices)
