"""What is asked of the database does not depend on how many onboardings there are."""

import os
from contextlib import nullcontext

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from onboarding.actions.models import CustomerAction
from onboarding.models import Onboarding
from portal.accounts.models import User
from tests.benchmarks import portfolio as benchmark
from tests.factories import many, onboardings, people

pytestmark = pytest.mark.django_db

STAFF = (
    "/onboardings/",
    "/onboardings/?stage=provisioning",
    "/onboardings/?waiting=customer",
    "/onboardings/?due=week",
    "/onboardings/?q=project",
    "/reports/",
    "/reports/?period=all",
    "/api/v1/onboardings",
    "/api/v1/reports",
    "/api/v1/customer-actions",
)
CUSTOMER = (
    "/onboardings/{id}/",
    "/onboardings/",
    "/actions/",
    "/api/v1/onboardings",
    "/api/v1/onboardings/{id}/forecast",
)


def counts(number: int) -> dict[str, int]:
    """Return the statements of every page with `number` onboardings; the rows are gone afterwards."""
    with transaction.atomic():
        rows = many.onboardings(number)
        one = next(row for row in rows if row.stage == "verification")
        staff, customer = browser(people.administrator()), browser(people.customer_administrator(one.customer))
        found = {f"staff {path}": statements(staff, path) for path in STAFF}
        found |= {f"customer {path}": statements(customer, path.format(id=one.pk)) for path in CUSTOMER}
        transaction.set_rollback(True)
    return found


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def statements(client: Client, path: str) -> int:
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200, path
    return len(captured)


def test_every_page_asks_the_same_of_20_and_of_200_onboardings() -> None:
    assert counts(200) == counts(20)


def test_pages_over_all_onboardings_ask_little() -> None:
    found = counts(60)

    assert max(number for path, number in found.items() if "/onboardings/?" in path) <= 12
    assert found["staff /reports/"] <= 14


def test_what_is_measured_holds_actions_that_wait_and_that_ended() -> None:
    rows = many.onboardings(40)

    actions = CustomerAction.objects.filter(onboarding__in=rows)
    waiting = [row for row in rows if row.stage == "provisioning"]
    assert {action.onboarding for action in actions.filter(state="open")} == set(waiting)
    assert actions.exclude(state="open").count() == 3 * len(rows)


@pytest.mark.parametrize(("later", "fails"), [(2.9, False), (3.1, True)])
def test_the_benchmark_fails_where_a_page_takes_more_than_three_times_as_long(
    later: float, fails: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = {benchmark.FEW: {"a page": (1.0, 5)}, benchmark.MANY: {"a page": (later, 5)}}
    monkeypatch.setattr("os.environ", dict(os.environ))
    monkeypatch.setattr(benchmark, "_measured", measured.get)
    monkeypatch.setattr("django.test.utils.setup_test_environment", lambda **_: None)

    with pytest.raises(SystemExit) if fails else nullcontext():
        benchmark.main()


def test_a_customers_list_asks_the_same_of_2_and_of_20_onboardings() -> None:
    asked = {}
    for number in (2, 20):
        customer = people.customer()
        rows = [onboardings.onboarding(customer) for _ in range(number)]
        Onboarding.objects.filter(pk__in=[row.pk for row in rows[::2]]).update(stage="provisioning")
        asked[number] = statements(browser(people.customer_administrator(customer)), "/onboardings/")

    assert asked[2] == asked[20]


def test_the_order_of_the_portfolio_comes_from_an_index() -> None:
    """Without sorting all rows: the plan reads them in their order."""
    many.onboardings(300)
    if connection.vendor == "postgresql":
        # It would sort so few rows, index or not. It does so still where no index has the order.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_sort = off")
            cursor.execute("SET LOCAL enable_bitmapscan = off")

    views = {
        "": {},
        "stage": {"stage": "intake"},
        "turn": {"waiting_on": "customer"},
        "manager": {"account_manager": "usr_x"},
    }
    for name, narrowed in views.items():
        plan = Onboarding.objects.filter(**narrowed).order_by("order_at", "-pk")[:50].explain()

        assert "USE TEMP B-TREE FOR ORDER BY" not in plan, name
        assert "Sort" not in plan, name
        assert f"onboarding_{'by' if name else 'in'}_{name or 'order'}" in plan, name
