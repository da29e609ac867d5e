"""Home, portfolio, opening, the onboarding's home, check answers."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from onboarding.models import Onboarding, Section
from onboarding.states import SectionState, Stage
from portal.accounts.models import Customer, Invitation, User
from portal.core import clock
from tests.factories import onboardings, people

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, name: str, *args: str, **query: str) -> str:
    response = signed_in(user).get(reverse(name, args=args), query)
    assert response.status_code == 200, response.content.decode()[:400]
    return response.content.decode()


def test_home_sends_a_customer_with_one_onboarding_to_it():
    onboarding = onboardings.onboarding()

    response = signed_in(people.contact(onboarding.customer)).get("/")

    assert response["Location"] == reverse("onboarding", args=[onboarding.pk])


def test_home_sends_a_customer_with_two_onboardings_to_their_list():
    onboarding = onboardings.onboarding()
    onboardings.onboarding(onboarding.customer)

    response = signed_in(people.contact(onboarding.customer)).get("/")

    assert response["Location"] == reverse("onboarding_list")


def test_home_sends_staff_to_the_portfolio():
    onboardings.onboarding()

    assert signed_in(people.auditor()).get("/")["Location"] == reverse("onboarding_list")


def test_pages_ask_the_signed_out_to_log_in():
    onboarding = onboardings.onboarding()

    response = Client().get(reverse("onboarding", args=[onboarding.pk]))

    assert response.status_code == 302
    assert reverse("account_login") in response["Location"]


def test_customer_list_shows_only_ones_own():
    mine, other = onboardings.onboarding(), onboardings.onboarding()

    html = page(people.contact(mine.customer), "onboarding_list")

    assert mine.reference in html
    assert other.reference not in html


def test_a_person_of_no_onboarding_is_told_what_comes():
    assert "No onboarding yet" in page(people.contact(people.customer()), "onboarding_list")


def test_portfolio_shows_whose_turn_it_is():
    onboarding = onboardings.onboarding()

    html = page(people.engineer(), "onboarding_list")

    assert onboarding.reference in html
    assert onboarding.customer.name in html
    assert "Customer" in html


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"q": "ZEPHYR"}, True),
        ({"q": "nobody"}, False),
        ({"stage": "intake"}, True),
        ({"stage": "live"}, False),
        ({"waiting": "customer"}, True),
        ({"waiting": "provider"}, False),
        ({"stage": "no such stage"}, True),
        ({"page": "99"}, True),
        ({"page": "x\x00"}, True),
        ({"q": "\x00"}, True),
    ],
)
def test_portfolio_filters_by_address(query: dict[str, str], found: bool):
    onboarding = onboardings.onboarding(people.customer("Zephyr Air"))

    html = page(people.engineer(), "onboarding_list", **query)

    assert (onboarding.reference in html) is found
    assert ("Clear filters" in html) is (
        not found or any(query.get(k) in ("ZEPHYR", "intake", "customer") for k in query)
    )


def test_portfolio_filters_by_account_manager():
    mine, other = onboardings.onboarding(), onboardings.onboarding()

    html = page(people.engineer(), "onboarding_list", owner=mine.account_manager_id)

    assert mine.reference in html
    assert other.reference not in html


def test_filtered_portfolio_without_a_match_offers_to_clear_the_filters():
    onboardings.onboarding()

    assert "No onboarding fits these filters" in page(people.engineer(), "onboarding_list", stage="live")


def test_portfolio_turns_to_the_provider_when_everything_is_submitted():
    onboarding = onboardings.submitted(onboardings.onboarding())

    html = page(people.engineer(), "onboarding_list", waiting="provider")

    assert onboarding.reference in html


def many(number: int) -> None:
    customer, manager = Customer.objects.create(name="Many", slug="many"), people.account_manager()
    rows = Onboarding.objects.bulk_create(
        Onboarding(
            customer=customer,
            reference=f"ONB-1999-{index:04d}",
            title=f"Project {index}",
            stage=Stage.INTAKE,
            stage_since=clock.now(),
            account_manager=manager,
        )
        for index in range(number)
    )
    Section.objects.bulk_create(
        Section(customer=customer, onboarding=row, key=key, position=position, state=SectionState.EMPTY)
        for row in rows
        for position, key in enumerate(("products", "dns"))
    )


def statements(client: Client, **query: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(reverse("onboarding_list"), query).status_code == 200
    return len(captured)


def test_portfolio_asks_the_database_the_same_for_10_and_1000_rows():
    client = signed_in(people.engineer())
    many(10)
    few = statements(client), statements(client, waiting="customer")
    Section.objects.all().delete()
    Onboarding.objects.all().delete()
    Customer.objects.filter(slug="many").delete()

    many(1000)

    assert (statements(client), statements(client, waiting="customer")) == few
    assert max(few) <= 10


def test_portfolio_turns_pages():
    many(60)
    client = signed_in(people.engineer())

    first = client.get(reverse("onboarding_list")).content.decode()
    second = client.get(reverse("onboarding_list"), {"page": "2"}).content.decode()

    assert "1 to 50 of 60" in first
    assert "51 to 60 of 60" in second
    assert 'rel="prev"' in second


# Opening.


def opening(**changes: str) -> dict[str, str]:
    return {
        "customer": "",
        "customer_name": "Nordwind Energie",
        "title": "Integration platform",
        "account_manager": "",
        "target_on": "",
        "contact_email": "ada@nordwind.example",
        **changes,
    }


def test_account_manager_opens_an_onboarding_with_a_new_customer():
    manager = people.account_manager()

    response = signed_in(manager).post(reverse("onboarding_new"), opening(account_manager=manager.pk))

    onboarding = Onboarding.objects.get()
    assert response["Location"] == reverse("onboarding", args=[onboarding.pk])
    assert onboarding.customer.name == "Nordwind Energie"
    assert Invitation.objects.get().email == "ada@nordwind.example"


def test_opening_for_an_existing_customer_needs_no_contact():
    manager, customer = people.account_manager(), people.customer()
    given = opening(customer=customer.pk, customer_name="", contact_email="", account_manager=manager.pk)

    signed_in(manager).post(reverse("onboarding_new"), given)

    assert Onboarding.objects.get().customer == customer
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"title": ""}, "Enter a title, such as “Integration platform”"),
        ({"customer_name": ""}, "Select a customer, or enter the name of a new one"),
        ({"contact_email": ""}, "Enter the e-mail address of the first contact"),
        ({"contact_email": "ada"}, "Enter an e-mail address in the form name@company.example"),
        ({"target_on": "2001-01-01"}, "01 January 2001 has passed. Enter a day to come."),
        ({"target_on": "soon"}, "Enter the target date as year, month and day, such as 2027-03-01"),
        ({"customer_name": "ACME"}, "A customer with the name ACME exists already"),
    ],
)
def test_opening_says_what_is_wrong_and_keeps_what_was_entered(changes: dict[str, str], sentence: str):
    manager = people.account_manager()
    people.customer("Acme")

    response = signed_in(manager).post(
        reverse("onboarding_new"), opening(account_manager=manager.pk, **{"title": "Kept words", **changes})
    )

    html = response.content.decode()
    assert response.status_code == 422
    assert html.count(sentence) == 2
    assert "<title>Error: " in html
    assert "title" in changes or "Kept words" in html
    assert not Onboarding.objects.exists()


def test_nothing_is_left_behind_when_the_contact_cannot_be_invited():
    manager = people.account_manager()
    colleague = people.engineer()

    response = signed_in(manager).post(
        reverse("onboarding_new"), opening(account_manager=manager.pk, contact_email=colleague.email)
    )

    assert response.status_code == 422
    assert not Customer.objects.filter(name="Nordwind Energie").exists()


def test_only_account_managers_open_an_onboarding():
    assert signed_in(people.engineer()).get(reverse("onboarding_new")).status_code == 403
    assert signed_in(people.contact(people.customer())).get(reverse("onboarding_new")).status_code == 403


# An onboarding's home.


def test_first_visit_says_what_to_gather():
    onboarding = onboardings.onboarding()

    html = page(people.contact(onboarding.customer), "onboarding", onboarding.pk)

    assert "Before you start" in html
    assert "AWS account ID, and Region, VPC ID and CIDR blocks of every VPC" in html
    assert "Start: Products and environments" in html


def test_home_counts_approved_sections_and_says_whose_turn_it_is():
    onboarding = onboardings.submitted(onboardings.onboarding())
    contact = people.contact(onboarding.customer)

    html = page(contact, "onboarding", onboarding.pk)

    assert "0 of 11 sections approved" in html
    assert "Review 11 sections" in html
    assert reverse("review", args=[onboarding.pk]) not in html


def test_staff_home_links_to_the_review():
    onboarding = onboardings.submitted(onboardings.onboarding())

    html = page(people.engineer(), "onboarding", onboarding.pk)

    assert reverse("review", args=[onboarding.pk]) in html


def test_approved_onboarding_draws_its_environments():
    onboarding = onboardings.approved(onboardings.onboarding())

    html = page(people.contact(onboarding.customer), "onboarding", onboarding.pk)

    for environment in onboarding.environments.all():
        assert reverse("environment", args=[environment.pk]) in html
    assert "11 of 11 sections approved" in html


@pytest.mark.parametrize("name", ["onboarding", "check_answers", "review", "onboarding_cancel"])
def test_another_customers_onboarding_does_not_exist(name: str):
    onboarding = onboardings.onboarding()
    stranger = people.customer_administrator(people.customer())

    assert signed_in(stranger).get(reverse(name, args=[onboarding.pk])).status_code == 404


def test_cancelling_asks_first():
    onboarding = onboardings.onboarding()
    client, address = signed_in(onboarding.account_manager), reverse("onboarding_cancel", args=[onboarding.pk])

    asked = client.get(address)
    onboarding.refresh_from_db()
    before = onboarding.stage
    client.post(address)

    onboarding.refresh_from_db()
    assert "What stands in AWS already stays" in asked.content.decode()
    assert (before, onboarding.stage) == (Stage.INTAKE, Stage.CANCELLED)


def test_customers_do_not_cancel():
    onboarding = onboardings.onboarding()
    contact = people.customer_administrator(onboarding.customer)

    response = signed_in(contact).post(reverse("onboarding_cancel", args=[onboarding.pk]))

    assert response.status_code == 403


# Check answers.


def test_check_page_links_what_is_missing():
    onboarding = onboardings.onboarding()

    html = page(people.contact(onboarding.customer), "check_answers", onboarding.pk)

    assert f"{reverse('section', args=[onboarding.pk, 'remote_access'])}#field-environments" in html
    assert "Submit to WSO2 for review" in html


def test_submitting_incomplete_answers_names_every_problem_with_a_link():
    onboarding = onboardings.onboarding()
    contact = people.contact(onboarding.customer)

    response = signed_in(contact).post(reverse("check_answers", args=[onboarding.pk]))

    html = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error: " in html
    assert "DNS: Enter the zone name" in html
    assert Section.objects.filter(state=SectionState.SUBMITTED).count() == 0


def test_submitting_everything_shows_reference_and_date():
    onboarding = onboardings.answered(onboardings.onboarding())
    client = signed_in(people.contact(onboarding.customer))
    address = reverse("check_answers", args=[onboarding.pk])

    response = client.post(address)
    html = client.get(address).content.decode()

    assert response["Location"] == address
    assert "Submitted for review" in html
    assert onboarding.reference in html
    assert "17:00" in html
    assert "mail-Password-73f" not in html
    assert Section.objects.exclude(state=SectionState.SUBMITTED).count() == 0


def test_viewers_read_the_answers_and_cannot_submit():
    onboarding = onboardings.answered(onboardings.onboarding())
    client, address = signed_in(people.viewer(onboarding.customer)), reverse("check_answers", args=[onboarding.pk])

    html = client.get(address).content.decode()

    assert "acme.internal" in html
    assert "for review</button>" not in html
    assert client.post(address).status_code == 403


def test_review_ends_on_the_second_working_day():
    from datetime import UTC, datetime

    from onboarding.review_clock import due_at

    thursday = datetime(2026, 11, 26, 20, 0, tzinfo=UTC)

    assert due_at(thursday, "Europe/Berlin").isoformat() == "2026-11-30T17:00:00+01:00"
    assert due_at(thursday + timedelta(days=1), "UTC").isoformat() == "2026-12-01T17:00:00+00:00"


def test_the_rail_knows_when_each_stage_was_reached():
    from onboarding import turns

    onboarding = onboardings.approved(onboardings.onboarding())

    assert list(turns.stage_dates(onboarding)) == ["intake", "review", "provisioning"]


def test_an_onboarding_asks_the_database_the_same_with_one_and_with_many_things_owed():
    few, many_owed = onboardings.onboarding(), onboardings.submitted(onboardings.onboarding())
    client = signed_in(people.engineer())

    counts = []
    for onboarding in (few, many_owed):
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("onboarding", args=[onboarding.pk]))
        counts.append(len(captured))

    assert counts[0] == counts[1]
