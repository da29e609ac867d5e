"""How long a plan takes and what it costs: told before it is approved, with where both come from."""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from environments.catalogue import prices
from environments.models import RunStep
from environments.provisioning.plan import BLOCKED, PlannedStep
from environments.provisioning.specification import Spec
from environments.provisioning.step import CREATE, KEEP, Step
from environments.states import StepState

_SAMPLES = 2000


def of(program: Sequence[Step], planned: Sequence[PlannedStep], spec: Spec) -> dict[str, Any]:
    """Return the estimate of a plan: `seconds` of work along its longest path, waits for people left out; how many steps were
    measured in earlier runs; `monthly_usd` of what will stand, and `added_usd` of what is new."""
    past = _past_seconds(planned)
    seconds = {one.step: past.get(one.step, one.seconds) if one.action != KEEP else 0 for one in planned}
    waiting = {one.step for one in planned if one.waits_for}
    whole, added = _cost(program, planned, spec)
    return {
        "seconds": round(longest(program, {key: 0 if key in waiting else value for key, value in seconds.items()})),
        "measured_steps": len(past),
        "monthly_usd": round(whole, 2),
        "added_usd": round(added, 2),
        "prices_as_of": prices.AS_OF,
    }


def _past_seconds(planned: Iterable[PlannedStep]) -> dict[str, float]:
    """Return the median seconds that each step, or its removal, took in the latest runs, where there are any."""
    removes = {one.step: one.removes for one in planned}
    rows = RunStep.objects.filter(key__in=removes, state=StepState.READY).order_by("-id")
    took: dict[str, list[float]] = defaultdict(list)
    for key, was_removal, started, finished in rows.values_list("key", "removes", "started_at", "finished_at")[
        :_SAMPLES
    ]:
        if started and finished and was_removal == removes[key]:
            took[key].append((finished - started).total_seconds())
    return {key: statistics.median(values) for key, values in took.items()}


def longest(program: Sequence[Step], seconds: Mapping[str, float]) -> float:
    """Return the seconds of the longest chain of steps: what goes in parallel does not add up."""
    ends: dict[str, float] = {}
    left = list(program)
    present = {step.key for step in program}
    while left:
        for step in [one for one in left if all(key in ends for key in one.requires if key in present)]:
            begins = max((ends[key] for key in step.requires if key in present), default=0.0)
            ends[step.key] = begins + seconds.get(step.key, 0)
            left.remove(step)
    return max(ends.values(), default=0.0)


def _cost(program: Sequence[Step], planned: Sequence[PlannedStep], spec: Spec) -> tuple[float, float]:
    wanted = {step.key: {(one.kind, one.name): one for one in step.wanted(spec)} for step in program}
    whole = added = 0.0
    for one in planned:
        if one.removes or one.action == BLOCKED:
            continue
        for change in one.changes:
            resource = wanted[one.step].get((change.kind, change.name))
            monthly = prices.monthly_usd(resource) if resource else 0.0
            whole += monthly
            added += monthly if change.action == CREATE else 0.0
    return whole, added
