"""Which environment's alarms are read next: those that are due, each customer in turn, and only so many at the same time."""

from datetime import timedelta
from typing import Any

from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from environments.availability.models import HealthWatch
from environments.models import Environment, Resource
from environments.provisioning.steps.measures import HEALTH
from environments.states import EnvironmentKind
from portal.core import clock, queue

INTERVAL = timedelta(minutes=15)
AT_ONCE = 20
"""So many environments are read at the same time, by all workers together."""

LEASE = timedelta(minutes=5)
"""Longer than the calls of one environment take, with their repetitions."""


def schedule() -> int:
    """Begin to watch what has health alarms now, and hint at what is due; return at how many."""
    _begin()
    now = clock.now()
    return hint(AT_ONCE - HealthWatch.objects.filter(claimed_until__gt=now).count())


def hint(most: int) -> int:
    """Hint at so many of those that are due: one of each customer, then the next of each customer."""
    turn: Any = Window(RowNumber(), partition_by=[F("customer")], order_by=[F("due_at").asc(), F("pk").asc()])
    in_line = due().alias(turn=turn).order_by("turn", "due_at", "pk")
    found = list(in_line.values_list("environment", flat=True)[: max(most, 0)])
    for environment in found:
        queue.enqueue("availability.read", environment=environment)
    return len(found)


def due() -> QuerySet[HealthWatch]:
    """The watches that a worker may take now."""
    return _free().filter(environment__torn_down_at=None)


def _free() -> QuerySet[HealthWatch]:
    """Of one table only: the database then judges it again for a row that another worker has claimed meanwhile."""
    now = clock.now()
    unclaimed = Q(claimed_until=None) | Q(claimed_until__lte=now)
    rows: QuerySet[HealthWatch] = HealthWatch.objects.filter(unclaimed, due_at__lte=now)
    return rows


def claim(environment_id: str) -> HealthWatch | None:
    """Take the watch of this environment where it is due; None where somebody else has it."""
    now = clock.now()
    if not _free().filter(environment=environment_id).update(claimed_until=now + LEASE):
        return None
    related = ("customer", "environment__customer", "environment__aws_account")
    found: HealthWatch = HealthWatch.objects.select_related(*related).get(environment=environment_id)
    return found


def health_alarms() -> QuerySet[Resource]:
    """What stands in AWS of the alarms that say whether a machine's product runs."""
    return Resource.objects.filter(step="alarms", kind="alarm", name__endswith=f"-{HEALTH.key}")


def _begin() -> None:
    alarms = health_alarms().filter(environment=OuterRef("pk"))
    watched = HealthWatch.objects.filter(environment=OuterRef("pk"))
    production = Environment.objects.filter(kind=EnvironmentKind.PRODUCTION, torn_down_at=None)
    fresh = production.filter(Exists(alarms), ~Exists(watched)).order_by("pk")
    since = dict(
        health_alarms()
        .filter(environment__in=fresh)
        .order_by()
        .values_list("environment")
        .annotate(first=Min("first_seen_at"))
    )
    HealthWatch.objects.bulk_create(
        [
            HealthWatch(customer_id=row.customer_id, environment=row, since=since[row.pk], due_at=clock.now())
            for row in fresh
            if row.pk in since
        ],
        ignore_conflicts=True,
    )
