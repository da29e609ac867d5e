"""Actions on their pages and by the API: the same acts, and as few questions for many as for one."""

import string
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from environments.models import Environment
from environments.provisioning.step import CUSTOMER
from environments.provisioning.steps import STEPS
from environments.services import notices
from environments.states import RunState, StepState
from onboarding.actions import kinds, ladders
from onboarding.actions.models import CustomerAction
from onboarding.models import Onboarding
from portal.accounts.models import Customer
from portal.core import clock
from portal.outbox.models import OutboxMessage
from tests.api.caller import Caller
from tests.environments import pages
from tests.factories import onboardings as factory
from tests.factories import people
from tests.factories.actions import follow_all, the_one

pytestmark = pytest.mark.django_db


@pytest.fixture
def onboarding() -> Onboarding:
    cache.clear()
    return factory.approved(factory.onboarding())


@pytest.fixture
def production(onboarding: Onboarding) -> Environment:
    return onboarding.environments.select_related("customer", "aws_account").get(kind="production")


def test_every_step_that_waits_for_the_customer_has_a_kind() -> None:
    assert {step.key for step in STEPS if step.waits_for == CUSTOMER} <= kinds.STEP_KINDS <= set(kinds.BY_KEY)


@pytest.mark.parametrize("kind", kinds.KINDS, ids=lambda kind: kind.key)
def test_every_kind_says_all_there_is_to_say(kind: kinds.Kind) -> None:
    assert all((kind.title, kind.why, kind.takes, kind.who, kind.how, kind.sees, kind.life))
    known = {"peering_id", "region", "table_id", "cidr", "record_type", "record_name", "hostname"}
    assert {name for _, name, _, _ in string.Formatter().parse(kind.command) if name} <= known
    assert kind.ladder.stages > 1


def test_working_days_leave_out_the_week_end() -> None:
    friday = clock.now().replace(year=2026, month=11, day=27, hour=10, minute=0, second=0, microsecond=0)

    assert ladders.USUAL.moment(1, friday, "UTC") == friday + timedelta(days=4)
    assert ladders.USUAL.moment(6, friday, "UTC") is None
    assert ladders.PEERING.next_after(3, friday, "UTC", due_at=None) is None


def test_the_list_asks_as_often_for_many_as_for_one(onboarding: Onboarding, production: Environment) -> None:
    contact = people.contact(onboarding.customer)
    client, caller = pages.signed_in(contact), Caller(contact)
    pages.waiting(production)
    follow_all()

    def asked() -> list[int]:
        found = []
        for ask in (
            lambda: client.get(reverse("actions")),
            lambda: caller.get("/customer-actions"),
            lambda: client.get(reverse("action", args=[the_one("peering_acceptance").pk])),
        ):
            ask()
            with CaptureQueriesContext(
                connection,
            ) as captured:
                ask()
            found.append(len(captured))
        return found

    one = asked()
    for number in range(10):
        CustomerAction.objects.create(
            customer=onboarding.customer,
            onboarding=onboarding,
            environment=production,
            subject=f"item {number}",
            kind="sign_item",
            title="Sign it",
            opened_at=clock.now(),
        )

    assert asked() == one


def test_the_api_reads_one_and_has_it_looked_at(production: Environment) -> None:
    run, contact = pages.waiting(production), people.contact(production.customer)
    follow_all()
    action, caller = the_one("peering_acceptance"), Caller(contact)

    read = caller.get(f"/customer-actions/{action.pk}")
    looked = caller.post(f"/customer-actions/{action.pk}/observations")
    again = caller.post(f"/customer-actions/{action.pk}/observations")

    run.refresh_from_db()
    assert (read.data["state"], read.data["successor"], read.data["reminders"]) == ("open", None, [])
    assert read.data["how"]["who"] == "Your network team"
    assert read.data["url"].endswith(f"/runs/{run.pk}")
    assert (looked.status_code, again.status_code, run.state) == (202, 429, "queued")


def test_the_api_filters_by_state_and_kind(production: Environment) -> None:
    run, contact = pages.waiting(production), people.contact(production.customer)
    follow_all()
    run.steps.filter(key="peering_acceptance").update(state=StepState.READY)
    follow_all()
    caller = Caller(contact)

    assert caller.get("/customer-actions").data["data"] == []
    assert [row["state"] for row in caller.get("/customer-actions?state=done&state=expired").data["data"]] == ["done"]
    assert caller.get("/customer-actions?state=done&kind=certificate").data["data"] == []


def test_the_page_says_how_and_offers_a_look_to_who_may(production: Environment) -> None:
    pages.waiting(production)
    follow_all()
    action = the_one("peering_acceptance")

    html = pages.page(people.contact(production.customer), "action", action.pk)

    assert "Check now" in html
    assert "aws ec2 accept-vpc-peering-connection" in html
    assert html.count("button--primary") == 1
    assert "Check now" not in pages.page(people.viewer(production.customer), "action", action.pk)
    assert pages.status(people.contact(people.customer()), "action", action.pk) == 404


def test_a_route_in_the_way_is_named_with_the_command_that_adds_ours(production: Environment) -> None:
    run = pages.started(production)
    message = "Route table rtb-0a1 of the customer already sends 10.200.0.0/16 to igw-1."
    error = {"code": "route_taken", "message": message, "remedy": "Ask."}
    pages.at(run, "customer_routes", StepState.FAILED, RunState.FAILED, error=error, finished_at=clock.now())
    follow_all()

    html = pages.page(people.contact(production.customer), "action", the_one("customer_routes").pk)

    assert (
        f"aws ec2 create-route --route-table-id rtb-0a1 --destination-cidr-block {settings.PROVIDER_VPC_CIDR} "
        f"--vpc-peering-connection-id pcx-1 --region {production.region}" in html
    )
    assert "We look at it at this moment" not in html
    assert "It stopped there" in html


def test_the_first_mail_leads_to_the_action_itself(production: Environment) -> None:
    contact, run = people.contact(production.customer), pages.waiting(production)
    notices.tell(run)
    follow_all()
    step = run.steps.get(key="peering_acceptance")

    assert f"/actions/?step={step.pk}" in OutboxMessage.objects.get(recipient=contact.email).text
    answer = pages.signed_in(contact).get(reverse("actions"), {"step": step.pk})
    assert answer["Location"] == reverse("action", args=[the_one("peering_acceptance").pk])
    other = people.contact(people.customer())
    assert pages.status(other, "actions", step=step.pk) == 200


def test_the_first_mail_says_the_deadline_as_the_readers_clock_shows_it(production: Environment) -> None:
    contact, run = people.contact(production.customer), pages.waiting(production)
    Customer.objects.filter(pk=production.customer_id).update(time_zone="Asia/Tokyo")
    give_up_at = clock.now().replace(year=2027, month=1, day=4, hour=20, minute=30)
    run.steps.filter(key="peering_acceptance").update(give_up_at=give_up_at)
    notices.tell(run)

    assert "Until Tue 5 Jan 2027, 05:30 JST." in OutboxMessage.objects.get(recipient=contact.email).text


def test_what_ended_stands_below_what_is_open(production: Environment) -> None:
    run = pages.waiting(production)
    follow_all()
    run.steps.filter(key="peering_acceptance").update(state=StepState.READY)
    follow_all()

    html = pages.page(people.contact(production.customer), "actions")

    assert "Nothing for you right now" in html
    assert "Done lately" in html
