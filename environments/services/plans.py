"""Plans: requested, computed by only looking at AWS, approved by digest."""

import hashlib
import json
import logging
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet

from environments import rules
from environments.models import AwsAccount, Environment, Plan, Run, RunStep
from environments.provisioning import graph, messages, quotas
from environments.provisioning import plan as planning
from environments.provisioning.ports import CallFailed
from environments.provisioning.specification import Spec
from environments.provisioning.step import Step
from environments.provisioning.steps import STEPS
from environments.services import checklist, cloud, confirmation, estimates, known
from environments.services.journal import at_once
from environments.signals import environment_changed
from environments.states import ACTIVE_RUNS, PLANS, REMOVING, PlanPurpose, PlanState
from portal.accounts.models import User
from portal.audit.services import record
from portal.core import clock, queue
from portal.core.errors import Conflict, Forbidden

log = logging.getLogger(__name__)

_OPEN = (PlanState.REQUESTED, PlanState.READY, PlanState.BLOCKED)


def request(environment: Environment, *, by: User | None) -> Plan:
    """Have a plan made from the newest specification; whatever plan was open is out of date from now on.

    `by` is None where the portal itself asks, after the last approval. Raises `Forbidden`, `Conflict` without a specification.
    """
    if by is not None and not rules.may_request_plan(by):
        raise Forbidden("Making a plan is for the provider's engineers and account managers.")
    return begin(environment, PlanPurpose.PROVISION, by=by)


def begin(environment: Environment, purpose: PlanPurpose, *, by: User | None) -> Plan:
    """Have a plan made for this purpose, by whoever may. Raises `Conflict` without a specification."""
    with transaction.atomic():
        lock(environment.pk)
        specification = environment.specifications.order_by("-version").first()
        if specification is None:
            raise Conflict("There is nothing to plan yet: the answers are not approved.")
        supersede_open(environment.plans.all(), by=by)
        plan = Plan.objects.create(
            customer=environment.customer,
            environment=environment,
            specification=specification,
            purpose=purpose,
            requested_by=by,
        )
        checklist.ensure(environment)
        after = {"specification": specification.version, "purpose": purpose}
        record("plan.requested", plan, by=by, customer=environment.customer, after=after)
        queue.enqueue("environments.compute_plan", plan=plan.pk)
    return plan


def lock(environment_id: str) -> None:
    """Hold the environment's row until the transaction ends: of its plans and runs one is requested, approved or ended after
    the other. It comes before their rows, so that two acts never wait for each other."""
    Environment.objects.select_for_update(no_key=True).get(pk=environment_id)


def supersede_open(plans: QuerySet[Plan], *, by: User | None) -> None:
    """Those of an environment's plans that are open are out of date from now on. Call it in the transaction of what made it
    so, with the environment held."""
    for plan in plans.select_for_update(of=("self",)).select_related("customer").filter(state__in=_OPEN):
        before = plan.state
        _move(plan, "supersede")
        after = {"state": plan.state}
        record("plan.superseded", plan, by=by, customer=plan.customer, before={"state": before}, after=after)


def _move(plan: Plan, act: str, **fields: Any) -> None:
    plan.state = PLANS.after(plan.state, act)
    for name, value in fields.items():
        setattr(plan, name, value)
    plan.save(update_fields=["state", *fields])


def compute(plan_id: str) -> None:
    """Look at AWS and say what a run would do. Changes nothing there; done twice it does no harm.

    A call that AWS does not answer leaves the plan requested, and the sweep has it computed again. An error that nobody foresaw
    blocks it: the next try would only meet it again.
    """
    plan = Plan.objects.select_related("specification", "environment", "customer").get(pk=plan_id)
    if plan.state != PlanState.REQUESTED:
        return
    try:
        planned, estimate = _look(plan)
    except (CallFailed, OperationalError, InterfaceError):
        raise
    except Exception as defect:
        log.exception("plan met what it was not written for", extra={"plan": plan_id})
        planned, estimate = [_defect(defect)], {}
    findings = planning.findings(planned)
    blocked = any(finding["action"] == planning.BLOCKED for finding in findings)
    digest = digest_of(plan, findings)
    with transaction.atomic():
        current = Plan.objects.select_for_update().get(pk=plan_id)
        if current.state != PlanState.REQUESTED:
            return
        act = "block" if blocked else "finish"
        _move(current, act, findings=findings, estimate=estimate, digest=digest, computed_at=clock.now())
        record(
            "plan.computed", current, by=None, customer=plan.customer, after={"state": current.state, "digest": digest}
        )
        environment_changed.send(sender=Environment, environment=plan.environment)


