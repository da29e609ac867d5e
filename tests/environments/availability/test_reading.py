"""Reading the alarms' history: from where the latest reading ended, once at a time, each customer in turn."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from environments.availability.history import Alarm
from environments.availability.models import HealthSpan, HealthWatch
from environments.availability.services import reading, turns
from environments.availability.states import Health
from environments.models import Environment
from environments.provisioning import access_template, permissions
from environments.provisioning.access_template import Given
from environments.provisioning.ports import CallFailed, Failure
from environments.provisioning.steps import STEPS
from environments.states import EnvironmentKind
from portal.core import clock
from portal.embedded.aws_stand_in.accounts import PORTAL_USER, PROVIDER_ACCOUNT_ID
from tests.aws import ROLE, RunningStandIn
from tests.environments.availability.watched import NORTHWIND, InAws, hours, in_northwind, production, watch
from tests.factories import environments, people

UP, DOWN, UNKNOWN = Health.UP, Health.DOWN, Health.UNKNOWN


@pytest.fixture
def hints(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    monkeypatch.setattr(turns.queue, "enqueue", lambda task, **ids: found.append((task, ids["environment"])))
    return found


@pytest.fixture
def aws(stand_in: RunningStandIn, db: None) -> InAws:
    """Two machines that stand in for each other; both are healthy since 20 hours."""
    found = InAws(stand_in, in_northwind())
    for node in ("gateway-1", "gateway-2"):
        stand_in.time.passed = -timedelta(hours=24)
        found.put(node)
        found.become(node, "OK", hours_ago=20)
    return found


def read(environment: Any) -> HealthWatch:
    found = watch(environment)
    reading.read(environment.pk)
    found.refresh_from_db()
    return found


def test_the_first_reading_tells_of_the_time_since_the_alarms_were_made(aws: InAws) -> None:
    aws.become("gateway-1", "ALARM", hours_ago=10)
    aws.become("gateway-2", "ALARM", hours_ago=8)
    aws.become("gateway-1", "OK", hours_ago=7)

    found = read(aws.environment)

    assert hours(aws.environment) == [(UNKNOWN, 4.0), (UP, 12.0), (DOWN, 1.0), (UP, 7.0)]
    assert found.failure == {}
    assert found.due_at - clock.now() > turns.INTERVAL - timedelta(minutes=1)


def test_a_further_reading_goes_on_where_the_latest_ended(aws: InAws) -> None:
    first = read(aws.environment)
    ids = set(HealthSpan.objects.values_list("pk", flat=True))
    HealthWatch.objects.update(read_until=first.read_until - timedelta(hours=6))

    aws.become("gateway-1", "ALARM", hours_ago=3)
    aws.become("gateway-2", "ALARM", hours_ago=3)
    read(aws.environment)

    assert hours(aws.environment) == [(UNKNOWN, 4.0), (UP, 17.0), (DOWN, 3.0)]
    assert len(ids & set(HealthSpan.objects.values_list("pk", flat=True))) == 1, "what says the same stays"


def test_reading_again_changes_nothing(aws: InAws) -> None:
    read(aws.environment)
    rows = list(HealthSpan.objects.order_by("started_at").values())

    read(aws.environment)

    assert list(HealthSpan.objects.order_by("started_at").values()) == rows


def test_what_aws_keeps_no_longer_is_unknown(aws: InAws) -> None:
    began = clock.now() - timedelta(days=30)
    found = watch(aws.environment, since=began, read_until=began + timedelta(days=10))
    common = {"customer": aws.environment.customer, "environment": aws.environment}
    HealthSpan.objects.create(**common, state=UP, started_at=began)
    aws.environment.resources.update(first_seen_at=began)

    reading.read(found.environment_id)

    assert hours(aws.environment) == [(UP, 240.0), (UNKNOWN, 24.0 * 20 - 20), (UP, 20.0)]


def test_an_alarm_that_is_gone_is_known_no_longer_and_takes_nothing_back(aws: InAws) -> None:
    read(aws.environment)
    HealthWatch.objects.update(read_until=clock.now() - timedelta(minutes=30))
    names = [row.name for row in aws.environment.resources.all()]
    aws.cloudwatch.delete_alarms(AlarmNames=names)

    read(aws.environment)

    assert hours(aws.environment) == [(UNKNOWN, 4.0), (UP, 19.5), (UNKNOWN, 0.5)]


def test_why_aws_could_not_be_read_is_kept_until_it_can(stand_in: RunningStandIn, db: None, hints: list[Any]) -> None:
    environment = in_northwind()

    found = read(environment)

    assert found.failure["message"].startswith("AWS denied")
    assert "template" in found.failure["remedy"]
    assert (found.read_until, found.claimed_until) == (None, None)
    assert not HealthSpan.objects.exists()
    InAws(stand_in, environment)
    assert read(environment).failure == {}


@pytest.mark.django_db
def test_a_worker_that_fails_late_takes_nothing_back(monkeypatch: pytest.MonkeyPatch) -> None:
    environment = production()
    watch(environment)
    later = clock.now()

    def hang(environment: Environment, start: datetime) -> list[Alarm]:
        HealthWatch.objects.update(read_until=later)  # by another worker, since the claim of this one ran out
        raise CallFailed(Failure.RETRYABLE, "Throttling", "Slow down.", operation="describe_alarm_history")

    monkeypatch.setattr(reading, "_look", hang)
    reading.read(environment.pk)

    found = HealthWatch.objects.get()
    assert found.read_until == later
    assert found.failure["message"] == "AWS did not answer describe_alarm_history."


@pytest.mark.django_db(transaction=True)
def test_what_was_read_is_kept_in_one_transaction_of_its_own(aws: InAws) -> None:
    read(aws.environment)

    assert hours(aws.environment) == [(UNKNOWN, 4.0), (UP, 20.0)]


@pytest.mark.django_db
def test_the_customers_template_allows_what_a_reading_asks(stand_in: RunningStandIn) -> None:
    environment = in_northwind()
    template = access_template.of("WSO2", "wso2", permissions.actions(STEPS))
    principal = f"arn:aws:iam::{PROVIDER_ACCOUNT_ID}:user/{PORTAL_USER}"
    given = Given(ROLE, principal, environment.aws_account.external_id, [environment.name], [NORTHWIND.region])
    formation = stand_in.customer(NORTHWIND, "cloudformation")
    formation.create_stack(StackName="access", TemplateBody=template.text(given), Capabilities=["CAPABILITY_NAMED_IAM"])

    with stand_in.enforce_iam():
        found = read(environment)

    assert found.failure == {}
    assert hours(environment) == [(UNKNOWN, 24.0)]


@pytest.mark.django_db
def test_only_production_with_health_alarms_is_watched(hints: list[Any]) -> None:
    mine = production()
    production(kind=EnvironmentKind.TEST)
    environments.environment()
    gone = production()
    type(gone).objects.filter(pk=gone.pk).update(torn_down_at=clock.now())

    assert turns.schedule() == 1
    assert turns.schedule() == 1

    assert list(HealthWatch.objects.values_list("environment", flat=True)) == [mine.pk]
    assert hints == [("availability.read", mine.pk)] * 2


@pytest.mark.django_db
def test_what_was_torn_down_is_read_no_longer(hints: list[Any]) -> None:
    environment = production()
    turns.schedule()
    type(environment).objects.update(torn_down_at=clock.now())

    assert turns.schedule() == 0


@pytest.mark.django_db
def test_each_customer_comes_before_the_second_one_of_any(hints: list[Any]) -> None:
    big = people.customer()
    first, second = production(big, name="Production of another region"), production(big)
    other = production()

    turns.schedule()

    assert [environment for _, environment in hints] == [first.pk, other.pk, second.pk]


@pytest.mark.django_db
def test_only_so_many_are_read_at_the_same_time(hints: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "AT_ONCE", 2)
    many = [production() for _ in range(3)]
    turns.schedule()
    assert len(hints) == 2
    hints.clear()

    turns.claim(many[0].pk)
    turns.schedule()

    assert len(hints) == 1


@pytest.mark.django_db
def test_an_environment_is_taken_by_one_worker_and_again_when_that_did_not_come_back() -> None:
    environment = production()
    watch(environment)

    assert turns.claim(environment.pk)
    assert turns.claim(environment.pk) is None
    HealthWatch.objects.update(claimed_until=clock.now())
    assert turns.claim(environment.pk)


@pytest.mark.django_db
def test_the_end_of_a_reading_hints_at_the_next(hints: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = production(), production()
    watch(first)
    monkeypatch.setattr(reading, "_look", lambda environment, start: [])
    hints.clear()

    reading.read(first.pk)

    assert hints == [("availability.read", second.pk)]
