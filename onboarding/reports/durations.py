"""How long each stage takes: what finished onboardings say, and the documented defaults while there are too few of them."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

from django.db.models import Sum

from onboarding.reports.models import StageStay
from onboarding.states import Stage

WAY = (Stage.INTAKE, Stage.REVIEW, Stage.PROVISIONING, Stage.VERIFICATION, Stage.HANDOVER)
"""The stages on the way to live, in their order."""

LEAST_HISTORY = 5
MOST_HISTORY = 50
_DAY = 86_400.0
_LOW, _MIDDLE, _HIGH = 0.2, 0.5, 0.8


@dataclass(frozen=True, slots=True)
class Typical:
    """How long a stage takes, in seconds: one in five is over before `low`, one of two before `middle`, four of five before
    `high`. `customer_share` is the part of it, 0 to 1, in which the customer has to act."""

    low: float
    middle: float
    high: float
    customer_share: float


DEFAULTS: dict[str, Typical] = {
    Stage.INTAKE: Typical(5 * _DAY, 10 * _DAY, 20 * _DAY, 0.9),
    Stage.REVIEW: Typical(1 * _DAY, 2 * _DAY, 4 * _DAY, 0.0),
    Stage.PROVISIONING: Typical(1 * _DAY, 3 * _DAY, 8 * _DAY, 0.7),
    Stage.VERIFICATION: Typical(1 * _DAY, 3 * _DAY, 7 * _DAY, 0.4),
    Stage.HANDOVER: Typical(0.5 * _DAY, 1 * _DAY, 3 * _DAY, 0.5),
}
"""What stands while fewer than `LEAST_HISTORY` onboardings went live. Reviews are promised within two working days
(`onboarding/review_clock.py`); a peering waits seven days for the customer at most (row S2) and the rest has one day (row S3).
The others are assumptions, and pages say so."""


@dataclass(frozen=True, slots=True)
class History:
    """`finished` onboardings say how long each stage takes; with too few of them the defaults do."""

    typical: dict[str, Typical]
    finished: int

    @property
    def is_known(self) -> bool:
        return self.finished >= LEAST_HISTORY


Row = tuple[str, str, int, int]
"""Onboarding, stage, seconds in it, and how many of these were the customer's."""


def history() -> History:
    """Read the latest onboardings that went live, by one statement."""
    latest = StageStay.objects.filter(stage=Stage.LIVE).order_by("-started_at", "-pk").values("onboarding")
    stays = StageStay.objects.filter(onboarding__in=latest[:MOST_HISTORY], stage__in=WAY, ended_at__isnull=False)
    grouped = stays.order_by().values_list("onboarding", "stage")
    return of_rows(grouped.annotate(all=Sum("seconds"), customers=Sum("customer_seconds")))


def of_rows(rows: Iterable[Row]) -> History:
    """Return what these rows say of every stage."""
    known = list(rows)
    finished = len({row[0] for row in known})
    if finished < LEAST_HISTORY:
        return History(DEFAULTS, finished)
    by_stage = {stage: list(group) for stage, group in groupby(sorted(known, key=itemgetter(1)), key=itemgetter(1))}
    return History({stage: _typical(by_stage.get(stage, []), stage) for stage in WAY}, finished)


def _typical(rows: list[Row], stage: str) -> Typical:
    if len(rows) < LEAST_HISTORY:
        return DEFAULTS[stage]
    lengths = sorted(float(row[2]) for row in rows)
    whole = sum(lengths)
    share = sum(row[3] for row in rows) / whole if whole else DEFAULTS[stage].customer_share
    low, middle, high = (quantile(lengths, part) for part in (_LOW, _MIDDLE, _HIGH))
    return Typical(low, middle, high, min(share, 1.0))


def quantile(ordered: list[float], part: float) -> float:
    """Return the value below which `part` of the ordered values lie, between neighbours in proportion; 0 of none."""
    if not ordered:
        return 0.0
    place = (len(ordered) - 1) * part
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
