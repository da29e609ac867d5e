"""Asking for a tear-down or a reset, and an environment of which nothing is left."""

import pytest
from django.urls import reverse

from environments import selectors
from environments.models import Environment
from environments.provisioning.steps import BY_KEY
from environments.states import PlanPurpose
from portal.core import clock
from tests.api.caller import Caller
from tests.environments import pages
from tests.environments.pages import page, signed_in, status
from tests.factories import environments, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def production() -> Environment:
    made = pages.production()
    pages.finished(made)
    return made


@pytest.fixture
def test() -> Environment:
    return environments.environment(kind="test")


def test_page_says_what_goes_and_what_stays(production: Environment) -> None:
    pages.resources(production, 2)
    production.resources.filter(name="route 0").update(step="log_bucket", kind="s3_bucket", name="acme-logs")

    html = page(people.engineer(), "environment_tear_down", production.pk)

    assert "VPC route <strong>route 1</strong>" in html
    assert BY_KEY["log_bucket"].remains in html.replace("&#x27;", "'")
    assert "acme-logs" not in html, "what stays is not among what goes"
    assert "For production that is somebody else than you" in html


def test_name_is_typed_and_a_plan_is_made(production: Environment) -> None:
    engineer = people.engineer()

    assert status(engineer, "environment_tear_down", production.pk, method="post", name="Another") == 422
    response = signed_in(engineer).post(reverse("environment_tear_down", args=[production.pk]), {"name": "Production"})

    plan = production.plans.latest("id")
    assert (plan.purpose, plan.requested_by) == (PlanPurpose.TEAR_DOWN, engineer)
    assert response["Location"] == reverse("plan", args=[plan.pk])


def test_only_what_is_not_production_is_reset(production: Environment, test: Environment) -> None:
    engineer = people.engineer()

    assert status(engineer, "environment_reset", production.pk) == 409
    assert status(engineer, "environment_reset", test.pk, method="post", name="Test") == 302
    assert test.plans.latest("id").purpose == PlanPurpose.RESET
    assert reverse("environment_reset", args=[production.pk]) not in page(engineer, "environment", production.pk)


def test_only_engineers_are_offered_it(production: Environment) -> None:
    offered = reverse("environment_tear_down", args=[production.pk])

    assert offered in page(people.engineer(), "environment", production.pk)
    for person in (people.account_manager(), people.auditor(), people.customer_administrator(production.customer)):
        assert offered not in page(person, "environment", production.pk)
        assert status(person, "environment_tear_down", production.pk) == 403
        assert status(person, "environment_tear_down", production.pk, method="post", name="Production") == 403


def test_environment_that_is_torn_down_says_so_everywhere(production: Environment) -> None:
    Environment.objects.filter(pk=production.pk).update(torn_down_at=clock.now())
    engineer = people.engineer()

    for name in ("environment", "environment_checklist", "environment_runs", "environment_resources"):
        assert "Torn down" in page(engineer, name, production.pk), name
    assert "Torn down" in page(engineer, "environment_list")
    response = signed_in(engineer).get(reverse("environment", args=[production.pk]))
    assert (response.context["next"].label, response.context["next"].posts) == ("Make a new plan", True)
    assert reverse("environment_tear_down", args=[production.pk]) not in response.text
    assert Caller(engineer).get(f"/environments/{production.pk}").data["torn_down_at"]


def test_by_the_api(production: Environment, test: Environment) -> None:
    caller = Caller(people.engineer())

    made = caller.post(f"/environments/{test.pk}/tear-downs", {"purpose": "reset", "name": "Test"})
    assert (made.status_code, made.data["purpose"], made.data["state"]) == (202, "reset", "requested")
    wrong = caller.post(f"/environments/{test.pk}/tear-downs", {"purpose": "tear_down", "name": "Tset"})
    assert (wrong.status_code, wrong.data["errors"][0]["pointer"]) == (400, "/name")
    building = caller.post(f"/environments/{test.pk}/tear-downs", {"purpose": "provision", "name": "Test"})
    assert building.data["errors"][0]["message"] == "Use tear_down or reset"
    never = caller.post(f"/environments/{production.pk}/tear-downs", {"purpose": "reset", "name": "Production"})
    assert (never.status_code, never.data["code"]) == (409, "production")


def test_connections_of_what_is_torn_down_are_planned_not_failing(production: Environment) -> None:
    production.checklist_items.update(state="red")
    edges = selectors.topology(production)["edges"]
    assert {edge["status"] for edge in edges} == {"failing"}

    production.torn_down_at = clock.now()

    assert {edge["status"] for edge in selectors.topology(production)["edges"]} == {"planned"}
