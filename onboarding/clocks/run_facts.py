"""What runs say of whose turn it is: what is under way or stopped, and which moments begin and end the provider's day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, F, OuterRef, Subquery, When
from django.db.models.functions import Coalesce

from environments.models import AwsCall, Run, RunStep
from environments.provisioning.steps import BY_KEY
from environments.services import steering
from environments.states import ACTIVE_RUNS, REMOVING, CallOutcome, PlanPurpose, RunState, StepState

_STILL = (StepState.WAITING, StepState.FAILED)


@dataclass(frozen=True, slots=True)
class StepFacts:
    """A step that waits or has stopped. `since` is when the wait or the stop began, `reason` why. `is_customers`: what stopped
    it is the customer's to mend."""

    id: str
    title: str
    state: str
    waits_on: str
    reason: str
    since: datetime
    next_at: datetime | None = None
    give_up_at: datetime | None = None
    is_customers: bool = False


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The latest run that was not cancelled, with its steps that wait or have stopped while it is active. `is_broken`: it
    stopped as a whole, at no step."""

    id: str
    state: str
    since: datetime
    next_at: datetime | None = None
    note: str = ""
    removes: bool = False
    specification: str = ""
    finished_at: datetime | None = None
    steps: tuple[StepFacts, ...] = ()
    is_broken: bool = False


@dataclass(frozen=True, slots=True)
class Runs:
    """The latest run of an environment, and the moments of the provider's day, as `EnvironmentFacts` has them."""

    latest: RunFacts | None = None
    accepted_at: datetime | None = None
    provisioned_at: datetime | None = None
    removal_at: datetime | None = None


NO_RUNS = Runs()


def read(keys: list[str]) -> dict[str, Runs]:
    """Return what the runs of these environments say. Three statements, however many they are."""
    found, accepted = _runs(keys), _acceptances(keys)
    steps = _steps([row["pk"] for rows in found.values() for row in rows if row["state"] in ACTIVE_RUNS])
    return {key: _of(rows, accepted.get(key, []), steps) for key, rows in found.items()}


def _of(rows: list[dict[str, Any]], accepted: list[datetime], steps: dict[str, list[StepFacts]]) -> Runs:
    removal_at = max((at for at in map(_removal_at, rows) if at), default=None)
    accepted_at = min((at for at in accepted if removal_at is None or at > removal_at), default=None)
    return Runs(_latest(rows, steps), accepted_at, _provisioned_at(rows, accepted_at), removal_at)


def _runs(keys: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Return the runs, those that were cancelled too, the oldest first."""
    found = Run.objects.filter(environment__in=keys).order_by("created_at", "pk")
    columns = ("pk", "state", "next_at", "created_at", "started_at", "finished_at", "paused_at", "pause_note", "error")
    rows: dict[str, list[dict[str, Any]]] = {}
    for row in found.values("environment", "plan__purpose", "plan__specification", *columns, taken_at=_taken_at()):
        rows.setdefault(row["environment"], []).append(row)
    return rows


def _taken_at() -> Case:
    """When a removal first sent AWS something that may have taken something away. Other runs are not asked for it."""
    sent = AwsCall.objects.filter(run=OuterRef("pk"), changes=True).exclude(outcome=CallOutcome.ERROR)
    return Case(When(plan__purpose__in=REMOVING, then=Subquery(sent.order_by("started_at").values("started_at")[:1])))


def _removal_at(row: dict[str, Any]) -> datetime | None:
    """Return when a removal began to take something away, or found nothing to take. One that was cancelled before is none."""
    if row["plan__purpose"] not in REMOVING:
        return None
    return row["taken_at"] or (row["finished_at"] if row["state"] == RunState.FINISHED else None)


def _latest(runs: list[dict[str, Any]], steps: dict[str, list[StepFacts]]) -> RunFacts | None:
    rows = [row for row in runs if row["state"] != RunState.CANCELLED]
    if not rows:
        return None
    row = rows[-1]
    began = row["paused_at"] if row["state"] == RunState.PAUSED else row["started_at"]
    return RunFacts(
        id=row["pk"],
        state=row["state"],
        since=began or row["created_at"],
        next_at=row["next_at"],
        note=row["pause_note"],
        removes=row["plan__purpose"] in REMOVING,
        specification=row["plan__specification"],
        finished_at=row["finished_at"],
        steps=tuple(steps.get(row["pk"], [])),
        is_broken=row["state"] == RunState.FAILED and bool(row["error"]),
    )


def _provisioned_at(runs: list[dict[str, Any]], accepted_at: datetime | None) -> datetime | None:
    ends = [
        row["finished_at"]
        for row in runs
        if row["state"] == RunState.FINISHED and row["plan__purpose"] == PlanPurpose.PROVISION and row["finished_at"]
    ]
    return min((end for end in ends if accepted_at and end >= accepted_at), default=None)


def _steps(runs: list[str]) -> dict[str, list[StepFacts]]:
    found = RunStep.objects.filter(run__in=runs, state__in=_STILL).order_by("position")
    since = Coalesce("finished_at", "waiting_since", "started_at", F("run__created_at"))
    columns = ("pk", "key", "state", "waits_on", "reason", "error", "next_at", "give_up_at")
    steps: dict[str, list[StepFacts]] = {}
    for row in found.values("run", *columns, since=since):
        steps.setdefault(row["run"], []).append(_step(row))
    return steps


def _step(row: dict[str, Any]) -> StepFacts:
    failed, error = row["state"] == StepState.FAILED, row["error"]
    return StepFacts(
        id=row["pk"],
        title=BY_KEY[row["key"]].title,
        state=row["state"],
        waits_on=row["waits_on"],
        reason=str(error.get("message", "")) if failed else row["reason"],
        since=row["since"],
        next_at=row["next_at"],
        give_up_at=row["give_up_at"],
        is_customers=failed and steering.stopped_for_customer(row["key"], error),
    )


def _acceptances(keys: list[str]) -> dict[str, list[datetime]]:
    """Return when the customer accepted the peering, by environment: in any of its runs, since a run that is cancelled and
    begun anew does not give the provider another day."""
    ready = RunStep.objects.filter(run__environment__in=keys, key="peering_acceptance", state=StepState.READY)
    moments: dict[str, list[datetime]] = {}
    found = ready.filter(removes=False)
    for key, at in found.values_list("run__environment", "finished_at"):
        if at:
            moments.setdefault(key, []).append(at)
    return moments
