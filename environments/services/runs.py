"""Runs: claimed, advanced until they wait or end, retried, cancelled; and the sweep that finds what nobody works on."""

import logging
import os
import socket
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Now

from environments import rules
from environments.models import AwsAccount, Environment, Plan, Run
from environments.provisioning import graph
from environments.provisioning.engine import Engine, Outcome
from environments.provisioning.ports import LeaseLost
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context
from environments.provisioning.steps import BY_KEY, STEPS
from environments.services import board, checklist, cloud, notices
from environments.services.journal import Lease, RunJournal, at_once, lease_length
from environments.signals import environment_changed
from environments.states import RUNS, WORKABLE_RUNS, PlanState, RunState, StepState
from portal.accounts.models import User
from portal.audit.services import record
from portal.core import clock, queue
from portal.core.errors import Conflict, Forbidden

log = logging.getLogger(__name__)


def advance(run_id: str) -> None:
    """Work on a run until it waits or ends. Does nothing where it is not due, or another worker has it."""
    run = claim(run_id)
    if run is None:
        return
    lease = lease_of(run)
    try:
        outcome = _engine(run, lease).advance()
        _settle(run, lease, outcome)
    except LeaseLost:
        log.warning("lease lost, another worker has the run", extra={"run": run_id, "epoch": lease.epoch})


def claim(run_id: str) -> Run | None:
    """Take a due run that nobody works on, by one conditional UPDATE on the database's clock; None where it cannot be had."""
    with transaction.atomic():
        taken = (
            _due()
            .filter(pk=run_id)
            .update(
                state=RunState.RUNNING,
                epoch=F("epoch") + 1,
                lease_owner=f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"[:80],
                lease_until=Now() + lease_length(),
                started_at=Coalesce(F("started_at"), Now()),
            )
        )
        if not taken:
            return None
        rows = Run.objects.select_related("environment__customer", "environment__aws_account", "plan__specification")
        run: Run = rows.get(pk=run_id)
    return run


def lease_of(run: Run) -> Lease:
    """Return the lease of a run that was claimed just now."""
    return Lease(run.pk, run.customer_id, run.environment_id, run.epoch)


def _due() -> Any:
    unleased = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    return Run.objects.filter(unleased, state__in=WORKABLE_RUNS, next_at__lte=Now())


def _engine(run: Run, lease: Lease) -> Engine:
    spec = Spec.of(run.plan.specification.content)
    journal = RunJournal(lease)
    if lease.epoch == 1:  # on the writer's thread: the first call of AWS need not wait for it
        journal.note(lambda: record("run.started", run, by=None, customer=run.environment.customer))
    accounts = cloud.provider(spec), cloud.customer(spec)

    def context(step: str, outputs: Mapping[str, Mapping[str, Any]], now: datetime) -> Context:
        provider, customer = (cloud.WorkingAccount(account, step, journal) for account in accounts)
        return Context(spec, provider, customer, now, settings.RUN_POLL_CUSTOMER, outputs)

    return Engine(
        graph.needed(STEPS, spec),
        board.records(run),
        context=context,
        journal=journal,
        clock=clock.now,
        settle=settings.AWS_SETTLE,
        threads=settings.RUN_THREADS,
    )


def _settle(run: Run, lease: Lease, outcome: Outcome) -> None:
    """Write how the advance ended, give the lease back, and tell whoever must know. Raises `LeaseLost`."""
    now = clock.now()
    state = RunState(outcome.state)
    with transaction.atomic():
        mine = Run.objects.filter(pk=run.pk, epoch=lease.epoch, state=RunState.RUNNING)
        written = mine.update(
            state=state,
            next_at=outcome.next_at or now,
            lease_until=None,
            lease_owner="",
            finished_at=now if state == RunState.FINISHED else None,
        )
        if not written:
            raise LeaseLost(run.pk)
        before = run.state
        run.refresh_from_db()
        _prove_account(run)
        checklist.refresh(run.environment)
        notices.tell(run)
        if state in (RunState.FINISHED, RunState.FAILED):
            record(
                f"run.{state}",
                run,
                by=None,
                customer=run.environment.customer,
                before={"state": before},
                after=_summary(run),
            )
        environment_changed.send(sender=Environment, environment=run.environment)


