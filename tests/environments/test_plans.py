import pytest
from django.core import mail

from environments.models import Plan, Run
from environments.provisioning import graph
from environments.provisioning.specification import Spec
from environments.provisioning.steps import BY_KEY, STEPS
from environments.services import plans
from environments.signals import environment_changed
from environments.states import PlanState, RunState
from portal.audit.models import AuditEvent
from portal.core.errors import Conflict, Forbidden
from tests.at_once import outcomes
from tests.factories import environments, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def production(behind):
    made = environments.environment()
    behind.stand_for(made)
    return made


def test_plan_says_what_each_step_would_do(production):
    plan = environments.planned(production)
    actions = {finding["step"]: finding["action"] for finding in plan.findings}
    assert actions["provider_access"] == actions["customer_access"] == "keep"
    assert actions["peering_request"] == actions["log_bucket"] == "create"
    assert actions["peering_acceptance"] == "wait"
    assert list(actions) == [step.key for step in graph.needed(STEPS, Spec.of(plan.specification.content))]


def test_planning_makes_no_changing_call(production, behind):
    environments.planned(production)
    assert behind.cloud.changes == []
    assert behind.cloud.reads


def test_plan_without_the_customers_role_waits_for_the_customer(production, behind):
    behind.cloud.role_exists = False
    plan = environments.planned(production)
    access = next(finding for finding in plan.findings if finding["step"] == "customer_access")
    assert (access["action"], access["waits_for"]) == ("wait", "customer")
    assert plan.state == PlanState.READY


def test_plan_that_meets_an_obstacle_is_blocked_with_a_remedy(production, behind):
    behind.cloud.role_requires_external_id = False
    plan = plans.request(production, by=people.engineer())
    plans.compute(plan.pk)
    plan.refresh_from_db()
    assert plan.state == PlanState.BLOCKED
    (blocked,) = [finding for finding in plan.findings if finding["action"] == "blocked"]
    assert "sts:ExternalId" in blocked["remedy"]


def test_plan_that_meets_a_defect_is_blocked_instead_of_being_computed_for_ever(production, monkeypatch):
    def unforeseen(*_):
        raise KeyError("SecretKey")

    monkeypatch.setattr(BY_KEY["log_bucket"].__class__, "observe", unforeseen)
    plan = plans.request(production, by=people.engineer())
    plans.compute(plan.pk)
    plan.refresh_from_db()
    assert plan.state == PlanState.BLOCKED
    [told] = [finding for finding in plan.findings if finding["step"] == "log_bucket"]
    assert "KeyError" in told["reason"]
    assert "SecretKey" not in told["reason"]


def test_computing_twice_changes_nothing(production):
    plan = environments.planned(production)
    plans.compute(plan.pk)
    assert AuditEvent.objects.filter(action="plan.computed").count() == 1


def test_new_plan_puts_the_open_one_out_of_date(production):
    first = environments.planned(production)
    environments.planned(production)
    first.refresh_from_db()
    assert first.state == PlanState.SUPERSEDED


def test_same_answers_and_findings_have_the_same_digest(production):
    assert environments.planned(production).digest == environments.planned(production).digest


def test_changed_finding_changes_the_digest(production, behind):
    before = environments.planned(production).digest
    behind.cloud.role_exists = False
    assert environments.planned(production).digest != before


def test_environment_with_its_own_dns_needs_no_zone(behind):
    made = environments.environment(zone="")
    behind.stand_for(made)
    steps = {finding["step"] for finding in environments.planned(made).findings}
    assert not steps & {"private_zone", "dns_records"}


def test_request_before_approved_answers_is_refused(production):
    production.specifications.all().delete()
    with pytest.raises(Conflict, match="not approved"):
        plans.request(production, by=people.engineer())


@pytest.mark.parametrize("person", [people.auditor, people.approver])
def test_only_engineers_and_account_managers_request_plans(production, person):
    with pytest.raises(Forbidden):
        plans.request(production, by=person())
    with pytest.raises(Forbidden):
        plans.request(production, by=people.customer_administrator(production.customer))
    assert plans.request(production, by=people.account_manager())


