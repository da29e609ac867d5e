"""The rows of customer actions follow what they are about."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from environments.models import Environment, Run, RunStep
from environments.services import steering
from environments.states import ItemKind, ItemState, Owner, RunState, StepState
from onboarding.actions import selectors
from onboarding.actions.models import CustomerAction
from onboarding.actions.services import following, reminders
from onboarding.models import HandOver, Onboarding
from onboarding.services import onboardings, reviews, sections
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.core import clock
from tests.environments import pages
from tests.factories import onboardings as factory
from tests.factories import people
from tests.factories.actions import follow_all, the_one

pytestmark = pytest.mark.django_db


@pytest.fixture
def onboarding() -> Onboarding:
    return factory.approved(factory.onboarding())


@pytest.fixture
def production(onboarding: Onboarding) -> Environment:
    return onboarding.environments.select_related("customer", "aws_account").get(kind="production")


def move(run: Run, key: str, state: str, **values: Any) -> RunStep:
    """Put a step of the run into a state, and let the actions follow."""
    run.steps.filter(key=key).update(state=state, **values)
    follow_all()
    return run.steps.get(key=key)


def states(kind: str) -> list[str]:
    return list(CustomerAction.objects.filter(kind=kind).order_by("number").values_list("state", flat=True))


def hand_over(environment: Environment, recipient: User) -> HandOver:
    return HandOver.objects.create(
        customer=environment.customer,
        environment=environment,
        state="released",
        recipient=recipient,
        frozen={},
        digest="0" * 64,
        requested_by=people.engineer(),
        requested_at=clock.now(),
        released_by=people.approver(),
        released_at=clock.now(),
        expires_at=clock.now() + timedelta(hours=72),
    )


def test_what_is_owed_is_listed_nearest_deadline_first(onboarding: Onboarding, production: Environment) -> None:
    other, contact = factory.approved(factory.onboarding()), people.contact(onboarding.customer)
    pages.waiting(production)
    pages.waiting(other.environments.get(kind="production"))
    hand_over(production, contact)
    section = factory.section(onboarding, "ntp")
    reviews.request_changes(section, revision=section.revision, reason="Use three.", by=people.engineer())
    follow_all()

    found = list(selectors.asked(contact))

    assert [action.title for action in found] == [
        "Reveal the credentials",
        "Accept the peering request",
        "Change: NTP",
    ]
    assert found[2].reason == "Use three."
    assert selectors.asked(people.engineer()).count() == 4


def test_following_twice_writes_nothing(production: Environment) -> None:
    pages.waiting(production)
    follow_all()
    before = list(CustomerAction.objects.values()), AuditEvent.objects.count()

    follow_all()

    assert (list(CustomerAction.objects.values()), AuditEvent.objects.count()) == before


def test_a_step_that_is_done_ends_its_action(production: Environment) -> None:
    run = pages.waiting(production)
    follow_all()
    move(run, "peering_acceptance", StepState.READY, finished_at=clock.now())

    action = the_one("peering_acceptance")

    assert (action.state, action.ended_because) == ("done", "The customer accepted the peering.")
    assert action.ended_at is not None
    assert action.remind_at is None
    assert AuditEvent.objects.filter(action="customer_action.done", subject_id=action.pk).count() == 1


def test_while_aws_is_at_it_the_row_stays_and_nobody_is_asked(production: Environment) -> None:
    run, contact = pages.waiting(production), people.contact(production.customer)
    follow_all()
    move(run, "peering_acceptance", StepState.WAITING, waits_on=Owner.AWS)

    assert states("peering_acceptance") == ["open"]
    assert not selectors.asked(contact).exists()
    move(run, "peering_acceptance", StepState.WAITING, waits_on=Owner.CUSTOMER)
    assert states("peering_acceptance") == ["open"]
    assert selectors.asked(contact).count() == 1


@pytest.mark.parametrize(
    ("code", "days", "state"),
    [
        ("overdue", 7, "expired"),
        ("peering_expired", 7, "expired"),
        ("peering_gone", 8, "expired"),
        ("peering_gone", 1, "withdrawn"),
        ("peering_rejected", 1, "rejected"),
        ("defect", 1, "withdrawn"),
    ],
)
def test_a_step_that_stopped_ends_its_action_by_the_reason(
    production: Environment, code: str, days: int, state: str
) -> None:
    run = pages.waiting(production)
    follow_all()
    with time_machine.travel(clock.now() + timedelta(days=days, minutes=1)):
        move(run, "peering_acceptance", StepState.FAILED, error={"code": code, "message": "It ended."})

    assert states("peering_acceptance") == [state]
    assert the_one("peering_acceptance").ended_because == "It ended."


def test_what_is_asked_anew_is_a_row_of_its_own_after_the_old_one(production: Environment) -> None:
    run = pages.waiting(production)
    follow_all()
    move(run, "peering_acceptance", StepState.FAILED, error={"code": "overdue", "message": "It ended."})
    move(run, "peering_acceptance", StepState.WAITING, error={}, give_up_at=clock.now() + timedelta(days=14))

    action = the_one("peering_acceptance")

    assert states("peering_acceptance") == ["expired", "open"]
    assert action.number == 2
    assert action.previous == CustomerAction.objects.get(number=1, kind="peering_acceptance")


def test_a_new_request_of_which_the_news_was_lost_is_no_old_one(production: Environment) -> None:
    """The step failed and was started again while no worker said so."""
    run = pages.waiting(production)
    follow_all()
    with time_machine.travel(clock.now() + timedelta(days=8)):
        move(run, "peering_acceptance", StepState.WAITING, give_up_at=clock.now() + timedelta(days=7))

    assert states("peering_acceptance") == ["expired", "open"]


def test_a_cancelled_run_withdraws_what_it_asked_for(production: Environment) -> None:
    run = pages.waiting(production)
    follow_all()
    steering.cancel(run, by=people.engineer())
    follow_all()

    assert states("peering_acceptance") == ["withdrawn"]


def test_a_section_sent_back_twice_is_two_actions(onboarding: Onboarding) -> None:
    engineer, author = people.engineer(), people.contact(onboarding.customer)
    for reason in ("Use three.", "Use four."):
        section = factory.section(onboarding, "ntp")
        reviews.request_changes(section, revision=section.revision, reason=reason, by=engineer)
        section.refresh_from_db()
        if reason == "Use three.":
            sections.submit(section, revision=section.revision, by=author)

    first, second = CustomerAction.objects.filter(kind="changes_requested").order_by("number")

    assert (first.state, first.ended_because) == ("done", "The section was submitted again.")
    assert (second.state, second.reason, second.previous) == ("open", "Use four.", first)


def test_a_cancelled_onboarding_leaves_nothing_open() -> None:
    onboarding = factory.submitted(factory.onboarding())
    section = factory.section(onboarding, "ntp")
    reviews.request_changes(section, revision=section.revision, reason="Use three.", by=people.engineer())
    onboardings.cancel(onboarding, by=onboarding.account_manager)

    assert states("changes_requested") == ["withdrawn"]
    assert the_one("changes_requested").ended_because == "The onboarding was cancelled."


def test_an_environment_goes_on_for_its_other_onboarding(onboarding: Onboarding, production: Environment) -> None:
    other = factory.onboarding(onboarding.customer)
    other.environments.add(production)
    pages.waiting(production)
    follow_all()
    assert the_one("peering_acceptance").onboarding == other

    onboardings.cancel(other, by=other.account_manager)

    action = the_one("peering_acceptance")
    assert (action.state, action.onboarding) == ("open", onboarding)


def test_customers_items_are_asked_for_once_there_is_something_to_look_at(
    onboarding: Onboarding, production: Environment
) -> None:
    production.checklist_items.filter(kind=ItemKind.MANUAL, owner=Owner.CUSTOMER).exclude(
        key="firewall_ports_opened"
    ).delete()
    follow_all()
    assert states("firewall_ports") == []

    Onboarding.objects.filter(pk=onboarding.pk).update(stage="verification")
    follow_all()
    assert set(states("firewall_ports")) == {"open"}
    production.checklist_items.filter(key="firewall_ports_opened").update(state=ItemState.GREEN)
    follow_all()

    assert CustomerAction.objects.get(kind="firewall_ports", environment=production).state == "done"


def test_a_hand_over_is_one_action_from_the_release_to_the_word_of_its_recipient(production: Environment) -> None:
    made = hand_over(production, people.contact(production.customer))
    follow_all()
    assert the_one("hand_over").due_at == made.expires_at
    HandOver.objects.update(state="revealed")
    follow_all()
    assert (the_one("hand_over").title, the_one("hand_over").due_at) == (
        "Confirm that you stored the credentials",
        None,
    )
    HandOver.objects.update(state="acknowledged")
    follow_all()

    assert states("hand_over") == ["done"]


def test_a_route_that_stands_in_the_way_is_the_customers_to_mend(production: Environment) -> None:
    run = pages.started(production)
    error = {"code": "route_taken", "message": "Route table rtb-1 sends it elsewhere.", "remedy": "Ask."}
    pages.at(run, "customer_routes", StepState.FAILED, RunState.FAILED, error=error, finished_at=clock.now())
    follow_all()

    assert the_one("customer_routes").reason == "Route table rtb-1 sends it elsewhere. Ask."
    assert selectors.asked(people.contact(production.customer)).count() == 1


def test_news_lost_with_a_worker_is_found(production: Environment) -> None:
    run = pages.waiting(production)
    assert reminders.follow_lost_news() == 1
    assert states("peering_acceptance") == ["open"]
    run.steps.filter(key="peering_acceptance").update(state=StepState.READY)
    assert reminders.follow_lost_news() == 1
    assert states("peering_acceptance") == ["done"]
    assert reminders.follow_lost_news() == 0


@pytest.mark.parametrize("rows", [1, 3])
def test_following_asks_as_often_for_many_as_for_one(
    onboarding: Onboarding, rows: int, django_assert_max_num_queries: Any
) -> None:
    for environment in list(onboarding.environments.all())[:rows]:
        pages.waiting(environment)
    follow_all()

    with django_assert_max_num_queries(12):
        following.follow_by_itself(onboarding.pk)
