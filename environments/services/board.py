"""What the journal keeps of a step: its row of the run, and the resources it saw."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings

from environments.models import AwsCall, Resource, RunStep
from environments.provisioning.attempt import StepRecord
from environments.provisioning.ports import Progress, Seen
from environments.provisioning.step import CREATE
from environments.provisioning.steps import BY_KEY
from environments.states import CallOutcome, StepState
from portal.core import clock

if TYPE_CHECKING:
    from environments.models import Run
    from environments.services.journal import Lease


def keep(lease: "Lease", progress: Progress) -> None:
    """Write where a step has got to. Call it in the writer's transaction."""
    step = RunStep.objects.get(run_id=lease.run_id, key=progress.step)
    if progress.state == StepState.RUNNING:
        # A wait that is only looked at again keeps its sentence on the page until there is a new one.
        if step.state != StepState.WAITING:
            step.state = StepState.RUNNING
        step.started_at = step.started_at or progress.at
    else:
        step.state, step.waiting_since = progress.state, progress.waiting_since
        step.waits_on, step.reason = progress.waits_on, progress.reason
        step.next_at, step.give_up_at = progress.next_at, progress.give_up_at
        step.outputs, step.error, step.attempt = progress.outputs, progress.error, progress.attempt
        step.finished_at = progress.at if progress.state in (StepState.READY, StepState.FAILED) else None
    step.save()
    for seen in progress.resources:
        see(lease, progress, seen)
    if progress.state == StepState.READY and not BY_KEY[progress.step].remains:
        _forget_others(lease, progress)


def _forget_others(lease: "Lease", progress: Progress) -> None:
    """What a step no longer shows when it is ready was taken away."""
    rows = Resource.objects.filter(environment_id=lease.environment_id, step=progress.step)
    shown = {(seen.kind, seen.name) for seen in progress.resources}
    gone = [pk for pk, kind, name in rows.values_list("pk", "kind", "name") if (kind, name) not in shown]
    if gone:
        rows.filter(pk__in=gone).delete()


def see(lease: "Lease", progress: Progress, seen: Seen) -> None:
    """Note that a resource was seen in AWS."""
    Resource.objects.update_or_create(
        environment_id=lease.environment_id,
        step=progress.step,
        kind=seen.kind,
        name=seen.name,
        defaults={
            "aws_id": seen.aws_id,
            "account_id": seen.account_id,
            "region": seen.region,
            "attributes": seen.attributes,
            "last_seen_at": progress.at,
        },
        create_defaults={
            "customer_id": lease.customer_id,
            "aws_id": seen.aws_id,
            "account_id": seen.account_id,
            "region": seen.region,
            "attributes": seen.attributes,
            "first_seen_at": progress.at,
            "last_seen_at": progress.at,
        },
    )


def records(run: "Run") -> dict[str, StepRecord]:
    """Return what is known of every step, for the engine to go on from."""
    untouched = _untouched(run)
    return {
        step.key: StepRecord(
            state=step.state,
            attempt=step.attempt,
            outputs=step.outputs,
            next_at=step.next_at,
            waits_on=step.waits_on,
            waiting_since=step.waiting_since,
            unseen_at=unseen,
            untouched=step.key in untouched and step.state in (StepState.PENDING, StepState.RUNNING),
        )
        for step, unseen in _with_unseen(run)
    }


def _untouched(run: "Run") -> set[str]:
    """Return the steps of which nothing can be there: the plan saw nothing a moment ago, and the journal, which has every
    change before it is sent, knows of none in this environment."""
    plan = run.plan
    if plan.computed_at is None or plan.computed_at < clock.now() - settings.PLAN_TRUST:
        return set()
    missing = {found["step"] for found in plan.findings if found["action"] == CREATE}
    tried = AwsCall.objects.filter(run__environment=run.environment_id, changes=True)
    return missing - set(tried.values_list("step", flat=True).distinct())


def _with_unseen(run: "Run") -> Iterator[tuple[RunStep, datetime | None]]:
    """Yield each step with the moment of its latest change that may have taken effect, in this run or in one before it that
    was cancelled with a call under way.

    A change that AWS confirmed before a person had the step started again does not count: that person saw what became of it.
    """
    changes = AwsCall.objects.filter(run__environment=run.environment_id, changes=True)
    changes = changes.exclude(outcome=CallOutcome.ERROR).filter(started_at__gt=clock.now() - settings.AWS_SETTLE)
    sent = list(changes.order_by("started_at").values_list("step", "outcome", "started_at"))
    for step in run.steps.all():
        since = step.started_at
        times = [
            at
            for key, outcome, at in sent
            if key == step.key and (outcome == CallOutcome.INTENT or (since and at >= since))
        ]
        yield step, max(times, default=None)
