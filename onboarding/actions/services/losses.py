"""What stood and stands no longer, where the customer can bring it back: red checklist items, and why, as AWS was last seen.

A run that is under way asks for the customer's part by its own steps. After it nobody would, so that what is lost is read here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, Subquery

from environments.models import ChecklistItem, DriftCheck, RunStep
from environments.states import ACTIVE_RUNS, ItemKind, ItemOwner, ItemState, Owner, StepState
from onboarding.actions.kinds import STEP_KINDS

Finding = Mapping[str, Any]
"""What a comparison keeps of a step that is not as approved: see `environments.provisioning.plan.PlannedStep`."""
Place = tuple[str, str]
"""An environment's id and the key of a step."""


@dataclass(frozen=True, slots=True)
class Loss:
    """A red item that is the customer's to mend. `step`: the key of the step that their part belongs to, empty where no kind of
    action is about it. `seen`: what is seen in AWS, in words."""

    item: ChecklistItem
    step: str
    seen: str


def read(environments: Iterable[str]) -> list[Loss]:
    """Return what is lost in these environments. One statement where nothing is, two more otherwise."""
    rows = ChecklistItem.objects.filter(
        environment__in=list(environments), environment__torn_down_at=None, kind=ItemKind.AUTOMATIC, state=ItemState.RED
    )
    red = list(rows.select_related("template_item"))
    if not red:
        return []
    concerned = {item.environment_id for item in red}
    findings, at_work = _latest_findings(concerned), states_at_work(concerned)
    return [loss for item in red for loss in _of(item, findings, at_work)]


def states_at_work(environments: Iterable[str]) -> dict[Place, str]:
    """Return the state of every step that a run under way has come to: of these the run itself has the word."""
    steps = RunStep.objects.filter(run__environment__in=list(environments), run__state__in=ACTIVE_RUNS)
    rows = steps.exclude(state=StepState.PENDING).values_list("run__environment", "key", "state")
    return {(environment, key): state for environment, key, state in rows}


def red_places(environments: Iterable[str]) -> set[Place]:
    """Return the steps that a red item of these environments asks for."""
    rows = ChecklistItem.objects.filter(
        environment__in=list(environments), kind=ItemKind.AUTOMATIC, state=ItemState.RED
    ).exclude(template_item=None)
    asked = rows.values_list("environment", "template_item__steps")
    return {(environment, key) for environment, keys in asked for key in keys}


def _latest_findings(environments: Iterable[str]) -> dict[Place, Finding]:
    """Return what was missing or different when each environment was last compared, where AWS could be asked for it: what
    builds on something that is missing itself is not the customer's, only the first of them may be."""
    of_one = DriftCheck.objects.filter(environment=OuterRef("environment")).order_by("-found_at", "-id")
    checks = DriftCheck.objects.filter(environment__in=list(environments), pk=Subquery(of_one.values("pk")[:1]))
    return {
        (check.environment_id, finding["step"]): finding
        for check in checks
        for finding in check.findings
        if finding.get("looked", True) and not finding.get("removes")
    }


def _of(item: ChecklistItem, findings: Mapping[Place, Finding], at_work: Mapping[Place, str]) -> Iterator[Loss]:
    places = [(item.environment_id, key) for key in (item.template_item.steps if item.template_item else ())]
    lost = [findings[place] for place in places if place in findings and place not in at_work]
    theirs = [finding for finding in lost if _is_the_customers(item, finding)]
    known = [finding for finding in theirs if finding["step"] in STEP_KINDS]
    for finding in known:
        yield Loss(item, finding["step"], _seen(finding))
    if theirs and not known:
        yield Loss(item, "", " ".join(map(_seen, theirs)))


def _is_the_customers(item: ChecklistItem, finding: Finding) -> bool:
    """Return whether the customer can mend it: it waits for them as it stands, or the item is theirs. What only has the name of
    a step that waits for them is ours to make first, and gives no reason."""
    waits = finding.get("waits_for") == Owner.CUSTOMER and bool(finding.get("reason"))
    in_their_way = (finding["step"], finding.get("code")) == ("customer_routes", "route_taken")
    return item.owner == ItemOwner.CUSTOMER or waits or in_their_way


def _seen(finding: Finding) -> str:
    return str(finding.get("reason") or "; ".join(finding.get("details", ())))
