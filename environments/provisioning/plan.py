"""A plan: what a run would change, found out by looking only."""

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any

from environments.provisioning import graph, messages
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.step import Context, Drifted, Finding, Pending, Ready, Step, StepRefused

log = logging.getLogger(__name__)

CREATE, CHANGE, KEEP, WAIT, BLOCKED = "create", "change", "keep", "wait", "blocked"


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """What would happen to one step. `waits_for` names who must act; `remedy` is set where it is blocked."""

    step: str
    title: str
    action: str
    details: tuple[str, ...] = ()
    waits_for: str = ""
    reason: str = ""
    remedy: str = ""
    outputs: Mapping[str, Any] = field(default_factory=dict)
    seconds: int = 0


def make(steps: Sequence[Step], ctx: Context) -> list[PlannedStep]:
    """Observe every step that can be observed, in parallel, and say what a run would do. Changes nothing.

    A step whose requirements are not there yet cannot be looked at; it counts as to be created.
    """
    ready: dict[str, Mapping[str, Any]] = {}
    planned: dict[str, PlannedStep] = {}
    with ThreadPoolExecutor(max(1, len(steps)), thread_name_prefix="plan") as pool:
        while due := [step for step in graph.startable(steps, ready) if step.key not in planned]:
            looked = pool.map(lambda step: _look(step, _with(ctx, ready)), due)
            for result in list(looked):
                planned[result.step] = result
                if result.action == KEEP:
                    ready[result.step] = result.outputs
    return [planned.get(step.key) or _expected(step, ctx) for step in steps]


def findings(planned: Sequence[PlannedStep]) -> list[dict[str, Any]]:
    """Return the plan as plain data, as it is stored, shown and hashed."""
    return [{**asdict(step), "details": list(step.details), "outputs": dict(step.outputs)} for step in planned]


def _with(ctx: Context, ready: Mapping[str, Mapping[str, Any]]) -> Context:
    return Context(ctx.spec, ctx.provider, ctx.customer, ctx.now, ctx.poll_customer, dict(ready))


def _look(step: Step, ctx: Context) -> PlannedStep:
    try:
        return _judge(step, step.observe(ctx), ctx)
    except StepRefused as refused:
        return _blocked(step, messages.refusal(refused))
    except CallFailed as failed:
        if failed.failure in (Failure.RETRYABLE, Failure.UNKNOWN):
            raise
        return _blocked(step, messages.explain(failed))
    except Exception as defect:
        log.exception("step met what it was not written for", extra={"step": step.key})
        return _blocked(step, messages.defect(defect))


def _judge(step: Step, finding: Finding, ctx: Context) -> PlannedStep:
    seconds = int(step.expected.total_seconds())
    if isinstance(finding, Ready):
        return PlannedStep(step.key, step.title, KEEP, outputs=finding.outputs)
    if isinstance(finding, Drifted):
        return PlannedStep(step.key, step.title, CHANGE, details=finding.differences, seconds=seconds)
    if isinstance(finding, Pending):
        details = step.planned(ctx.spec)
        return PlannedStep(
            step.key, step.title, WAIT, details=details, waits_for=finding.waits_on, reason=finding.reason
        )
    return _expected(step, ctx)


def _expected(step: Step, ctx: Context) -> PlannedStep:
    action = WAIT if step.waits_for else CREATE
    seconds = int(step.expected.total_seconds())
    return PlannedStep(
        step.key, step.title, action, details=step.planned(ctx.spec), waits_for=step.waits_for, seconds=seconds
    )


def _blocked(step: Step, error: Mapping[str, str]) -> PlannedStep:
    return PlannedStep(step.key, step.title, BLOCKED, reason=error["message"], remedy=error["remedy"])
