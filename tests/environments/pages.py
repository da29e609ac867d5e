"""An environment at every point of its way, for the tests of its pages."""

from datetime import datetime, timedelta
from typing import Any

from django.test import Client
from django.urls import reverse

from environments.models import AwsCall, Environment, Plan, Resource, Run, RunStep
from environments.provisioning import graph
from environments.provisioning import plan as planning
from environments.provisioning.specification import Spec
from environments.provisioning.step import CREATE, Change, Step
from environments.provisioning.steps import STEPS
from environments.services import checklist, plans
from environments.states import CallOutcome, PlanState, RunState, StepState
from portal.accounts.models import User
from portal.core import clock
from tests.factories import environments, people


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, name: str, *args: str, **query: str) -> str:
    response = signed_in(user).get(reverse(name, args=args), query)
    assert response.status_code == 200, response.content.decode()[:400]
    return response.content.decode()


def status(user: User, name: str, /, *args: str, method: str = "get", **data: str) -> int:
    return getattr(signed_in(user), method)(reverse(name, args=args), data).status_code


def production() -> Environment:
    """Approved answers, with a requested plan."""
    made = environments.environment()
    plans.request(made, by=None)
    return Environment.objects.select_related("customer", "aws_account").get(pk=made.pk)


def planned(environment: Environment, state: str = PlanState.READY, **changes: Any) -> Plan:
    """The environment's newest plan, computed."""
    plan = environment.plans.latest("id")
    spec = Spec.of(plan.specification.content)
    steps = graph.needed(STEPS, spec)
    findings = planning.findings([expected(step, spec) for step in steps])
    findings[0] |= {"action": "keep", "details": []}
    if state == PlanState.BLOCKED:
        findings[1] |= {"action": "blocked", "reason": "The role is not there.", "remedy": "Create the role."}
    digest = plans.digest_of(plan, findings)
    values = {"state": state, "findings": findings, "digest": digest, "computed_at": clock.now(), **changes}
    Plan.objects.filter(pk=plan.pk).update(**values)
    plan.refresh_from_db()
    return plan


def expected(step: Step, spec: Spec) -> planning.PlannedStep:
    """Return what a plan says of a step of which nothing is there."""
    action = planning.WAIT if step.waits_for else CREATE
    changes = tuple(Change(CREATE, wanted.kind, wanted.name) for wanted in step.wanted(spec))
    return planning.PlannedStep(
        step.key, step.title, action, step.planned(spec), step.waits_for, seconds=1, changes=changes
    )


def started(environment: Environment) -> Run:
    return plans.approve(planned(environment), digest=environment.plans.latest("id").digest, by=people.engineer())


def at(run: Run, key: str, state: str, run_state: str, **values: Any) -> RunStep:
    """Everything before this step is done, and the step is in this state."""
    began = clock.now() - timedelta(minutes=5)
    step = run.steps.get(key=key)
    run.steps.filter(position__lt=step.position).update(
        state=StepState.READY,
        started_at=began,
        finished_at=began + timedelta(seconds=3),
        outputs={"peering_id": "pcx-1"},
    )
    run.steps.filter(key=key).update(**{"state": state, "started_at": began + timedelta(seconds=4), **values})
    Run.objects.filter(pk=run.pk).update(state=run_state, started_at=began)
    run.refresh_from_db()
    return run.steps.get(key=key)


def waiting(environment: Environment, key: str = "peering_acceptance") -> Run:
    run = started(environment)
    at(
        run,
        key,
        StepState.WAITING,
        RunState.WAITING,
        waits_on="customer",
        reason="Accept the VPC peering pcx-1 in account 222222222222.",
        waiting_since=clock.now() - timedelta(minutes=4),
        give_up_at=clock.now() + timedelta(days=7),
    )
    return run


def failed(environment: Environment, key: str = "peering_request") -> Run:
    run = started(environment)
    error = {"code": "quota", "message": "An AWS quota is used up.", "remedy": "Have the quota raised, then retry."}
    at(run, key, StepState.FAILED, RunState.FAILED, error=error)
    return run


def finished(environment: Environment, ended_at: datetime | None = None) -> Run:
    run = started(environment)
    ended = ended_at or clock.now()
    seen = {"bucket": "acme-logs"}
    run.steps.update(state=StepState.READY, started_at=ended - timedelta(hours=1), finished_at=ended, outputs=seen)
    Run.objects.filter(pk=run.pk).update(
        state=RunState.FINISHED, started_at=ended - timedelta(hours=2), finished_at=ended
    )
    checklist.refresh(environment)
    run.refresh_from_db()
    return run


def calls(run: Run, number: int, *, changes: bool = False) -> None:
    AwsCall.objects.bulk_create(
        AwsCall(
            customer_id=run.customer_id,
            run=run,
            step="peering_request",
            epoch=1,
            service="ec2",
            operation="create_vpc_peering_connection" if changes else "describe_vpcs",
            account_id="111111111111",
            region="eu-west-1",
            changes=changes,
            outcome=CallOutcome.OK,
            request_id=f"request-{index}",
            started_at=clock.now(),
            duration_ms=12,
        )
        for index in range(number)
    )


def resources(environment: Environment, number: int) -> None:
    now = clock.now()
    Resource.objects.bulk_create(
        Resource(
            customer_id=environment.customer_id,
            environment=environment,
            step="provider_routes",
            kind="vpc_route",
            name=f"route {index}",
            aws_id=f"rtb-{index}",
            account_id="111111111111",
            region="eu-west-1",
            first_seen_at=now,
            last_seen_at=now,
        )
        for index in range(number)
    )
