"""Runs: claimed, advanced until they wait or end; and the sweep that finds what nobody works on."""

import logging
import os
import socket
import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now

from environments.models import AwsAccount, Environment, Plan, Run
from environments.provisioning import graph, messages
from environments.provisioning.engine import Engine, Outcome
from environments.provisioning.ports import LeaseLost
from environments.provisioning.specification import Spec
from environments.provisioning.step import Context, Step
from environments.provisioning.steps import STEPS
from environments.services import board, checklist, cloud, fairness, known, lookups, notices, plans, tear_downs
from environments.services.journal import Lease, RunJournal, lease_length
from environments.services.secrets import RunSecrets
from environments.signals import environment_changed
from environments.states import PlanState, RunState, StepState
from portal.audit.services import record
from portal.core import clock, queue

log = logging.getLogger(__name__)


def advance(run_id: str) -> None:
    """Work on this run, or on one whose turn it is before, until it waits or ends. Does nothing where none is due.

    An error that nobody foresaw stops the run, where the next worker would only meet it again. A database that is away is no
    such error: the lease ends, and the sweep finds the run.
    """
    run = claim(fairness.fairest(run_id))
    if run is None:
        return
    run_id, lease = run.pk, lease_of(run)
    try:
        outcome = _engine(run, lease).advance()
        _settle(run, lease, outcome)
    except LeaseLost:
        log.warning("lease lost, the run was taken away", extra={"run": run_id, "epoch": lease.epoch})
    except (OperationalError, InterfaceError):
        raise
    except Exception as defect:
        log.exception("run met what it was not written for", extra={"run": run_id, "epoch": lease.epoch})
        _stop(run, lease, defect)


def claim(run_id: str) -> Run | None:
    """Take a due run that nobody works on, by one conditional UPDATE on the database's clock; None where it cannot be had."""
    with transaction.atomic():
        taken = fairness.claimable(run_id).update(
            state=RunState.RUNNING,
            epoch=F("epoch") + 1,
            lease_owner=f"{socket.gethostname()}:{os.getpid()}:{threading.get_ident()}"[:80],
            lease_until=Now() + lease_length(),
            started_at=Coalesce(F("started_at"), Now()),
        )
        if not taken:
            return None
        rows = Run.objects.select_related("environment__customer", "environment__aws_account", "plan__specification")
        run: Run = rows.get(pk=run_id)
    return run


def lease_of(run: Run) -> Lease:
    """Return the lease of a run that was claimed just now."""
    return Lease(run.pk, run.customer_id, run.environment_id, run.epoch)


def _engine(run: Run, lease: Lease) -> Engine:
    spec = Spec.of(run.plan.specification.content)
    journal = RunJournal(lease)
    if lease.epoch == 1:  # on the writer's thread: the first call of AWS need not wait for it
        journal.note(lambda: record("run.started", run, by=None, customer=run.environment.customer))
    before, adopted = known.outputs(run.environment), known.adopted(run.environment)
    secrets, milestones = RunSecrets(run.environment, journal), known.milestones(run.environment)

    def context(step: str, outputs: Mapping[str, Mapping[str, Any]], now: datetime) -> Context:
        given = {**before, **outputs}
        completed = spec.completed(given)
        accounts = cloud.provider(completed), cloud.customer(completed)
        provider, customer = (cloud.WorkingAccount(account, step, journal) for account in accounts)
        return Context(
            completed,
            provider,
            customer,
            now,
            settings.RUN_POLL_CUSTOMER,
            given,
            adopted,
            secrets=secrets,
            milestones=milestones,
            names=lookups.public(completed),
        )

    return Engine(
        program(run),
        board.records(run),
        context=context,
        journal=journal,
        clock=clock.now,
        settle=settings.AWS_SETTLE,
        threads=settings.RUN_THREADS,
        known=before,
    )


def program(run: Run) -> tuple[Step, ...]:
    """Return what the run does, as its plan said: steps to bring about, and removals of others."""
    rows = dict(run.steps.values_list("key", "removes"))
    there = [step for step in STEPS if step.key in rows]
    leaving = [step for step in there if rows[step.key]]
    return (*(step for step in there if not rows[step.key]), *graph.removals(leaving))


