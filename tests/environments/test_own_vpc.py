"""An environment whose VPC the provider makes: its ID is known once a run has made it, and forgotten once it is gone."""

import pytest

from environments.models import Environment, Resource, RunStep
from environments.services import runs
from environments.states import StepState
from portal.audit.models import AuditEvent
from tests.factories import environments

pytestmark = pytest.mark.django_db(transaction=True)

STEPS = ("customer_access", "vpc", "vpc_dns_names", "subnets")


@pytest.fixture
def production(behind) -> Environment:
    made = environments.environment(new_vpc=True)
    behind.stand_for(made)
    return made


def test_environment_gets_the_id_of_the_vpc_that_a_run_makes(production, behind):
    runs.advance(environments.run_of(production, *STEPS).pk)
    production.refresh_from_db()
    (vpc,) = (row for row in behind.cloud.rows("ec2", "vpc") if row["Tags"])
    assert production.vpc_id == vpc["VpcId"]
    assert Resource.objects.filter(environment=production, kind="subnet").count() == 2
    event = AuditEvent.objects.get(action="environment.vpc_changed")
    assert (event.before, event.after) == ({"vpc_id": ""}, {"vpc_id": vpc["VpcId"]})


def test_it_is_said_once(production):
    for _ in range(2):
        runs.advance(environments.run_of(production, *STEPS).pk)
    assert AuditEvent.objects.filter(action="environment.vpc_changed").count() == 1


def test_environment_forgets_a_vpc_that_was_taken_away(production, behind):
    runs.advance(environments.run_of(production, "customer_access", "vpc").pk)
    removal = environments.run_of(production, "customer_access", "vpc")
    RunStep.objects.filter(run=removal, key="vpc").update(removes=True)
    runs.advance(removal.pk)
    production.refresh_from_db()
    assert removal.steps.get(key="vpc").state == StepState.READY
    assert production.vpc_id == ""
    assert not [row for row in behind.cloud.rows("ec2", "vpc") if row["Tags"]]


def test_two_environments_of_a_customer_may_both_wait_for_their_vpc(production):
    environments.environment(production.customer, kind="test", new_vpc=True)
    assert Environment.objects.filter(customer=production.customer, vpc_id="").count() == 2


def test_plan_before_the_vpc_stands_names_all_that_will_be_in_it(production):
    plan = environments.planned(production)
    created = {change["kind"] for found in plan.findings for change in found["changes"] if change["action"] == "create"}
    assert {"vpc", "subnet", "security_group", "internet_gateway", "nat_gateway", "route_table"} <= created
    assert not [found for found in plan.findings if found["action"] == "blocked"]
