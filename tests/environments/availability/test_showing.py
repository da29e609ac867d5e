"""What people see of availability: on the environment's page, by the API, and in a message once in a month."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from environments.availability import hand_overs, selectors
from environments.availability.hand_overs import HandedOver
from environments.availability.models import HealthSpan, HealthWatch
from environments.availability.services import telling
from environments.availability.states import Health
from environments.models import Environment
from environments.provisioning.steps import BY_KEY
from environments.states import EnvironmentKind
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.outbox.models import Notice, OutboxMessage
from tests.api.caller import Caller
from tests.environments.availability.watched import measured, production, watch
from tests.factories import environments, people

pytestmark = pytest.mark.django_db

UP, DOWN, UNKNOWN = Health.UP, Health.DOWN, Health.UNKNOWN


@pytest.fixture
def manager(monkeypatch: pytest.MonkeyPatch) -> User:
    """Who manages every environment; none of them was handed over yet."""
    found = people.account_manager()
    monkeypatch.setattr(hand_overs, "_sources", [lambda ids: {id: HandedOver(None, (found,)) for id in ids}])
    return found


def panel(environment: Environment, reader: User) -> str:
    client = Client()
    client.force_login(reader)
    page = client.get(f"/environments/{environment.pk}/").content.decode()
    return re.sub(r"\s+", " ", page.split("Availability", 1)[1].split("Backups", 1)[0])


def test_the_page_shows_the_target_beside_what_was_measured() -> None:
    environment = production()
    measured(environment, (UP, 100), (DOWN, 1), (UNKNOWN, 9), (UP, 99))

    seen = panel(environment, people.contact(environment.customer))

    assert "99.9 %" in seen
    assert "99.50 %" in seen
    assert "Below target" in seen
    assert "Down 1 time, 1 h 0 min in all; of 9 h 0 min nothing is known." in seen
    assert seen.count("<rect") == 4
    assert "Down for 1 h 0 min" in seen


def test_the_page_says_that_nothing_is_measured_yet_and_why_aws_could_not_be_read() -> None:
    environment = production()
    watch(environment, failure={"message": "AWS denied it.", "remedy": "Deploy the template.", "at": "2026-11-01"})

    seen = panel(environment, people.engineer())

    assert "Not measured yet" in seen
    assert "AWS denied it. Deploy the template." in seen
    assert '<svg class="chart' not in seen


def test_non_production_is_not_measured() -> None:
    environment = environments.environment(kind=EnvironmentKind.TEST)

    assert "Not measured (S41)" in panel(environment, people.engineer())
    answer = Caller(people.engineer()).get(f"/environments/{environment.pk}/availability").json()
    assert (answer["is_monitored"], answer["target_percent"], answer["measured_percent"]) == (False, None, None)


def test_what_the_stand_in_says_is_called_simulated(settings: Any) -> None:
    environment = production()
    measured(environment, (UP, 100))
    assert "Simulated" not in panel(environment, people.engineer())

    settings.AWS_STAND_IN_CUSTOMER_ROLE = "Administrator"

    assert f"Simulated: {BY_KEY['alarms'].simulated}" in panel(environment, people.engineer())


def test_the_api_says_the_same_with_its_spans() -> None:
    environment = production()
    found = measured(environment, (UP, 100), (DOWN, 1), (UNKNOWN, 9), (UP, 99))

    answer = Caller(people.viewer(environment.customer)).get(f"/environments/{environment.pk}/availability").json()

    assert (answer["target_percent"], answer["measured_percent"], answer["is_missed"]) == (99.9, 99.5, True)
    assert (answer["up_seconds"], answer["down_seconds"], answer["unknown_seconds"]) == (199 * 3600, 3600, 9 * 3600)
    assert [span["state"] for span in answer["spans"]] == ["up", "down", "unknown", "up"]
    assert datetime.fromisoformat(answer["until"]) == found.read_until
    assert answer["problem"] is None


def test_the_api_can_be_asked_for_longer_and_counts_no_more_than_that() -> None:
    environment = production()
    measured(environment, (DOWN, 24), (UP, 24 * 40))
    caller = Caller(people.engineer())

    month = caller.get(f"/environments/{environment.pk}/availability").json()
    quarter = caller.get(f"/environments/{environment.pk}/availability?days=90").json()

    assert (month["measured_percent"], month["down_seconds"]) == (100.0, 0)
    assert quarter["down_seconds"] == 24 * 3600
    assert caller.get(f"/environments/{environment.pk}/availability?days=7").status_code == 400


def test_it_counts_from_the_hand_over(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = production()
    measured(environment, (DOWN, 10), (UP, 20))
    at = clock.now() - timedelta(hours=15)
    monkeypatch.setattr(hand_overs, "_sources", [lambda ids: {id: HandedOver(at) for id in ids}])

    found = selectors.of_environment(environment)

    assert (found.counts_from, found.since) == (at, at)
    assert str(found.percent) == "100.00"


def test_a_target_comes_from_the_newest_approved_answers() -> None:
    environment = production(target="99.9")
    newest = environments.specify(environment)
    newest.content |= {"monitoring": {"availability_target": "99.5"}}
    newest.save()

    assert str(selectors.of_environment(environment).target) == "99.5"


def test_the_account_manager_is_told_once_in_a_month(manager: User) -> None:
    environment = production()
    found = measured(environment, (UP, 100), (DOWN, 1), (UP, 99))

    for _ in range(2):
        telling.tell_if_missed(found)

    (notice,) = Notice.objects.all()
    assert (notice.person, notice.link) == (manager, f"/environments/{environment.pk}/")
    assert notice.subject == f"{environment}: 99.50 % available, 99.9 % agreed"
    assert "Down from" in OutboxMessage.objects.get().text
    assert AuditEvent.objects.filter(action="availability.below_target").count() == 1


def test_the_account_manager_is_told_again_in_the_next_month(manager: User) -> None:
    found = measured(production(), (UP, 100), (DOWN, 1), (UP, 99))
    telling.tell_if_missed(found)

    month_later = found.read_until + timedelta(days=31)
    with time_machine.travel(month_later, tick=False):
        HealthWatch.objects.update(read_until=month_later)
        HealthSpan.objects.filter(state=DOWN).update(ended_at=month_later - timedelta(hours=1))
        HealthSpan.objects.filter(ended_at=None).update(started_at=month_later - timedelta(hours=1))
        telling.tell_if_missed(found)

    assert Notice.objects.count() == 2


@pytest.mark.parametrize("spans", [[(UP, 100)], [(UNKNOWN, 100)], [(UP, 9999), (DOWN, 0.5), (UP, 500)]])
def test_nobody_is_told_of_a_target_that_is_kept_or_of_which_nothing_is_known(
    manager: User, spans: list[tuple[Health, float]]
) -> None:
    found = measured(production(), *spans)

    telling.tell_if_missed(found)

    assert not Notice.objects.exists()


def test_nobody_is_told_where_no_target_is_agreed(manager: User) -> None:
    found = measured(production(target=""), (DOWN, 100))

    telling.tell_if_missed(found)

    assert not Notice.objects.exists()


def test_what_is_measured_of_many_takes_as_many_queries_as_of_one(django_assert_num_queries) -> None:
    rows = [production() for _ in range(3)]
    for row in rows:
        measured(row, (UP, 10), (DOWN, 1))
    selectors.of_environment(rows[0])

    for some in (rows[:1], rows):
        with django_assert_num_queries(5):
            selectors.of_environments(some, clock.now() - timedelta(days=30))
