"""Production environments with health alarms, in the stand-in or in the books only."""

from datetime import datetime, timedelta
from typing import Any

from environments.availability.models import HealthSpan, HealthWatch
from environments.availability.services import turns
from environments.availability.states import Health
from environments.models import Environment, Resource
from environments.provisioning.steps.measures import HEALTH
from portal.accounts.models import Customer
from portal.core import clock
from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS
from tests.aws import RunningStandIn
from tests.factories import environments

NORTHWIND = CUSTOMER_ACCOUNTS[0]
TARGET = "99.9"


def production(
    customer: Customer | None = None, *nodes: str, target: str = TARGET, name: str = "", **given: Any
) -> Environment:
    """An environment whose alarms were made a day ago."""
    made = environments.environment(customer, **given)
    if name:
        Environment.objects.filter(pk=made.pk).update(name=name)
    specification = made.specifications.get()
    specification.content |= {"monitoring": {"availability_target": target}}
    specification.save()
    for node in nodes or ("gateway-1",):
        add_alarm(made, node)
    return Environment.objects.select_related("customer", "aws_account").get(pk=made.pk)


def add_alarm(environment: Environment, node: str, at: datetime | None = None) -> Resource:
    at = at or clock.now() - timedelta(days=1)
    return Resource.objects.create(
        customer=environment.customer,
        environment=environment,
        step="alarms",
        kind="alarm",
        name=name_of(environment, node),
        aws_id="arn",
        account_id=environment.aws_account.account_id,
        region=environment.region,
        first_seen_at=at,
        last_seen_at=at,
    )


def name_of(environment: Environment, node: str) -> str:
    return f"wso2-{environment.pk}-{node}-{HEALTH.key}"


def watch(environment: Environment, **values: Any) -> HealthWatch:
    """The watch of an environment, due now."""
    turns.schedule()
    HealthWatch.objects.filter(environment=environment).update(due_at=clock.now(), **values)
    return HealthWatch.objects.get(environment=environment)


def measured(environment: Environment, *spans: tuple[Health, float], until: datetime | None = None) -> HealthWatch:
    """An environment that was read up to now: so many hours in each state, one after the other."""
    end = until or clock.now()
    begin = end - timedelta(hours=sum(hours for _, hours in spans))
    found = watch(environment, since=begin, read_until=end)
    for number, (state, hours) in enumerate(spans):
        then = begin + timedelta(hours=hours)
        ended_at = then if number < len(spans) - 1 else None
        common = {"customer": environment.customer, "environment": environment}
        HealthSpan.objects.create(**common, state=state, started_at=begin, ended_at=ended_at)
        begin = then
    return found


class InAws:
    """The alarms of an environment in the stand-in, in which hours can be let pass."""

    def __init__(self, stand_in: RunningStandIn, environment: Environment) -> None:
        self.stand_in, self.environment = stand_in, environment
        self.cloudwatch = stand_in.customer(NORTHWIND, "cloudwatch")
        stand_in.trust_portal(NORTHWIND.account_id, environment.aws_account.external_id)

    def put(self, node: str) -> None:
        self.cloudwatch.put_metric_alarm(
            AlarmName=name_of(self.environment, node),
            Namespace=HEALTH.namespace,
            MetricName=HEALTH.metric,
            Statistic=HEALTH.statistic,
            Period=60,
            EvaluationPeriods=2,
            Threshold=1.0,
            ComparisonOperator="LessThanThreshold",
        )

    def become(self, node: str, state: str, *, hours_ago: float) -> None:
        self.stand_in.time.passed = -timedelta(hours=hours_ago)
        name = name_of(self.environment, node)
        self.cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason="a test")
        self.stand_in.time.passed = timedelta(0)


def in_northwind(**given: Any) -> Environment:
    return production(None, "gateway-1", "gateway-2", account_id=NORTHWIND.account_id, region=NORTHWIND.region, **given)


def hours(environment: Environment) -> list[tuple[str, float]]:
    """The spans as kept, each with its length in hours; the open one goes up to what was read."""
    end = HealthWatch.objects.get(environment=environment).read_until
    rows = HealthSpan.objects.filter(environment=environment).order_by("started_at")
    return [(row.state, round(((row.ended_at or end) - row.started_at) / timedelta(hours=1), 1)) for row in rows]
