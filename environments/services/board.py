"""What the journal keeps of a step: its row of the run, and the resources it saw."""

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Case, F, Value, When
from django.db.models.functions import Coalesce

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
    step = RunStep.objects.filter(run_id=lease.run_id, key=progress.step)
    started_at = Coalesce(F("started_at"), progress.at)
    if progress.state == StepState.RUNNING:
        # A wait that is only looked at again keeps its sentence on the page until there is a new one.
        state = Case(When(state=StepState.WAITING, then=F("state")), default=Value(StepState.RUNNING))
        step.update(state=state, started_at=started_at)
        return
    step.update(
        state=progress.state,
        waiting_since=progress.waiting_since,
        waits_on=progress.waits_on,
        reason=progress.reason,
        next_at=progress.next_at,
        give_up_at=progress.give_up_at,
        outputs=progress.outputs,
        error=progress.error,
        attempt=progress.attempt,
        started_at=started_at,
        finished_at=progress.at if progress.state in (StepState.READY, StepState.FAILED) else None,
    )
    _see(lease, progress)


def _see(lease: "Lease", progress: Progress) -> None:
    """Note which resources were seen in AWS. What a step no longer shows when it is ready was taken away."""
    forgets = progress.state == StepState.READY and not BY_KEY[progress.step].remains
    if not (progress.resources or forgets):
        return
    rows = Resource.objects.filter(environment_id=lease.environment_id, step=progress.step)
    known = {(row.kind, row.name): row for row in rows}
    shown = {(seen.kind, seen.name): seen for seen in progress.resources}
    same = [known[name].pk for name, seen in shown.items() if name in known and _is_as_seen(known[name], seen)]
    Resource.objects.filter(pk__in=same).update(last_seen_at=progress.at)
    Resource.objects.bulk_create(
        [
            _row(lease, progress, seen)
            for name, seen in shown.items()
            if name not in known or known[name].pk not in same
        ],
        update_conflicts=True,
        unique_fields=["environment", "step", "kind", "name"],
        update_fields=["aws_id", "account_id", "region", "attributes", "last_seen_at"],
    )
    if gone := [row.pk for name, row in known.items() if forgets and name not in shown]:
        Resource.objects.filter(pk__in=gone).delete()


def _is_as_seen(row: Resource, seen: Seen) -> bool:
    kept = (row.aws_id, row.account_id, row.region, row.attributes)
    return kept == (seen.aws_id, seen.account_id, seen.region, seen.attributes)


def _row(lease: "Lease", progress: Progress, seen: Seen) -> Resource:
    return Resource(
        customer_id=lease.customer_id,
        environment_id=lease.environment_id,
        step=progress.step,
        kind=seen.kind,
        name=seen.name,
        aws_id=seen.aws_id,
        account_id=seen.account_id,
        region=seen.region,
        attributes=seen.attributes,
        first_seen_at=progress.at,
        last_seen_at=progress.at,
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
