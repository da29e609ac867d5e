"""What is known of an environment from its runs so far, so that a plan, a run or a check can build on it."""

from datetime import date
from typing import Any

from environments.models import Adoption, AwsCall, Environment, Milestone, Resource, RunStep
from environments.states import CallOutcome, StepState


def standing(environment: Environment) -> set[str]:
    """Return the keys of the steps that have resources in AWS, or may have: a change was sent and what it made not seen yet."""
    seen = Resource.objects.filter(environment=environment).values_list("step", flat=True)
    sent = AwsCall.objects.filter(run__environment=environment, changes=True).exclude(outcome=CallOutcome.ERROR)
    return set(seen) | set(sent.values_list("step", flat=True).distinct())


def outputs(environment: Environment) -> dict[str, dict[str, Any]]:
    """Return what each step gave when it was last ready, without those that were taken away since."""
    found: dict[str, dict[str, Any]] = {}
    rows = RunStep.objects.filter(run__environment=environment, state=StepState.READY).order_by("finished_at", "id")
    for key, given, removes in rows.values_list("key", "outputs", "removes"):
        if removes:
            found.pop(key, None)
        else:
            found[key] = given
    return found


def adopted(environment: Environment) -> frozenset[str]:
    """Return the AWS ids of what a person decided to take over."""
    return frozenset(Adoption.objects.filter(environment=environment).values_list("aws_id", flat=True))


def milestones(environment: Environment) -> dict[str, date]:
    """Return the day on which people reached each milestone outside AWS, by key."""
    return dict(Milestone.objects.filter(environment=environment).values_list("key", "done_on"))
