"""Every state of the domain has a look, and its word is the label of the state."""

import itertools

import pytest
from django.db.models import TextChoices

from environments.states import CallOutcome, ItemState, PlanState, RunState, StepState
from onboarding.conversation.states import DecisionState
from onboarding.requests.states import RequestState
from onboarding.states import CheckState, CheckVerdict, HandOverState, SectionState, Stage
from portal.ui import markup, statuses
from portal.ui.drawings import rails

KINDS: list[tuple[str, type[TextChoices]]] = [
    ("onboarding", Stage),
    ("section", SectionState),
    ("hand_over", HandOverState),
    ("check", CheckState),
    ("check", CheckVerdict),
    ("plan", PlanState),
    ("run", RunState),
    ("step", StepState),
    ("checklistitem", ItemState),
    ("awscall", CallOutcome),
    ("servicerequest", RequestState),
    ("decision", DecisionState),
]
STATES = list(itertools.chain.from_iterable(((kind, state) for state in choices) for kind, choices in KINDS))


@pytest.mark.parametrize(("kind", "state"), STATES, ids=lambda value: str(value))
def test_state_has_a_look_whose_word_is_its_label(kind: str, state: TextChoices) -> None:
    look = statuses.look(str(state), kind)

    assert look.word == state.label
    assert look.hue in statuses.HUES
    assert markup.icon_file(look.shape).is_file()


@pytest.mark.parametrize("look", [*statuses.LOOKS.values(), *statuses.LOOKS_OF.values()], ids=lambda look: look.word)
def test_shape_belongs_to_one_family_of_hues(look: statuses.Look) -> None:
    shapes = {
        "idle": {"ring", "dash", "lock"},
        "work": {"half", "clock", "arc"},
        "you": {"diamond", "triangle", "half", "clock"},
        "stop": {"octagon"},
        "done": {"check"},
    }

    assert look.shape in shapes[look.hue]


def test_object_tells_its_kind_itself() -> None:
    from environments.models import Plan, Run

    assert statuses.look(Plan(state="ready")).word == "Ready for approval"
    assert statuses.look(Run(state="failed")).word == "Stopped at a step"


def test_unknown_state_is_shown_as_it_is() -> None:
    assert statuses.look("half_way") == statuses.Look("idle", "ring", "Half way")


def test_rail_shows_the_stages_of_an_onboarding() -> None:
    assert {stage.value: stage.label for stage in Stage if stage != Stage.CANCELLED} == rails.STAGES
