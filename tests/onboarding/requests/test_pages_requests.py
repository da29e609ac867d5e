"""The pages of requests: the picker says who does it before anything is sent; a request and its thread; the matrix."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from environments.models import Environment
from onboarding.models import Onboarding
from onboarding.requests import catalogue, responsibilities
from onboarding.requests.models import ServiceRequest
from onboarding.requests.services import asking, working
from onboarding.requests.states import RequestState
from portal.accounts.models import User
from tests.factories import environments, onboardings, people

pytestmark = pytest.mark.django_db
NEW = "/requests/new/"


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def onboarding() -> Onboarding:
    made = onboardings.onboarding()
    made.environments.add(environments.environment(made.customer))
    return made


@pytest.fixture
def contact(onboarding: Onboarding) -> User:
    return people.contact(onboarding.customer)


def environment_of(onboarding: Onboarding) -> Environment:
    return onboarding.environments.get()


def test_the_picker_shows_each_kind_with_who_does_it(contact: User) -> None:
    page = browser(contact).get(NEW).text

    for kind in catalogue.kinds():
        assert f"?kind={kind.key}&amp;customer=" in page
    assert page.count("Third party") == 1


@pytest.mark.parametrize("kind", ["training", "penetration_test", "reports"])
def test_why_and_by_whom_is_said_before_it_is_sent(contact: User, kind: str) -> None:
    page = browser(contact).get(NEW, {"kind": kind}).text

    what = catalogue.find(kind)
    assert what is not None
    assert what.coverage_in_words in page
    assert what.why in page
    assert ("Send to Support" in page) == (kind == "training")
    assert not ServiceRequest.objects.exists()


def test_a_request_is_sent_and_stands_on_its_page(contact: User, onboarding: Onboarding) -> None:
    sent = {"kind": "reports", "customer": onboarding.customer_id, "details": "Weekly, to Ada."}
    assert browser(contact).post(NEW, sent).status_code == 422
    sent["environment"] = environment_of(onboarding).pk
    response: Any = browser(contact).post(NEW, sent, follow=True)

    made = ServiceRequest.objects.get()
    assert response.redirect_chain[-1][0] == f"/requests/{made.pk}/"
    assert "Weekly, to Ada." in response.text
    assert made.title in browser(contact).get("/requests/").text


def test_a_kind_that_is_not_there_shows_the_picker_again(contact: User, onboarding: Onboarding) -> None:
    response = browser(contact).post(NEW, {"kind": "lunch", "customer": onboarding.customer_id, "details": "x"})

    assert response.status_code == 422
    assert "Select what you ask for" in response.text


def test_staff_say_for_whom(onboarding: Onboarding) -> None:
    people.customer("Another")
    engineer = browser(people.engineer())
    assert "Select the customer" in engineer.get(NEW, {"kind": "question"}).text
    sent = {"kind": "question", "customer": onboarding.customer_id, "details": "On the phone."}

    assert engineer.post(NEW, sent).status_code == 302
    assert ServiceRequest.objects.get().customer == onboarding.customer


def test_a_request_to_support_says_so_to_who_asked(contact: User, onboarding: Onboarding) -> None:
    made = asking.ask(onboarding.customer, kind="it_task", details="Add Bob.", by=contact)
    page = browser(contact).get(f"/requests/{made.pk}/").text

    assert "Support has it" in page
    assert "IT management tasks are not part of the managed service." in page


def test_staff_take_and_finish_it_on_its_page(contact: User, onboarding: Onboarding) -> None:
    made = asking.ask(onboarding.customer, kind="question", details="When?", by=contact)
    engineer, colleague = people.engineer(), people.engineer()
    theirs, address = browser(engineer), f"/requests/{made.pk}/"
    assert "What happens with it" not in browser(contact).get(address).text
    assert "What happens with it" in theirs.get(address).text

    assert theirs.post(f"{address}take/", {"owner": "usr_nobody"}).status_code == 422
    assert theirs.post(f"{address}take/", {"owner": colleague.pk}).status_code == 302
    assert theirs.post(f"{address}take/").status_code == 302
    assert theirs.post(f"{address}finish/", {"answer": " "}).status_code == 422
    assert theirs.post(f"{address}finish/", {"answer": "On Monday."}).status_code == 302
    page = browser(contact).get(address).text
    assert "On Monday." in page
    assert "Withdraw the request" not in page


def test_its_thread_takes_comments(contact: User, onboarding: Onboarding) -> None:
    made = asking.ask(onboarding.customer, kind="question", details="When?", by=contact)
    address = f"/requests/{made.pk}/"
    assert browser(contact).post(address, {"text": ""}).status_code == 422
    assert browser(contact).post(address, {"text": "By Friday if you can."}).status_code == 302

    assert "By Friday if you can." in browser(people.engineer()).get(address).text


def test_an_empty_list_offers_what_most_ask_for(contact: User) -> None:
    page = browser(contact).get("/requests/").text

    for kind in catalogue.most_used():
        assert f"?kind={kind.key}" in page
    assert "No request in this state" in browser(contact).get("/requests/", {"state": "done"}).text


def test_lists_and_pages_take_as_many_queries_for_ten_as_for_one(contact: User, onboarding: Onboarding) -> None:
    staff, mine = browser(people.account_manager()), browser(contact)
    made: ServiceRequest | None = None

    def queries_after(number: int) -> list[int]:
        nonlocal made
        for _ in range(number):
            made = asking.ask(
                onboarding.customer, kind="reports", details="x", environment=environment_of(onboarding), by=contact
            )
            working.take(made, by=people.engineer())
        assert made is not None
        counted = []
        for client in (staff, mine):
            for address in ("/requests/", f"/requests/{made.pk}/", NEW):
                with CaptureQueriesContext(connection) as seen:
                    assert client.get(address).status_code == 200
                counted.append(len(seen))
        return counted

    queries_after(1)
    assert queries_after(0) == queries_after(9)


def test_the_matrix_shows_every_line(contact: User) -> None:
    page = browser(contact).get("/responsibilities/").text

    for line in responsibilities.lines():
        assert line.what.replace("'", "&#x27;") in page


def test_the_environments_page_says_who_answers_for_what_there(contact: User, onboarding: Onboarding) -> None:
    page = browser(contact).get(reverse("environment", args=(environment_of(onboarding).pk,))).text

    assert "Who answers for what in production" in page
    assert "Watching the services that run on the products" in page


def test_the_state_of_a_withdrawn_request_is_shown(contact: User, onboarding: Onboarding) -> None:
    made = asking.ask(onboarding.customer, kind="question", details="When?", by=contact)
    assert browser(contact).post(f"/requests/{made.pk}/withdraw/").status_code == 302

    made.refresh_from_db()
    assert made.state == RequestState.WITHDRAWN
    assert "Withdrawn" in browser(contact).get("/requests/", {"state": "withdrawn"}).text
