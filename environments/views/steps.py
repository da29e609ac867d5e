"""The steps of a run as its page tells them: in a tense that says how they stand."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from environments.models import Run, RunStep
from environments.provisioning.removal import Removal
from environments.provisioning.step import Step
from environments.provisioning.steps import BY_KEY
from environments.services import stand_in
from environments.states import ACTIVE_RUNS, Owner, RunState, StepState
from portal.ui.drawings.gantt import duration

_HUES = {
    StepState.PENDING: "idle",
    StepState.RUNNING: "work",
    StepState.WAITING: "you",
    StepState.FAILED: "stop",
    StepState.READY: "done",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One step. `waits_on` is the name of whoever must act; `elapsed` is empty before it began; `state` is its word;
    `simulated` is what is not real about it here."""

    step: RunStep
    title: str
    hue: str
    elapsed: str
    state: str
    waits_on: str = ""
    simulated: str = ""


@dataclass(frozen=True, slots=True)
class Group:
    """Steps that stand alike."""

    title: str
    lines: list[Line]
    key: str


_GROUPS = (
    ("now", "Now", (StepState.FAILED, StepState.WAITING, StepState.RUNNING)),
    ("pending", "Not started", (StepState.PENDING,)),
    ("ready", "Done", (StepState.READY,)),
)


def lines(run: Run, now: datetime) -> list[Line]:
    customer = run.environment.customer.name
    return [_line(step, run, customer, now) for step in run.steps.all()]


def groups(lines: list[Line]) -> list[Group]:
    """Return the steps by how they stand: first what is at work, waits or has stopped, which is why somebody looks."""
    return [
        Group(title, shown, key)
        for key, title, states in _GROUPS
        if (shown := [line for line in lines if line.step.state in states])
    ]


def ready_count(run: Run) -> int:
    return sum(step.state == StepState.READY for step in run.steps.all())


def milestone(run: Run) -> str:
    """Return what a screen reader hears when it changes: never a tick of a clock."""
    steps = list(run.steps.all())
    current = next((step for step in steps if step.state in (StepState.FAILED, StepState.WAITING)), None)
    said = f"{ready_count(run)} of {len(steps)} steps."
    if run.state not in ACTIVE_RUNS:
        return f"{said} {RunState(run.state).label}."
    return f"{said} {_title(current)}." if current else said


def bars(run: Run) -> list[dict[str, Any]]:
    """Return the steps that began as bars of the timeline. What waits for a person has no expected end: it would dwarf the
    rest."""
    return [_bar(step, run) for step in run.steps.all() if step.started_at]


def owner_name(owner: str, customer: str) -> str:
    return {Owner.PROVIDER: settings.PROVIDER_NAME, Owner.CUSTOMER: customer, Owner.AWS: "AWS"}.get(Owner(owner), owner)


def _line(step: RunStep, run: Run, customer: str, now: datetime) -> Line:
    waits = step.state == StepState.WAITING and step.waits_on
    elapsed = _elapsed(step, _end(step, run) or now)
    hue, state = _HUES[StepState(step.state)], StepState(step.state).label
    if _is_held(step, run):
        hue, state = "idle", "Held"
    simulated = "" if step.removes else stand_in.simulated(step.key)
    return Line(step, _title(step), hue, elapsed, state, owner_name(waits, customer) if waits else "", simulated)


def _is_held(step: RunStep, run: Run) -> bool:
    """A pause found the step at work."""
    return run.state == RunState.PAUSED and step.state == StepState.RUNNING


def _end(step: RunStep, run: Run) -> datetime | None:
    """A step that stood still when its run was cancelled or paused ended then."""
    if _is_held(step, run):
        return run.paused_at
    return step.finished_at or (run.finished_at if run.state not in ACTIVE_RUNS else None)


def _elapsed(step: RunStep, end: datetime) -> str:
    return duration(max(end - step.started_at, timedelta())) if step.started_at else ""


def _known(step: RunStep) -> Step | None:
    found = BY_KEY.get(step.key)
    return Removal(found, ()) if found and step.removes else found


def _title(step: RunStep) -> str:
    known = _known(step)
    if known is None:
        return step.key
    title = f"{known.title[0].lower()}{known.title[1:]}"
    tenses = {
        StepState.PENDING: f"To be removed: {title}" if step.removes else known.title,
        StepState.RUNNING: known.doing,
        StepState.WAITING: known.doing,
        StepState.READY: known.done,
        StepState.FAILED: f"Could not {'remove' if step.removes else 'finish'}: {title}",
    }
    return tenses.get(StepState(step.state), known.title)


def _bar(step: RunStep, run: Run) -> dict[str, Any]:
    known = _known(step)
    bar: dict[str, Any] = {
        "label": known.title if known else step.key,
        "start": step.started_at,
        "end": _end(step, run),
        "state": step.state,
        "note": step.reason if step.state == StepState.WAITING else "",
    }
    if known and not known.waits_for and step.started_at and not step.finished_at:
        bar["expected_end"] = step.started_at + known.expected
    return bar
