"""What a figure is: a sentence, a drawing, and a table that says the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import QuerySet, Sum

from onboarding.reports.durations import WAY
from onboarding.reports.models import StageStay
from onboarding.states import Stage
from portal.accounts.models import Customer
from portal.core import clock

PERIODS = (("30", "Last 30 days"), ("90", "Last 90 days"), ("365", "Last 365 days"), ("all", "All time"))
USUAL_PERIOD = "90"
MOST_ONBOARDINGS = 300
"""A figure counts at most so many onboardings, the latest: more would not change what it says, and take long."""

DAY_SECONDS = 86_400
_SECONDS = ("seconds", "customer_seconds", "provider_seconds", "aws_seconds")
Value = str | int | float


@dataclass(frozen=True, slots=True)
class Stay:
    """How many seconds an onboarding was in a stage, all its stays there together, and whose turn it was meanwhile."""

    onboarding: str
    stage: str
    seconds: int
    customer: int
    provider: int
    aws: int


@dataclass(frozen=True)
class Scope:
    """Which time and whose onboardings a report is of. `customer` None: of all."""

    period: str = USUAL_PERIOD
    customer: Customer | None = None

    @property
    def since(self) -> datetime:
        if self.period == "all":
            return datetime.fromtimestamp(0, clock.now().tzinfo)
        return clock.now() - timedelta(days=int(self.period))

    @property
    def words(self) -> str:
        """Return such as "in the last 90 days"."""
        return "so far" if self.period == "all" else f"in the last {self.period} days"

    def of_customer(self, rows: QuerySet) -> QuerySet:
        return rows.filter(customer=self.customer) if self.customer else rows

    def live(self) -> QuerySet:
        """The onboardings that went live in the period, the latest at most, as a subquery of their ids."""
        stays = StageStay.objects.filter(stage=Stage.LIVE, started_at__gte=self.since)
        return self.of_customer(stays).order_by("-started_at", "-pk").values("onboarding")[:MOST_ONBOARDINGS]

    @cached_property
    def stays(self) -> list[Stay]:
        """The stays of these onboardings on their way, read once for every figure."""
        ended = StageStay.objects.filter(onboarding__in=self.live(), stage__in=WAY, ended_at__isnull=False)
        grouped = ended.order_by().values_list("onboarding", "stage")
        sums = {f"all_{name}": Sum(name) for name in _SECONDS}
        return [Stay(*row) for row in grouped.annotate(**sums)]


@dataclass(frozen=True, slots=True)
class Column:
    """`number`: set to the right. `unit` is said in the head of the column and in the contract's words."""

    key: str
    label: str
    number: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """A part of a bar: what it is, how long, and its hue by the design system."""

    label: str
    value: float
    hue: str = "work"


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    segments: tuple[Segment, ...]
    words: str


@dataclass(frozen=True, slots=True)
class Box:
    """From `low` to `high` with a mark at `middle`, and a dot at the longest."""

    label: str
    low: float
    middle: float
    high: float
    longest: float
    words: str


@dataclass(frozen=True, slots=True)
class Figure:
    """`sentence` says what the drawing shows; `note` what it leaves out, empty where nothing. `rows` have a value by column."""

    key: str
    title: str
    sentence: str
    columns: tuple[Column, ...]
    rows: Sequence[Mapping[str, Value]]
    bars: list[Bar] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    note: str = ""

    @property
    def cells(self) -> list[list[tuple[Column, Value]]]:
        return [[(column, row[column.key]) for column in self.columns] for row in self.rows]


@dataclass(frozen=True, slots=True)
class Kind:
    key: str
    title: str
    read: Callable[[Scope], Figure]


def days(seconds: float) -> float:
    """Return days to one decimal."""
    return round(seconds / DAY_SECONDS, 1)


def counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