def _prove_account(run: Run) -> None:
    """The customer's account is theirs from the moment the role let us in with its external ID; never a second customer's."""
    account = run.environment.aws_account
    if account.verified_at or not run.steps.filter(key="customer_access", state=StepState.READY).exists():
        return
    if AwsAccount.objects.filter(account_id=account.account_id, verified_at__isnull=False).exists():
        return
    account.verified_at = clock.now()
    account.save(update_fields=["verified_at"])
    after = {"account_id": account.account_id}
    record("aws_account.verified", account, by=None, customer=run.environment.customer, after=after)


def _summary(run: Run) -> dict[str, Any]:
    stopped = {step.key: step.error.get("message", "") for step in run.steps.filter(state=StepState.FAILED)}
    return {"state": run.state, **({"stopped": stopped} if stopped else {})}


def retry(run: Run, *, by: User, step_key: str | None = None) -> Run:
    """Start the stopped steps again (or only this one); what is ready stays. Raises `Forbidden`, `Conflict`."""
    _require_operator(by)
    with transaction.atomic():
        run = _locked(run)
        stopped = run.steps.filter(state=StepState.FAILED)
        keys = [key for key in stopped.values_list("key", flat=True) if step_key in (None, key)]
        if not keys:
            raise Conflict("No step of this run has stopped.", remedy="Reload the page to see what it is doing.")
        _queue(run, "retry")
        _reopen(run, keys)
        record("run.retried", run, by=by, customer=run.customer, after={"steps": keys})
    return run


def _reopen(run: Run, keys: Iterable[str]) -> None:
    wanted = {name for key in keys for name in (key, *BY_KEY[key].retry_from)}
    run.steps.filter(key__in=wanted).update(
        state=StepState.PENDING,
        attempt=0,
        error={},
        outputs={},
        reason="",
        waits_on="",
        next_at=None,
        started_at=None,
        finished_at=None,
    )


def look_again(run: Run, *, by: User | None) -> Run:
    """Have a waiting run look now instead of at its next time. Raises `Forbidden`, `Conflict` where it does not wait."""
    if by is not None and not rules.may_verify(by, run.customer):
        raise Forbidden("Looking again is for the provider's staff and the customer's contributors.")
    with transaction.atomic():
        run = _locked(run)
        _queue(run, "look_again")
        run.steps.filter(state=StepState.WAITING).update(next_at=None)
        record("run.looked_at_again", run, by=by, customer=run.customer)
    return run


def cancel(run: Run, *, by: User) -> Run:
    """End a run between two calls. What it made stays, is in the resources, and a new plan counts it as there.

    Raises `Forbidden`, `Conflict` where the run has ended.
    """
    _require_operator(by)
    with transaction.atomic():
        run = _locked(run)
        before = run.state
        run.state = RUNS.after(run.state, "cancel")
        run.finished_at, run.lease_until, run.lease_owner = clock.now(), None, ""
        run.save(update_fields=["state", "finished_at", "lease_until", "lease_owner"])
        record("run.cancelled", run, by=by, customer=run.customer, before={"state": before}, after={"state": run.state})
        environment_changed.send(sender=Environment, environment=run.environment)
    return run


def _queue(run: Run, act: str) -> None:
    run.state = RUNS.after(run.state, act)
    run.next_at = at_once()
    run.save(update_fields=["state", "next_at"])
    queue.enqueue("environments.advance_run", run=run.pk)


def _locked(run: Run) -> Run:
    return Run.objects.select_for_update(of=("self",)).select_related("environment", "customer").get(pk=run.pk)


def _require_operator(user: User) -> None:
    if not rules.may_provision(user):
        raise Forbidden("Steering a run is for the provider's operations engineers.")


def sweep() -> int:
    """Hint at everything that is due and that nobody works on; return how much that is. Two sweeps at once do no harm."""
    overdue = clock.now() - settings.RUN_SWEEP
    runs = list(_due().values_list("pk", flat=True))
    plans = list(Plan.objects.filter(state=PlanState.REQUESTED, created_at__lte=overdue).values_list("pk", flat=True))
    checks = list(Environment.objects.filter(check_requested_at__lte=overdue).values_list("pk", flat=True))
    for pk in runs:
        queue.enqueue("environments.advance_run", run=pk)
    for pk in plans:
        queue.enqueue("environments.compute_plan", plan=pk)
    for pk in checks:
        queue.enqueue("environments.verify", environment=pk)
    return len(runs) + len(plans) + len(checks)