def test_approval_starts_a_run_with_its_steps(production):
    plan = environments.planned(production)
    engineer = people.engineer()
    run = plans.approve(plan, digest=plan.digest, by=engineer)
    assert run.state == RunState.QUEUED
    assert [step.key for step in run.steps.all()] == [finding["step"] for finding in plan.findings]
    plan.refresh_from_db()
    assert (plan.state, plan.approved_by) == (PlanState.APPROVED, engineer)
    assert AuditEvent.objects.filter(action="plan.approved", actor=engineer).exists()


@pytest.mark.parametrize("person", [people.auditor, people.approver, people.account_manager])
def test_only_engineers_approve(production, person):
    plan = environments.planned(production)
    with pytest.raises(Forbidden):
        plans.approve(plan, digest=plan.digest, by=person())
    assert not Run.objects.exists()


def test_another_digest_than_shown_is_refused(production):
    plan = environments.planned(production)
    with pytest.raises(Conflict, match="not the plan that you were shown") as refused:
        plans.approve(plan, digest="0" * 64, by=people.engineer())
    assert refused.value.code == "plan_stale"


def test_plan_of_older_answers_is_refused(production):
    plan = environments.planned(production)
    environments.specify(production, retention_days=90)
    with pytest.raises(Conflict, match="Answers changed"):
        plans.approve(plan, digest=plan.digest, by=people.engineer())


def test_second_approval_is_refused(production):
    plan = environments.planned(production)
    plans.approve(plan, digest=plan.digest, by=people.engineer())
    with pytest.raises(Conflict):
        plans.approve(plan, digest=plan.digest, by=people.engineer())
    assert Run.objects.count() == 1


def test_second_run_of_an_environment_is_refused_while_one_is_under_way(production):
    environments.run(production)
    plan = environments.planned(production)
    with pytest.raises(Conflict, match="under way"):
        plans.approve(plan, digest=plan.digest, by=people.engineer())


def test_account_that_another_customer_proved_is_refused(production):
    elsewhere = environments.environment(account_id=production.aws_account.account_id)
    account = elsewhere.aws_account
    account.verified_at = production.created_at
    account.save(update_fields=["verified_at"])
    plan = environments.planned(production)
    with pytest.raises(Conflict, match="connected to the portal elsewhere"):
        plans.approve(plan, digest=plan.digest, by=people.engineer())


def test_news_of_the_plan_travels(production):
    heard = []
    environment_changed.connect(lambda environment, **_: heard.append(environment), weak=False, dispatch_uid="test")
    try:
        environments.planned(production)
    finally:
        environment_changed.disconnect(dispatch_uid="test")
    assert heard == [production]


def test_plan_and_approval_leave_no_mail(production):
    environments.run(production)
    assert mail.outbox == []
    assert Plan.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_plans_requested_at_the_same_moment_leave_one_open(production):
    requested = outcomes([lambda: plans.request(production, by=None) for _ in range(6)])

    assert [type(plan) for plan in requested] == [Plan] * 6
    assert sorted(Plan.objects.values_list("state", flat=True)) == ["requested"] + ["superseded"] * 5
    assert AuditEvent.objects.filter(action="plan.superseded").count() == 5


@pytest.mark.django_db(transaction=True)
def test_approvals_at_the_same_moment_start_one_run(production):
    plan = environments.planned(production)
    engineers = [people.engineer() for _ in range(6)]

    approved = outcomes([lambda by=by: plans.approve(plan, digest=plan.digest, by=by) for by in engineers])

    assert sorted(type(outcome).__name__ for outcome in approved) == ["Conflict"] * 5 + ["Run"]
    assert Run.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_request_and_approval_at_the_same_moment_come_one_after_the_other(production):
    plan = environments.planned(production)
    engineer = people.engineer()

    approved, requested = outcomes(
        [
            lambda: plans.approve(plan, digest=plan.digest, by=engineer),
            lambda: plans.request(production, by=engineer),
        ]
    )

    assert isinstance(requested, Plan)
    assert type(approved) in (Run, Conflict)
    plan.refresh_from_db()
    assert plan.state == (PlanState.APPROVED if Run.objects.exists() else PlanState.SUPERSEDED)
    assert Plan.objects.filter(state=PlanState.REQUESTED).count() == 1
