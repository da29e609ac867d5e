"""The overview of an environment that changes while somebody looks."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from environments.models import Environment, Plan, Run
from environments.states import PlanState, RunState
from portal.core import clock
from tests.environments import pages
from tests.environments.pages import page, signed_in
from tests.factories import people

pytestmark = pytest.mark.django_db


def asked_again(client: Client, environment: Environment, seen: str):
    address = reverse("environment", args=[environment.pk])
    return client.get(f"{address}?seen={seen}", headers={"HX-Request": "true"})


@pytest.mark.parametrize(
    ("state", "seconds"),
    [
        (RunState.RUNNING, "every 2s"),
        (RunState.WAITING, "every 15s"),
        (RunState.FAILED, "every 15s"),
        (RunState.FINISHED, ""),
        (RunState.CANCELLED, ""),
    ],
)
def test_overview_asks_again_as_long_as_the_run_can_change(state: str, seconds: str):
    run = pages.started(pages.production())
    Run.objects.filter(pk=run.pk).update(state=state)

    html = page(people.engineer(), "environment", run.environment_id)

    assert (f'hx-trigger="{seconds}"' in html) is bool(seconds)
    assert ("data-live-pause" in html) is bool(seconds)


def test_overview_follows_a_plan_that_is_computed():
    environment = pages.production()
    assert 'hx-trigger="every 2s"' in page(people.engineer(), "environment", environment.pk)

    pages.planned(environment)

    assert "hx-trigger" not in page(people.engineer(), "environment", environment.pk)


def test_overview_is_sent_again_only_after_something_changed():
    run = pages.waiting(pages.production())
    client = signed_in(people.engineer())
    seen = client.get(reverse("environment", args=[run.environment_id])).context["seen"]

    assert asked_again(client, run.environment, seen).status_code == 204

    Run.objects.filter(pk=run.pk).update(state=RunState.CANCELLED)

    changed = asked_again(client, run.environment, seen)
    assert changed.status_code == 200
    assert 'id="environment-live"' in changed.content.decode()


def test_overview_without_script_is_always_whole():
    environment = pages.production()
    Plan.objects.filter(environment=environment).update(state=PlanState.SUPERSEDED)
    client = signed_in(people.engineer())
    seen = client.get(reverse("environment", args=[environment.pk])).context["seen"]

    assert client.get(f"{reverse('environment', args=[environment.pk])}?seen={seen}").status_code == 200


def test_overview_of_a_stopped_run_says_what_stopped_it():
    run = pages.failed(pages.production())
    message = next(step.error["message"] for step in run.steps.all() if step.error)

    assert message in page(people.engineer(), "environment", run.environment_id)


def test_overview_names_the_customer_it_waits_for():
    run = pages.waiting(pages.production())

    assert f"waits for {run.customer.name} to accept" in page(people.engineer(), "environment", run.environment_id)


@pytest.mark.parametrize(
    ("minutes", "words", "asks"), [(1, "Looking at AWS again", True), (3, "AWS was not looked at yet", False)]
)
def test_checklist_waits_for_a_look_only_so_long(minutes: int, words: str, asks: bool):
    environment = pages.finished(pages.production()).environment
    environment.checklist_items.update(checked_at=clock.now() - timedelta(hours=1))
    since = (clock.now() - timedelta(minutes=minutes)).isoformat()

    html = page(people.engineer(), "environment_checklist", environment.pk, since=since)

    assert words in html
    assert ('hx-trigger="every 2s"' in html) is asks
