"""A plan: what a run would change, found out by looking only."""

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from environments.provisioning import graph, messages
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.removal import Removal
from environments.provisioning.step import (
    CHANGE,
    CREATE,
    KEEP,
    REMOVE,
    Change,
    Context,
    Drifted,
    Finding,
    Pending,
    Ready,
    Step,
    StepRefused,
)

log = logging.getLogger(__name__)

WAIT, BLOCKED = "wait", "blocked"


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """What would happen to one step, and to each of its resources (`changes`).

    `waits_for` names who must act. `reason`, `code` and `remedy` say why it waits or is blocked. `looked`: AWS was asked; where
    a requirement is not there yet, that is not possible, and what the answers call for counts as to be created. `removes`: it
    takes away what the step made.
    """

    step: str
    title: str
    action: str
    details: tuple[str, ...] = ()
    waits_for: str = ""
    reason: str = ""
    remedy: str = ""
    code: str = ""
    outputs: Mapping[str, Any] = field(default_factory=dict)
    seconds: int = 0
    changes: tuple[Change, ...] = ()
    looked: bool = True
    removes: bool = False


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
    return [planned.get(step.key) or _expected(step, ctx, looked=False) for step in steps]


def findings(planned: Sequence[PlannedStep]) -> list[dict[str, Any]]:
    """Return the plan as plain data, as it is stored, shown and hashed."""
    return [
        {
            **asdict(step),
            "details": list(step.details),
            "outputs": dict(step.outputs),
            "changes": [{**asdict(change), "differences": list(change.differences)} for change in step.changes],
        }
        for step in planned
    ]


def _with(ctx: Context, ready: Mapping[str, Mapping[str, Any]]) -> Context:
    """Return the context that a step sees whose requirements gave these outputs."""
    known = {**ctx.outputs, **ready}
    spec = ctx.spec.completed(known)
    customer = ctx.customer
    if spec.customer_account_id != customer.account_id:  # found out on the way: it is a new one
        customer = ctx.provider.as_role(spec.role_arn, spec.external_id).in_region(spec.customer_region)
    return replace(ctx, spec=spec, customer=customer, outputs=known)


def _look(step: Step, ctx: Context) -> PlannedStep:
    return replace(_found(step, ctx), removes=isinstance(step, Removal))


def _found(step: Step, ctx: Context) -> PlannedStep:
    try:
        return _judge(step, step.observe(ctx), ctx)
    except StepRefused as refused:
        return _blocked(step, messages.refusal(refused), refused.changes)
    except CallFailed as failed:
        if failed.failure in (Failure.RETRYABLE, Failure.UNKNOWN):
            raise
        return _blocked(step, messages.explain(failed))
    except Exception as defect:
        log.exception("step met what it was not written for", extra={"step": step.key})
        return _blocked(step, messages.defect(defect))


def _judge(step: Step, finding: Finding, ctx: Context) -> PlannedStep:
    if isinstance(finding, Ready):
        changes = () if isinstance(step, Removal) else _each(step, KEEP, ctx)
        return PlannedStep(step.key, step.title, KEEP, outputs=finding.outputs, changes=changes)
    if isinstance(finding, Drifted):
        action = REMOVE if isinstance(step, Removal) else CHANGE
        changes = finding.changes or _each(step, action, ctx)
        return PlannedStep(
            step.key, step.title, action, details=finding.differences, seconds=_seconds(step), changes=changes
        )
    if isinstance(finding, Pending) and not isinstance(step, Removal):
        return PlannedStep(
            step.key,
            step.title,
            WAIT,
            details=step.planned(ctx.spec),
            waits_for=finding.waits_on,
            reason=finding.reason,
            changes=_each(step, CREATE, ctx),
        )
    return _expected(step, ctx, looked=True)


def _expected(step: Step, ctx: Context, *, looked: bool) -> PlannedStep:
    action = WAIT if step.waits_for else CREATE
    if isinstance(step, Removal):
        action = KEEP if step.remains else REMOVE
    return PlannedStep(
        step.key,
        step.title,
        action,
        details=step.planned(ctx.spec),
        waits_for=step.waits_for,
        seconds=_seconds(step),
        changes=_each(step, REMOVE if isinstance(step, Removal) else CREATE, ctx),
        looked=looked,
        removes=isinstance(step, Removal),
    )


def _blocked(step: Step, error: Mapping[str, str], changes: tuple[Change, ...] = ()) -> PlannedStep:
    return PlannedStep(
        step.key,
        step.title,
        BLOCKED,
        reason=error["message"],
        remedy=error["remedy"],
        code=error["code"],
        changes=changes,
    )


def _each(step: Step, action: str, ctx: Context) -> tuple[Change, ...]:
    """Return the same action for each resource of a step."""
    return tuple(Change(action, wanted.kind, wanted.name) for wanted in step.wanted(ctx.spec))


def _seconds(step: Step) -> int:
    return int(step.expected.total_seconds())
