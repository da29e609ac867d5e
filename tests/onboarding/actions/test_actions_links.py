"""The link by which somebody asks for a look without logging in: what it shows, whom it refuses, what it leaves on record."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from environments.models import Environment, Run
from environments.states import RunState, StepState
from onboarding.actions.models import CustomerAction
from onboarding.actions.services import links
from onboarding.models import Onboarding
from portal.accounts.models import Membership, User
from portal.audit.models import AuditEvent
from portal.core import clock
from tests.environments import pages
from tests.factories import onboardings as factory
from tests.factories import people
from tests.factories.actions import follow_all, the_one

pytestmark = pytest.mark.django_db


@pytest.fixture
def production() -> Environment:
    cache.clear()
    onboarding: Onboarding = factory.approved(factory.onboarding())
    return onboarding.environments.select_related("customer", "aws_account").get(kind="production")


@pytest.fixture
def run(production: Environment) -> Run:
    return pages.waiting(production)


@pytest.fixture
def action(run: Run) -> CustomerAction:
    follow_all()
    return the_one("peering_acceptance")


@pytest.fixture
def person(action: CustomerAction) -> User:
    return people.contact(action.customer)


def test_opening_it_asks_for_nothing(action: CustomerAction, person: User, run: Run) -> None:
    """Mail scanners follow every link."""
    answer = Client().get(links.path_for(action, person))

    run.refresh_from_db()
    assert (answer.status_code, run.state) == (200, RunState.WAITING)
    assert "Accept the peering request" in answer.text
    assert "Production" in answer.text
    assert "no-store" in answer["Cache-Control"]


def test_it_names_nothing_but_the_action_and_its_environment(action: CustomerAction, person: User) -> None:
    text = Client().get(links.path_for(action, person)).text

    told = [action.customer.name, person.email, person.full_name, action.reason, "pcx-1", "222222222222"]
    assert [words for words in told if words in text] == []


def test_the_button_has_aws_looked_at_in_the_name_of_the_person(action: CustomerAction, person: User, run: Run) -> None:
    answer = Client(enforce_csrf_checks=False).post(links.path_for(action, person))

    run.refresh_from_db()
    assert (answer.status_code, run.state) == (200, RunState.QUEUED)
    event = AuditEvent.objects.get(action="customer_action.look_asked_for")
    assert (event.actor, event.subject_id, event.after) == (person, action.pk, {"through": "a link in a message"})


def test_whoever_chooses_it_twice_has_said_the_same_twice(action: CustomerAction, person: User) -> None:
    path = links.path_for(action, person)
    assert [Client().post(path).status_code for _ in range(3)] == [200, 200, 200]
    assert AuditEvent.objects.filter(action="customer_action.look_asked_for").count() == 1


def test_it_needs_the_token_of_its_own_form(action: CustomerAction, person: User) -> None:
    assert Client(enforce_csrf_checks=True).post(links.path_for(action, person)).status_code == 403


def test_it_ends_after_seven_days(action: CustomerAction, person: User) -> None:
    path = links.path_for(action, person)
    with time_machine.travel(clock.now() + timedelta(days=7, minutes=1)):
        answer = Client().get(path)

    assert answer.status_code == 409
    assert "This link has ended" in answer.text


@pytest.mark.parametrize("change", ["closed", "no longer a member", "viewer now"])
def test_it_refuses_who_may_not_act_any_more(action: CustomerAction, person: User, run: Run, change: str) -> None:
    path = links.path_for(action, person)
    if change == "closed":
        User.objects.filter(pk=person.pk).update(is_active=False)
    elif change == "viewer now":
        Membership.objects.filter(user=person).update(role="viewer")
    else:
        Membership.objects.filter(user=person).delete()

    answers = [Client().get(path), Client().post(path)]

    run.refresh_from_db()
    assert [answer.status_code for answer in answers] == [403, 403]
    assert run.state == RunState.WAITING
    assert action.title not in answers[0].text


@pytest.mark.parametrize("harm", ["x", "swapped"])
def test_it_cannot_be_made_by_anybody_else(action: CustomerAction, person: User, harm: str) -> None:
    token = links.path_for(action, person).split("/")[-2]
    other = links.path_for(action, people.contact(action.customer)).split("/")[-2]
    forged = token + harm if harm == "x" else ":".join([other.split(":")[0], *token.split(":")[1:]])

    assert Client().get(f"/look/{forged}/").status_code == 404


def test_what_is_done_is_said_to_be_done(action: CustomerAction, person: User, run: Run) -> None:
    run.steps.filter(key="peering_acceptance").update(state=StepState.READY)
    follow_all()

    answer = Client().get(links.path_for(action, person))

    assert answer.status_code == 200
    assert "Nothing is left to do" in answer.text
    assert Client().post(links.path_for(action, person)).status_code == 409
