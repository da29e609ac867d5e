"""What people do to a run that is under way: pause, resume, retry, look again, cancel.

Each act writes the run's state and takes the worker's lease away where it has one: the journal is fenced by state and epoch, so
the worker stops before its next changing call.
"""

from collections.abc import Iterable, Mapping

from django.db import transaction

from environments import rules
from environments.models import Environment, Run, RunStep
from environments.provisioning.step import CUSTOMER
from environments.provisioning.steps import BY_KEY
from environments.services import fairness
from environments.services.journal import at_once
from environments.signals import environment_changed
from environments.states import RUNS, RunState, StepState
from portal.accounts.models import User
from portal.audit.services import record
from portal.core import clock, queue
from portal.core.errors import Conflict, FieldProblem, Forbidden, Invalid

NOTE_LENGTH = 500
_NOT_DONE = frozenset({"overdue", "peering_expired", "peering_rejected", "peering_gone"})
"""Why a step stopped that waited for the customer, where asking anew can help."""


def require_operator(user: User) -> None:
    """Raises `Forbidden` for whoever may not steer runs."""
    if not rules.may_provision(user):
        raise Forbidden("Steering a run is for the provider's operations engineers.")


def retry(run: Run, *, by: User, step_key: str | None = None) -> Run:
    """Start the stopped steps again (or only this one); what is ready stays. A run that stopped as a whole starts as it is.

    Raises `Forbidden`, `Conflict`.
    """
    require_operator(by)
    with transaction.atomic():
        run = _locked(run)
        _require_not_paused(run)
        stopped = run.steps.filter(state=StepState.FAILED)
        keys = [key for key in stopped.values_list("key", flat=True) if step_key in (None, key)]
        if not keys and not run.error:
            raise Conflict("No step of this run has stopped.", remedy="Reload the page to see what it is doing.")
        _queue(run, "retry", error={})
        _reopen(run, keys)
        record("run.retried", run, by=by, customer=run.customer, after={"steps": keys})
    return run


def ask_again(run: Run, step_key: str, *, by: User) -> Run:
    """Have the customer's part asked for anew, where it ended before they did it or they have mended what stood in its way.
    Their own editors may have that done as well as the operators.

    Raises `Forbidden`, `Conflict` where the step has not stopped for such a reason.
    """
    if not rules.may_ask_again(by, run.customer):
        raise Forbidden("Asking anew is for the customer's contributors and the provider's operations engineers.")
    with transaction.atomic():
        run = _locked(run)
        _require_not_paused(run)
        step = run.steps.filter(key=step_key).first()
        if step is None or not is_customers_to_mend(step):
            raise Conflict("There is nothing to ask for anew: this step has not stopped.")
        _queue(run, "retry", error={})
        _reopen(run, [step_key])
        record("run.asked_again", run, by=by, customer=run.customer, after={"steps": [step_key]})
    return run


def is_customers_to_mend(step: RunStep) -> bool:
    """Return whether a step stopped because the customer did not act in time, refused, or has something in its way."""
    return step.state == StepState.FAILED and stopped_for_customer(step.key, step.error)


def stopped_for_customer(step_key: str, error: Mapping[str, str]) -> bool:
    """Return whether the error that a step stopped with is the customer's to mend."""
    code = error.get("code", "")
    in_their_way = (step_key, code) == ("customer_routes", "route_taken")
    return in_their_way or (BY_KEY[step_key].waits_for == CUSTOMER and code in _NOT_DONE)


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
        _require_not_paused(run)
        _queue(run, "look_again")
        _look_at_once(run)
        record("run.looked_at_again", run, by=by, customer=run.customer)
    return run


def pause(run: Run, *, by: User, note: str = "") -> Run:
    """Hold a run between two calls until somebody resumes or cancels it. What it made stays; nobody looks at AWS for it.

    `note` says why, in at most 500 characters. Raises `Forbidden`, `Invalid`, `Conflict` where nothing is under way.
    """
    require_operator(by)
    words = " ".join(note.split())
    if len(words) > NOTE_LENGTH:
        problem = f"The reason must be at most {NOTE_LENGTH} characters; this is {len(words)}."
        raise Invalid([FieldProblem("note", problem, "too_long")])
    with transaction.atomic():
        run = _locked(run)
        before = run.state
        _halt(run, "pause", paused_at=clock.now(), paused_by=by, pause_note=words)
        after = {"state": run.state, **({"note": words} if words else {})}
        record("run.paused", run, by=by, customer=run.customer, before={"state": before}, after=after)
    return run


def resume(run: Run, *, by: User) -> Run:
    """Let a paused run go on where it stood; whatever waits is looked at at once. Raises `Forbidden`, `Conflict`."""
    require_operator(by)
    with transaction.atomic():
        run = _locked(run)
        before = {"state": run.state, "paused_at": run.paused_at}
        _queue(run, "resume", paused_at=None, paused_by=None, pause_note="")
        _look_at_once(run)
        record("run.resumed", run, by=by, customer=run.customer, before=before, after={"state": run.state})
        environment_changed.send(sender=Environment, environment=run.environment)
    return run


def cancel(run: Run, *, by: User) -> Run:
    """End a run between two calls. What it made stays, is in the resources, and a new plan counts it as there.

    Raises `Forbidden`, `Conflict` where the run has ended.
    """
    require_operator(by)
    with transaction.atomic():
        run = _locked(run)
        end(run, by=by)
    return run


def end(run: Run, *, by: User | None) -> None:
    """The run is cancelled. Whether `by` may do that the caller has asked, and holds the run's row. Raises `Conflict`."""
    before = run.state
    _halt(run, "cancel", finished_at=clock.now())
    record("run.cancelled", run, by=by, customer=run.customer, before={"state": before}, after={"state": run.state})


def _halt(run: Run, act: str, **fields: object) -> None:
    """Take the run away from whichever worker has it."""
    _write(run, act, lease_until=None, lease_owner="", **fields)
    fairness.hint_after_commit(run.customer_id)
    environment_changed.send(sender=Environment, environment=run.environment)


def _queue(run: Run, act: str, **fields: object) -> None:
    _write(run, act, next_at=at_once(), **fields)
    queue.enqueue("environments.advance_run", run=run.pk)


def _write(run: Run, act: str, **fields: object) -> None:
    run.state = RUNS.after(run.state, act)
    for name, value in fields.items():
        setattr(run, name, value)
    run.save(update_fields=["state", *fields])


def _look_at_once(run: Run) -> None:
    run.steps.filter(state=StepState.WAITING).update(next_at=None)


def _locked(run: Run) -> Run:
    return Run.objects.select_for_update(of=("self",)).select_related("environment", "customer").get(pk=run.pk)


def _require_not_paused(run: Run) -> None:
    if run.state == RunState.PAUSED:
        raise Conflict("This run is paused.", remedy="Have it resumed first: it then looks at everything that waits.")