def _look(plan: Plan) -> tuple[list[planning.PlannedStep], dict[str, Any]]:
    """Return what each step would do, and what it takes in time and money. Raises `CallFailed`."""
    spec = Spec.of(plan.specification.content)
    program = _program(plan, spec)
    ctx = cloud.looking(plan.environment, spec)
    planned = quotas.checked(planning.make(program, ctx), program, ctx)
    return planned, estimates.of(program, planned, spec)


def _defect(error: Exception) -> planning.PlannedStep:
    told = messages.defect(error)
    remedy = "Look at the worker's log, then make a new plan."
    title = "The plan as a whole"
    return planning.PlannedStep("", title, planning.BLOCKED, reason=told["message"], remedy=remedy, code=told["code"])


def _program(plan: Plan, spec: Spec) -> tuple[Step, ...]:
    """Return what the plan is about: to bring about what the answers call for, or to take everything away."""
    standing = known.standing(plan.environment)
    made = graph.tear_down if plan.purpose in REMOVING else graph.program
    return made(STEPS, spec, standing)


def digest_of(plan: Plan, findings: list[dict[str, Any]]) -> str:
    """SHA-256 of what is approved: purpose, the specification's digest, and what each step would do."""
    said = [[f["step"], f["action"], f["details"], f["changes"]] for f in findings]
    canonical = json.dumps([plan.purpose, plan.specification.digest, said], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def approve(plan: Plan, *, digest: str, by: User, name: str = "") -> Run:
    """Approve exactly what was shown, and start its run. `name`: the environment's, typed, where it is taken away.

    Raises `Forbidden`; `Conflict` where the plan is not ready, its digest is another one than shown, the specification has
    moved on, or another run of the environment is under way.
    """
    if not rules.may_provision(by):
        raise Forbidden("Approving a plan is for the provider's operations engineers.")
    with transaction.atomic():
        lock(plan.environment_id)
        rows = Plan.objects.select_for_update(of=("self",))
        plan = rows.select_related("environment", "customer", "specification").get(pk=plan.pk)
        PLANS.after(plan.state, "approve")
        _require_current(plan, digest)
        confirmation.require(plan, name=name, by=by)
        _move(plan, "approve", approved_by=by, approved_at=clock.now())
        run = _start(plan, by)
        record("plan.approved", plan, by=by, customer=plan.customer, after={"digest": plan.digest, "run": run.pk})
        queue.enqueue("environments.advance_run", run=run.pk)
        environment_changed.send(sender=Environment, environment=plan.environment)
    return run


def _require_current(plan: Plan, digest: str) -> None:
    again = "Make a new plan, look at it, and approve that one."
    newest = plan.environment.specifications.order_by("-version").values_list("pk", flat=True)[0]
    if plan.specification_id != newest:
        raise Conflict("Answers changed since this plan was made.", code="plan_stale", remedy=again)
    if plan.digest != digest:
        raise Conflict("This is not the plan that you were shown.", code="plan_stale", remedy=again)
    if _proven_elsewhere(plan.environment):
        raise Conflict(
            "This AWS account is already connected to the portal elsewhere.",
            code="account_taken",
            remedy="Check the account ID in the remote access section with the customer.",
        )
    if Run.objects.filter(environment=plan.environment, state__in=ACTIVE_RUNS).exists():
        raise Conflict(
            "Another run of this environment is under way.", remedy="Let it end, or cancel it, then approve this plan."
        )


def _proven_elsewhere(environment: Environment) -> bool:
    proven = AwsAccount.objects.filter(account_id=environment.aws_account.account_id, verified_at__isnull=False)
    return proven.exclude(customer=environment.customer_id).exists()


def _start(plan: Plan, by: User) -> Run:
    run = Run.objects.create(
        customer=plan.customer, environment=plan.environment, plan=plan, started_by=by, next_at=at_once()
    )
    RunStep.objects.bulk_create(
        RunStep(customer=plan.customer, run=run, key=found["step"], removes=found["removes"], position=position)
        for position, found in enumerate(plan.findings, start=1)
    )
    return run
