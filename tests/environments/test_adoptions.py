"""Adopting what was there before us: a person decides, it is used as it is, and a tear-down leaves it."""

import pytest

from environments.models import Adoption, Environment, Plan
from environments.services import adoptions, plans
from environments.states import EnvironmentKind, PlanState
from portal.core.errors import Conflict, Forbidden
from tests.factories import environments, people
from tests.fakes.cloud import FakeAccount

pytestmark = pytest.mark.django_db(transaction=True)

ZONE = "acme.internal"


@pytest.fixture
def test(behind) -> Environment:
    """An environment in whose VPC the customer has had a zone of the wanted name for long."""
    made = environments.environment(kind=EnvironmentKind.TEST)
    behind.stand_for(made)
    account = FakeAccount(behind.cloud, made.aws_account.account_id, made.region)
    account.change(
        "route53",
        "create_hosted_zone",
        Name=ZONE,
        CallerReference="the customer's own",
        VPC={"VPCRegion": made.region, "VPCId": made.vpc_id},
        HostedZoneConfig={"PrivateZone": True, "Comment": ""},
    )
    return made


def computed(environment: Environment) -> Plan:
    plan = plans.request(environment, by=people.engineer())
    plans.compute(plan.pk)
    plan.refresh_from_db()
    return plan


def test_what_is_in_the_way_blocks_the_plan_until_a_person_decides(test, behind) -> None:
    plan = computed(test)
    assert plan.state == PlanState.BLOCKED
    [offered] = adoptions.adoptable(plan)
    assert (offered["kind"], offered["name"]) == ("hosted_zone", ZONE)
    behind.cloud.changes.clear()

    made = adoptions.adopt(plan, offered["aws_id"], by=people.engineer())
    plans.compute(made.pk)

    made.refresh_from_db()
    [zone] = [found for found in made.findings if found["step"] == "private_zone"]
    assert (made.state, zone["action"]) == (PlanState.READY, "keep")
    assert behind.cloud.changes == [], "deciding changes nothing in AWS"


def test_only_what_this_plan_offers_is_adopted(test) -> None:
    plan = computed(test)
    [offered] = adoptions.adoptable(plan)

    with pytest.raises(Forbidden):
        adoptions.adopt(plan, offered["aws_id"], by=people.account_manager())
    with pytest.raises(Conflict):
        adoptions.adopt(plan, "Z0000000000000", by=people.engineer())
    assert not Adoption.objects.exists()


def test_decision_about_a_plan_that_is_out_of_date_is_refused(test) -> None:
    old = computed(test)
    [offered] = adoptions.adoptable(old)
    computed(test)
    old.refresh_from_db()

    with pytest.raises(Conflict):
        adoptions.adopt(old, offered["aws_id"], by=people.engineer())
