"""What is left of provisioning, by its longest chain of steps: one that takes weeks counts for weeks, however many are done."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from environments.models import Milestone, RunStep, Specification
from environments.provisioning import graph
from environments.provisioning.specification import Spec
from environments.provisioning.steps import BY_KEY, STEPS
from environments.provisioning.steps.direct_connect import MILESTONES, DirectConnect
from environments.services.estimates import longest
from environments.states import ACTIVE_RUNS, RunState, StepState
from portal.ui import times
from portal.ui.drawings.gantt import duration

_NOTHING = timedelta()
_TIMES = ("started_at", "waiting_since", "give_up_at")


@dataclass(frozen=True, slots=True)
class Path:
    """The chain takes `usually` this long, and up to `at_most` where somebody uses a wait to its end. The sentences say by
    which step; empty where there is no step left."""

    usually: timedelta = _NOTHING
    at_most: timedelta = _NOTHING
    why: str = ""
    why_at_most: str = ""


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of one step. `until`: when its wait is given up, None where it waits without end or not at all."""

    key: str
    usually: timedelta
    until: datetime | None = None

    def at_most(self, now: datetime) -> timedelta:
        return max(self.usually, self.until - now) if self.until else self.usually


def of(environments: Iterable[list[Left]], now: datetime) -> Path:
    """Return the longest path of these environments, which are provisioned beside each other."""
    paths = [_path(steps, now) for steps in environments if steps]
    if not paths:
        return Path()
    usually, at_most = max(paths, key=lambda path: path.usually), max(paths, key=lambda path: path.at_most)
    return Path(usually.usually, at_most.at_most, usually.why, at_most.why_at_most)


def _path(steps: list[Left], now: datetime) -> Path:
    program = [BY_KEY[step.key] for step in steps]
    usually = longest(program, {step.key: step.usually.total_seconds() for step in steps})
    at_most = longest(program, {step.key: step.at_most(now).total_seconds() for step in steps})
    slowest = max(steps, key=lambda step: step.usually)
    why = f"What is left of provisioning takes {duration(timedelta(seconds=usually))}: “{BY_KEY[slowest.key].title}” alone"
    why = f"{why} {duration(slowest.usually)}."
    waits = [(step.until, step.key) for step in steps if step.until]
    last = max(waits, default=None)
    until = f"“{BY_KEY[last[1]].title}” is waited for until {times.absolute(last[0])}." if last else ""
    return Path(timedelta(seconds=usually), timedelta(seconds=at_most), why, until)


def read(environments: list[str], now: datetime) -> dict[str, list[Left]]:
    """Return by environment what is left of each of its steps: of its active run; of its approved answers before its first.
    Three statements, none where there are no environments."""
    if not environments:
        return {}
    recorded = list(Milestone.objects.filter(environment__in=environments).values_list("environment", flat=True))
    rows = RunStep.objects.filter(
        run__environment__in=environments, run__state__in=ACTIVE_RUNS, removes=False, key__in=BY_KEY
    )
    found: dict[str, list[Left]] = {}
    for step in rows.select_related("run").only("key", "state", *_TIMES, "run__environment"):
        of = step.run.environment_id
        left = _of_step(step, recorded.count(of), now)
        found.setdefault(of, []).append(Left(step.key, left, step.give_up_at))
    not_begun = Specification.objects.filter(environment__in=environments).exclude(
        environment__runs__state__in=(*ACTIVE_RUNS, RunState.FINISHED)
    )
    for specification in not_begun.order_by("version"):
        of = specification.environment_id
        steps = graph.needed(STEPS, Spec.of(specification.content))
        found[of] = [Left(step.key, _expected(step.key, recorded.count(of))) for step in steps]
    return found


def _of_step(step: RunStep, recorded: int, now: datetime) -> timedelta:
    """Return what is left of a step. A line is not nearer for being waited for, but for what was recorded of it."""
    if step.state == StepState.READY:
        return _NOTHING
    expected, since = _expected(step.key, recorded), step.waiting_since or step.started_at
    if step.key == DirectConnect.key or since is None or step.state not in (StepState.RUNNING, StepState.WAITING):
        return expected
    return max(_NOTHING, expected - (now - since))


def _expected(key: str, recorded: int) -> timedelta:
    usual = BY_KEY[key].expected
    return usual * (1 - recorded / len(MILESTONES)) if key == DirectConnect.key else usual
