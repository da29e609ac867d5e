"""Where an onboarding stands, derived from its sections, runs, checklists and hand-overs."""

from environments.models import Environment, Run
from environments.selectors import hand_over_ready
from environments.states import EnvironmentKind, RunState
from onboarding.models import HandOver, Onboarding, Section
from onboarding.states import HandOverState, SectionState, Stage


def derive(onboarding: Onboarding) -> Stage:
    """Return the stage. Production decides from provisioning on: non-production is never handed over."""
    if onboarding.stage == Stage.CANCELLED:
        return Stage.CANCELLED
    production = list(onboarding.environments.filter(kind=EnvironmentKind.PRODUCTION))
    if production and all(_handed_over(environment) for environment in production):
        return Stage.LIVE
    states = set(Section.objects.filter(onboarding=onboarding).values_list("state", flat=True))
    if states - {SectionState.SUBMITTED, SectionState.APPROVED}:
        return Stage.INTAKE
    if SectionState.SUBMITTED in states:
        return Stage.REVIEW
    return _after_review(production)


def _after_review(production: list[Environment]) -> Stage:
    if not production or not all(_provisioned(environment) for environment in production):
        return Stage.PROVISIONING
    if all(hand_over_ready(environment) for environment in production):
        return Stage.HANDOVER
    return Stage.VERIFICATION


def _handed_over(environment: Environment) -> bool:
    return HandOver.objects.filter(environment=environment, state=HandOverState.ACKNOWLEDGED).exists()


def _provisioned(environment: Environment) -> bool:
    """True when the latest run that was not cancelled finished."""
    runs = Run.objects.filter(environment=environment).exclude(state=RunState.CANCELLED).order_by("-created_at")
    return runs.values_list("state", flat=True).first() == RunState.FINISHED
