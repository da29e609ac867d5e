"""What the customer loses after their environment was provisioned is asked for, as it was while it was provisioned."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache

from environments.models import DriftCheck, Environment, RunStep, TemplateItem
from environments.provisioning import plan as planning
from environments.provisioning.steps import BY_KEY as STEPS
from environments.services import checklist, plans, runs
from environments.states import ItemState, RunState, StepState
from onboarding.actions import selectors
from onboarding.actions.models import CustomerAction
from onboarding.actions.services import acts, reminders
from portal.core import clock
from portal.outbox.models import OutboxMessage
from tests.environments import pages
from tests.environments.conftest import Behind
from tests.factories import environments, people
from tests.factories.actions import follow_all, onboard, the_one
from tests.fakes.cloud.services.ec2_vpn import dial_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def stands() -> Environment:
    """A provisioned environment of which every automatic item is true."""
    cache.clear()
    made = environments.environment(data_centre="vpn")
    plans.request(made, by=people.engineer())
    pages.finished(made)
    onboard(made)
    return made


@pytest.fixture
def losing(stands: Environment) -> Callable[..., None]:
    """AWS is looked at, and what a step brought about is as it is told: unless told otherwise, it waits for the customer."""

    def lose(key: str, **found: Any) -> None:
        items = stands.checklist_items.select_related("template_item")
        theirs = [item.pk for item in items if item.template_item and key in item.template_item.steps]
        stands.checklist_items.filter(pk__in=theirs).update(state=ItemState.RED)
        seen = {"action": planning.WAIT, "waits_for": "customer", "reason": "It is not there.", **found}
        compared(stands, planning.PlannedStep(key, STEPS[key].title, **seen))

    return lose


def compared(environment: Environment, *found: planning.PlannedStep) -> None:
    DriftCheck.objects.create(
        customer=environment.customer,
        environment=environment,
        findings=planning.findings(found),
        found_at=clock.now(),
        checked_at=clock.now(),
    )
    follow_all()


def come_back(environment: Environment) -> None:
    """AWS is looked at again, and everything is as approved."""
    environment.checklist_items.filter(state=ItemState.RED).update(state=ItemState.GREEN)
    compared(environment)


def mails(subject: str) -> set[str]:
    return set(OutboxMessage.objects.filter(subject__startswith=subject).values_list("recipient", flat=True))


@pytest.mark.parametrize("key", ["customer_access", "vpn_tunnels", "alert_recipients"])
def test_what_only_the_customer_brings_back_is_asked_of_them(
    stands: Environment, losing: Callable[..., None], key: str
) -> None:
    contact = people.contact(stands.customer)
    losing(key, reason="One of it is down.")

    action = the_one(key)

    assert action.state == "open"
    assert "No longer true: " in action.reason
    assert "One of it is down." in action.reason
    assert list(selectors.asked(contact)) == [action]
    assert mails("We are waiting for you") == {contact.email}
    html = pages.page(contact, "action", action.pk)
    assert "Check now" in html
    assert "One of it is down." in html


def test_mail_records_that_are_gone_are_shown_as_they_were_asked_for(
    stands: Environment, losing: Callable[..., None]
) -> None:
    asked = {"records": [{"type": "CNAME", "name": "a._domainkey.acme.example", "value": "a.dkim.amazonses.com"}]}
    run = stands.runs.get()
    RunStep.objects.create(
        customer=stands.customer, run=run, key="mail_identity", position=900, state=StepState.READY, outputs=asked
    )
    item = TemplateItem.objects.filter(key="mail_domain_verified").latest("pk")
    stands.checklist_items.create(
        customer=stands.customer, template_item=item, key=item.key, title=item.title, owner=item.owner, position=900
    )
    stands.checklist_items.filter(key=item.key).update(kind=item.kind)
    losing("mail_records", reason="Publish this record:\nCNAME a._domainkey.acme.example a.dkim.amazonses.com")

    html = pages.page(people.contact(stands.customer), "action", the_one("mail_records").pk)

    assert "a.dkim.amazonses.com" in html
    assert "Not yet" in html


def test_it_has_the_ladder_of_its_kind(stands: Environment, losing: Callable[..., None]) -> None:
    contact = people.contact(stands.customer)
    losing("vpn_tunnels")
    with time_machine.travel(clock.now() + timedelta(days=5)):
        assert reminders.remind_of_due() == 1

    assert mails("Reminder: configure your VPN router") == {contact.email}


def test_it_ends_when_the_item_is_true_again(stands: Environment, losing: Callable[..., None]) -> None:
    losing("vpn_tunnels")
    come_back(stands)

    action = the_one("vpn_tunnels")
    assert (action.state, action.ended_because) == ("done", "The VPN tunnels are up.")


def test_a_recipient_who_unsubscribed_is_the_customers_whose_item_it_is(
    stands: Environment, losing: Callable[..., None]
) -> None:
    losing(
        "alert_recipients", action=planning.CHANGE, waits_for="", reason="", details=("ann@acme.example is missing",)
    )

    assert "ann@acme.example is missing" in the_one("alert_recipients").reason


@pytest.mark.parametrize(
    "found",
    [
        {"looked": False},
        {"action": planning.BLOCKED, "waits_for": "", "code": "vpn_gone"},
        {"reason": "", "details": ("The customer configures the router",)},
    ],
    ids=["behind something else", "ours to build again", "ours to ask for first"],
)
def test_what_the_provider_has_to_mend_first_is_not_asked_of_them(
    losing: Callable[..., None], found: dict[str, Any]
) -> None:
    losing("vpn_tunnels", **found)

    assert not CustomerAction.objects.exists()


def test_what_turns_out_to_be_the_providers_is_no_longer_asked_for(losing: Callable[..., None]) -> None:
    losing("vpn_tunnels")
    losing("vpn_tunnels", action=planning.BLOCKED, waits_for="", code="vpn_gone")

    assert the_one("vpn_tunnels").state == "withdrawn"


def test_an_item_of_the_customers_without_a_kind_is_asked_for_by_its_title(
    stands: Environment, losing: Callable[..., None]
) -> None:
    stands.checklist_items.filter(key="routes_both_sides").update(owner="customer")
    losing("provider_routes", action=planning.CHANGE, waits_for="", reason="", details=("A route is gone",))

    action = the_one("lost_item")
    assert action.title.startswith("Make it true again: Every route table")
    assert "A route is gone" in action.reason
    come_back(stands)
    action.refresh_from_db()
    assert (action.state, action.ended_because) == ("done", "It is true again.")


def test_looking_now_has_the_environment_compared_anew(stands: Environment, losing: Callable[..., None]) -> None:
    losing("vpn_tunnels")

    acts.look_now(the_one("vpn_tunnels"), by=people.contact(stands.customer))

    stands.refresh_from_db()
    assert stands.check_requested_at is not None


def test_the_run_that_repairs_it_asks_in_the_same_row(stands: Environment, losing: Callable[..., None]) -> None:
    losing("vpn_tunnels")
    plans.request(stands, by=people.engineer())
    repair = pages.waiting(stands, "vpn_tunnels")
    follow_all()

    action = the_one("vpn_tunnels")
    assert (action.number, action.state, action.step) == (1, "open", repair.steps.get(key="vpn_tunnels"))
    repair.steps.filter(key="vpn_tunnels").update(state=StepState.READY)
    follow_all()
    assert CustomerAction.objects.get(kind="vpn_tunnels").state == "done"


def test_what_was_torn_down_is_asked_of_nobody(stands: Environment, losing: Callable[..., None]) -> None:
    Environment.objects.filter(pk=stands.pk).update(torn_down_at=clock.now())
    losing("vpn_tunnels")

    assert not CustomerAction.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_tunnels_that_go_down_are_found_by_a_look_at_aws(behind: Behind) -> None:
    made = environments.environment(data_centre="vpn")
    cloud = behind.stand_for(made)
    checklist.ensure(made)
    onboard(made)
    contact, run = people.contact(made.customer), environments.run(made)
    while run.state != RunState.FINISHED:
        cloud.act_as_customer()
        behind.let_time_pass(run)
        runs.advance(run.pk)
        run.refresh_from_db()
    dial_in(cloud, 0)
    checklist.verify(made.pk)

    assert [action.kind for action in selectors.asked(contact)] == ["vpn_tunnels"]
    assert "IPSEC IS DOWN" in the_one("vpn_tunnels").reason
    dial_in(cloud)
    checklist.verify(made.pk)
    assert not selectors.asked(contact).exists()
    assert the_one("vpn_tunnels").state == "done"
