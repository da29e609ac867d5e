"""Handing a section over on its page: what the aside offers, what it says, and who sees it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from onboarding.services import asks
from portal.accounts.models import Membership, User
from portal.accounts.services import memberships
from portal.accounts.states import CustomerRole
from portal.core import clock
from tests.factories import onboardings, people
from tests.factories.answers import answers_for

pytestmark = pytest.mark.django_db


class Team:
    def __init__(self) -> None:
        self.onboarding = onboardings.onboarding()
        customer = self.onboarding.customer
        self.astrid = people.contact(customer, CustomerRole.ADMINISTRATOR, name="Astrid Berg")
        self.bjorn = people.contact(customer, name="Björn Dahl")
        self.vera = people.contact(customer, CustomerRole.VIEWER, name="Vera Foss")

    def page(self, user: User, key: str = "dns") -> str:
        return self._client(user).get(reverse("section", args=(self.onboarding.pk, key))).content.decode()

    def home(self, user: User) -> str:
        return self._client(user).get(reverse("onboarding", args=(self.onboarding.pk,))).content.decode()

    def ask(self, by: User, email: str, note: str = "") -> Any:
        address = reverse("section_ask", args=(self.onboarding.pk, "dns"))
        return self._client(by).post(address, {"ask-email": email, "ask-note": note}, follow=True)

    def take_back(self, by: User) -> Any:
        return self._client(by).post(reverse("section_ask_take_back", args=(self.onboarding.pk, "dns")), follow=True)

    def asked(self, email: str, by: User) -> None:
        asks.ask(onboardings.section(self.onboarding, "dns"), email=email, note="You run it.", by=by)

    @staticmethod
    def _client(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client


@pytest.fixture
def team() -> Team:
    return Team()


def test_the_aside_offers_colleagues_and_says_what_becomes_of_a_new_address(team: Team):
    stranger = people.contact(people.customer())

    by_contributor, by_administrator = team.page(team.bjorn), team.page(team.astrid)

    assert f'value="{team.astrid.email}" label="Astrid Berg"' in by_contributor
    for other in (team.bjorn, team.vera, stranger):
        assert f'value="{other.email}"' not in by_contributor
    assert f"is invited once an administrator of {team.onboarding.customer} agrees" in by_contributor
    assert "is invited as a contributor" in by_administrator


def test_asking_is_confirmed_and_shown_to_everybody(team: Team):
    answer = team.ask(team.bjorn, team.astrid.email, "You run it.").content.decode()

    assert "Astrid Berg is asked, and gets an e-mail." in answer
    assert "asked by you" in " ".join(answer.split())
    assert "Take it back" in answer
    assert "You are asked to answer this section" not in answer
    assert "Björn Dahl" in team.page(team.vera)
    assert "Take it back" not in team.page(team.vera)
    assert "Asked" in team.home(team.vera)


def test_who_is_asked_sees_it_above_the_questions_and_on_the_home(team: Team):
    team.asked(team.bjorn.email, team.astrid)

    page, home = team.page(team.bjorn), team.home(team.bjorn)

    assert "You are asked to answer this section" in page
    assert "You run it." in page
    assert "Hand it back" in page
    assert "Answer: DNS" in home


def test_the_actions_of_who_is_asked_begin_with_it(team: Team):
    team.asked(team.bjorn.email, team.astrid)

    mine = team._client(team.bjorn).get("/actions/").content.decode()
    hers = team._client(team.astrid).get("/actions/").content.decode()

    assert "Answer: DNS" in mine
    assert "Astrid Berg asks you: “You run it.”" in mine
    assert "Nothing for you right now" not in mine
    assert "Asked of you" not in hers


def test_handing_back_says_so(team: Team):
    team.asked(team.bjorn.email, team.astrid)

    answer = team.take_back(team.bjorn).content.decode()

    assert "DNS is handed back. Astrid Berg gets an e-mail." in answer
    assert "Hand this section to somebody" in answer


def test_taking_back_says_so(team: Team):
    team.asked(team.bjorn.email, team.astrid)

    assert "Björn Dahl is not asked any more." in team.take_back(team.astrid).content.decode()


def test_a_refusal_stands_at_its_field_with_what_was_typed(team: Team):
    answer = team.ask(team.bjorn, team.vera.email, "Known to you")
    page = answer.content.decode()

    assert answer.status_code == 422
    assert page.count("Vera Foss is a viewer and cannot answer.") == 2
    assert 'href="#field-ask-email"' in page
    assert f'value="{team.vera.email}"' in page
    assert "Known to you" in page
    assert page.count("<title>Error: ") == 1


def test_an_empty_address_is_asked_for(team: Team):
    answer = team.ask(team.bjorn, "")

    assert answer.status_code == 422
    assert "Enter the e-mail address of a colleague" in answer.content.decode()


def test_a_second_ask_is_told_who_is_asked(team: Team):
    team.asked(team.astrid.email, team.bjorn)

    answer = team.ask(team.bjorn, "new@acme.example")

    assert answer.status_code == 409
    assert "Astrid Berg is asked already. Take that back" in answer.content.decode()


def test_an_administrator_invites_with_one_press(team: Team):
    waiting = team.ask(team.bjorn, "new@acme.example").content.decode()
    offered = team.page(team.astrid)

    answer = team.ask(team.astrid, "new@acme.example").content.decode()

    assert f"An administrator of {team.onboarding.customer} is asked to invite new@acme.example." in waiting
    assert "Invite as a contributor" not in waiting
    assert "Invite as a contributor" in offered
    assert 'name="ask-email" value="new@acme.example"' in offered
    assert "new@acme.example is invited." in answer
    assert "Accepting leads straight to this section" in answer


def test_an_invitation_that_ran_out_says_so_and_is_offered_again(team: Team):
    team.asked("new@acme.example", team.astrid)

    with time_machine.travel(clock.now() + timedelta(days=4), tick=False):
        page = team.page(team.astrid)

    assert "The invitation was not accepted in time." in page
    assert "Invite as a contributor" in page


def test_who_cannot_answer_any_more_is_said(team: Team):
    team.asked(team.bjorn.email, team.astrid)
    memberships.change_role(Membership.objects.get(user=team.bjorn), role="viewer", by=team.astrid)

    page = team.page(team.astrid)

    assert "Björn Dahl cannot answer any more. Take it back, and ask somebody else." in page
    assert "Answer: DNS" not in team.home(team.bjorn)


def test_a_viewer_is_offered_nothing_where_nobody_is_asked(team: Team):
    assert "Ask a colleague" not in team.page(team.vera)


def test_nothing_is_offered_once_it_is_submitted(team: Team):
    onboardings.submitted(team.onboarding, by=team.bjorn)

    assert "Ask a colleague" not in team.page(team.bjorn)


@pytest.mark.parametrize("number", [1, 3, 10])
def test_the_home_costs_the_same_however_much_is_asked(team: Team, number: int, django_assert_max_num_queries: Any):
    with django_assert_max_num_queries(60) as nothing_asked:
        team.home(team.vera)
    for key in list(answers_for())[:number]:
        asks.ask(onboardings.section(team.onboarding, key), email=team.bjorn.email, by=team.astrid)

    with django_assert_max_num_queries(len(nothing_asked)):
        home = team.home(team.vera)

    assert home.count(">Asked ") == number
