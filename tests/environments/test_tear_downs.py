"""Taking an environment away, and resetting it, on the database with the cloud in memory."""

import pytest

from environments.models import Environment, Plan, Resource, Run
from environments.services import plans, runs, tear_downs
from environments.states import EnvironmentKind, ItemState, PlanPurpose, PlanState, RunState
from portal.audit.models import AuditEvent
from portal.core.errors import Conflict, Forbidden, Invalid
from tests.factories import environments, people

pytestmark = pytest.mark.django_db(transaction=True)

TEAR_DOWN, RESET = PlanPurpose.TEAR_DOWN, PlanPurpose.RESET
STAYS = {"s3 bucket"}


def _provisioned(behind, kind: str = EnvironmentKind.TEST) -> Environment:
    made = environments.environment(kind=kind)
    cloud = behind.stand_for(made)
    run = environments.run(made)
    for _ in range(200):
        runs.advance(run.pk)
        run.refresh_from_db()
        if run.state == RunState.FINISHED:
            return Environment.objects.get(pk=made.pk)
        assert run.state != RunState.FAILED, list(run.steps.exclude(error={}).values("key", "error"))
        cloud.accept()
        behind.let_time_pass(run)
    raise AssertionError(list(run.steps.values("key", "state", "reason")))


def _planned(environment: Environment, purpose: PlanPurpose, by=None) -> Plan:
    plan = tear_downs.request(environment, purpose, name=environment.name, by=by or people.engineer())
    plans.compute(plan.pk)
    plan.refresh_from_db()
    return plan


def _torn_down(environment: Environment, behind, purpose: PlanPurpose = TEAR_DOWN) -> Run:
    plan = _planned(environment, purpose)
    assert plan.state == PlanState.READY, plan.findings
    run = plans.approve(plan, digest=plan.digest, by=people.engineer(), name=environment.name)
    for _ in range(200):
        runs.advance(run.pk)
        run.refresh_from_db()
        if run.state == RunState.FINISHED:
            return run
        assert run.state != RunState.FAILED, list(run.steps.exclude(error={}).values("key", "error"))
        behind.let_time_pass(run)
    raise AssertionError(list(run.steps.values("key", "state", "reason")))


def test_plan_names_every_resource_that_goes_and_changes_nothing(behind):
    test = _provisioned(behind)
    behind.cloud.changes.clear()
    plan = _planned(test, TEAR_DOWN)
    gone = {(change["kind"], change["name"]) for found in plan.findings for change in found["changes"]}
    assert {found["action"] for found in plan.findings} == {"keep", "remove"}
    assert ("hosted_zone", "acme.internal") in gone
    stays = {found["step"] for found in plan.findings if found["action"] == "keep" and found["removes"]}
    assert "log_bucket" in stays, "even where it cannot be looked at before other things are gone"
    assert {change["action"] for found in plan.findings if found["removes"] for change in found["changes"]} == {
        "remove"
    }
    assert behind.cloud.changes == []


def test_nothing_of_ours_is_left_but_what_retention_binds(behind):
    made = environments.environment(kind=EnvironmentKind.TEST)
    before = set(behind.stand_for(made).counts().items())
    test = _provisioned(behind)
    _torn_down(test, behind)
    left = set(behind.cloud.counts().items()) - before
    assert {kind for kind, _ in left} <= STAYS
    known = set(Resource.objects.filter(environment=test).values_list("kind", flat=True))
    assert known <= {"s3_bucket", "iam_role"}, "the role that lets us in is the customer's"


def test_afterwards_nothing_counts_as_proven(behind):
    test = _provisioned(behind)
    _torn_down(test, behind)
    test.refresh_from_db()
    assert test.torn_down_at
    true = test.checklist_items.filter(kind="automatic", state=ItemState.GREEN)
    assert set(true.values_list("key", flat=True)) <= {"accounts_accessible"}
    assert AuditEvent.objects.filter(action="environment.torn_down").exists()


def test_reset_builds_anew_from_the_approved_answers(behind):
    test = _provisioned(behind)
    _torn_down(test, behind, RESET)
    plan = test.plans.latest("id")
    assert (plan.purpose, plan.state, plan.requested_by) == (PlanPurpose.PROVISION, PlanState.REQUESTED, None)
    plans.compute(plan.pk)
    plan.refresh_from_db()
    assert plan.state == PlanState.READY


def test_production_is_never_reset(behind):
    production = environments.environment()
    behind.stand_for(production)
    with pytest.raises(Conflict, match="never reset"):
        tear_downs.request(production, RESET, name=production.name, by=people.engineer())


def test_production_takes_two_people_and_its_name_typed(behind):
    production = environments.environment()
    behind.stand_for(production)
    engineer = people.engineer()
    with pytest.raises(Invalid):
        tear_downs.request(production, TEAR_DOWN, name="Something else", by=engineer)
    plan = _planned(production, TEAR_DOWN, by=engineer)
    with pytest.raises(Forbidden, match="two people"):
        plans.approve(plan, digest=plan.digest, by=engineer, name=production.name)
    with pytest.raises(Invalid):
        plans.approve(plan, digest=plan.digest, by=people.engineer(), name="")
    assert not Run.objects.exists()
    assert plans.approve(plan, digest=plan.digest, by=people.engineer(), name=production.name)


@pytest.mark.parametrize("person", [people.account_manager, people.auditor, people.approver])
def test_only_engineers_take_an_environment_away(behind, person):
    test = environments.environment(kind=EnvironmentKind.TEST)
    behind.stand_for(test)
    with pytest.raises(Forbidden):
        tear_downs.request(test, TEAR_DOWN, name=test.name, by=person())
    contact = people.customer_administrator(test.customer)
    with pytest.raises(Forbidden):
        tear_downs.request(test, TEAR_DOWN, name=test.name, by=contact)
