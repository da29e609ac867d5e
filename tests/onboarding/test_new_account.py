"""A customer that wishes a new AWS account: from the answers to the account that the portal may enter."""

from typing import Any

import pytest

from environments.models import AwsAccount, Environment, Run
from environments.provisioning.specification import Spec
from environments.services import plans, runs, steering
from environments.states import PlanState, StepState
from portal.audit.models import AuditEvent
from tests.aws import RunningStandIn
from tests.environments.pages import page
from tests.factories import environments as environment_factory
from tests.factories import onboardings as factory
from tests.factories import people
from tests.factories.answers import answers_for

pytestmark = pytest.mark.django_db(transaction=True)
KEYS = ("provider_access", "account", "account_role", "customer_access")


@pytest.fixture
def answers() -> dict[str, Any]:
    wished = answers_for()
    remote_access = wished["remote_access"]
    remote_access |= {"account_wish": True, "root_email": "aws@acme.example"}
    for row in remote_access["environments"]:
        del row["account_id"], row["vpc_id"]
        row["vpc"] = "provider"
    remote_access["environments"][0]["cidr_blocks"] = ["10.60.0.0/16"]
    remote_access["environments"][1]["cidr_blocks"] = ["10.61.0.0/16"]
    return wished


@pytest.fixture
def onboarding(answers):
    made = factory.onboarding()
    author = people.contact(made.customer)
    factory.approved(made, author, answers=answers)
    return made


def test_all_environments_are_to_stand_in_one_account_that_is_not_open_yet(onboarding):
    account = AwsAccount.objects.get()
    assert (account.account_id, account.root_email) == ("", "aws@acme.example")
    assert set(Environment.objects.values_list("aws_account", flat=True)) == {account.pk}
    spec = Spec.of(Environment.objects.get(kind="production").specifications.get().content)
    assert (spec.creates_account, spec.root_email, spec.customer_account_id) == (True, "aws@acme.example", "")
    assert spec.role_arn.endswith(f":role/{account.role_name}")
    assert spec.external_id == account.external_id


def test_pages_say_that_it_is_not_open_yet(onboarding):
    production = Environment.objects.get(kind="production")
    assert "Not opened yet" in page(people.engineer(), "environment", production.pk)
    assert "account not opened yet" in page(people.engineer(), "environment_list")


def test_form_asks_for_the_account_only_without_the_wish():
    html = page(people.engineer(), "section", factory.onboarding().pk, "remote_access")
    assert 'data-shown-when="account_wish=|false"' in html


def test_run_opens_it_once_and_lets_itself_in_for_every_environment(onboarding, stand_in: RunningStandIn):
    for environment in Environment.objects.order_by("pk"):
        run = environment_factory.run_of(environment, *KEYS)
        runs.advance(run.pk)
        while Run.objects.get(pk=run.pk).state == "waiting":
            steering.look_again(Run.objects.get(pk=run.pk), by=None)
            runs.advance(run.pk)
        assert set(run.steps.values_list("state", flat=True)) == {StepState.READY}, run.steps.values("key", "error")
    account = AwsAccount.objects.get()
    (opened,) = [
        row
        for row in stand_in.provider("organizations").list_accounts()["Accounts"]
        if row["Email"] == "aws@acme.example"
    ]
    assert account.account_id == opened["Id"]
    assert account.verified_at
    assert AuditEvent.objects.filter(action="aws_account.opened").count() == 1


def test_plan_says_what_a_new_account_takes_and_blocks_nothing(onboarding, stand_in: RunningStandIn):
    production = Environment.objects.get(kind="production")
    plan = production.plans.latest("id")
    plans.compute(plan.pk)
    plan.refresh_from_db()
    found = {finding["step"]: finding for finding in plan.findings}
    assert plan.state == PlanState.READY, [one for one in plan.findings if one["action"] == "blocked"]
    assert found["account"]["action"] == "create"
    assert found["customer_access"]["looked"] is False