def _settle(run: Run, lease: Lease, outcome: Outcome) -> None:
    """Write how the advance ended, give the lease back, and tell whoever must know. Raises `LeaseLost`."""
    now = clock.now()
    state = RunState(outcome.state)
    with transaction.atomic():
        if state == RunState.FINISHED:  # its row is written below, and comes before the run's: see there
            plans.lock(run.environment_id)
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
        _name_account(run)
        _prove_account(run)
        _note_vpc(run)
        if state == RunState.FINISHED:
            tear_downs.note_end(run)
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
        fairness.hint_after_commit(run.customer_id)
        environment_changed.send(sender=Environment, environment=run.environment)


def _stop(run: Run, lease: Lease, defect: Exception) -> None:
    """The run has stopped as a whole, with a sentence for its page: only the kind of the error is told."""
    remedy = "Nothing that stands is lost. Look at the worker's log, then start the run again."
    error = {**messages.defect(defect), "remedy": remedy}
    with transaction.atomic():
        mine = Run.objects.filter(pk=run.pk, epoch=lease.epoch, state=RunState.RUNNING)
        if not mine.update(state=RunState.FAILED, error=error, lease_until=None, lease_owner=""):
            return
        run.refresh_from_db()
        before, after = {"state": RunState.RUNNING}, {"state": run.state, "stopped": {"run": error["message"]}}
        record("run.failed", run, by=None, customer=run.environment.customer, before=before, after=after)
        fairness.hint_after_commit(run.customer_id)
        environment_changed.send_robust(sender=Environment, environment=run.environment)  # a listener may be the defect
    notices.tell_of_defect(run)


def _name_account(run: Run) -> None:
    """An account that the run has opened has its number from now on."""
    account = run.environment.aws_account
    step = run.steps.filter(key="account", state=StepState.READY).first()
    if account.account_id or step is None:
        return
    account.account_id = step.outputs["account_id"]
    account.save(update_fields=["account_id"])
    after = {"account_id": account.account_id, "root_email": account.root_email}
    record("aws_account.opened", account, by=None, customer=run.environment.customer, after=after)


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


def _note_vpc(run: Run) -> None:
    """A VPC that the run has made is the environment's from now on, and one that it has taken away is not any more."""
    step = run.steps.filter(key="vpc", state=StepState.READY).first()
    if step is None or not Spec.of(run.plan.specification.content).creates_vpc:
        return
    environment, before = run.environment, run.environment.vpc_id
    environment.vpc_id = "" if step.removes else step.outputs["vpc_id"]
    if environment.vpc_id == before:
        return
    environment.save(update_fields=["vpc_id"])
    record(
        "environment.vpc_changed",
        environment,
        by=None,
        customer=environment.customer,
        before={"vpc_id": before},
        after={"vpc_id": environment.vpc_id},
    )


def _summary(run: Run) -> dict[str, Any]:
    stopped = {step.key: step.error.get("message", "") for step in run.steps.filter(state=StepState.FAILED)}
    return {"state": run.state, **({"stopped": stopped} if stopped else {})}


def sweep() -> int:
    """Hint at everything that is due and that nobody works on; return how much that is. Two sweeps at once do no harm."""
    overdue = clock.now() - settings.RUN_SWEEP
    runs = list(fairness.in_turn(fairness.due()).values_list("pk", flat=True))
    plans = list(Plan.objects.filter(state=PlanState.REQUESTED, created_at__lte=overdue).values_list("pk", flat=True))
    checks = list(Environment.objects.filter(check_requested_at__lte=overdue).values_list("pk", flat=True))
    for pk in runs:
        queue.enqueue("environments.advance_run", run=pk)
    for pk in plans:
        queue.enqueue("environments.compute_plan", plan=pk)
    for pk in checks:
        queue.enqueue("environments.verify", environment=pk)
    return len(runs) + len(plans) + len(checks)
