"""How available an environment was: for whoever was shown the environment itself."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Q
from django.db.models.fields.json import KT

from environments.availability import hand_overs
from environments.availability.hand_overs import NOT_YET, HandedOver
from environments.availability.models import HealthSpan, HealthWatch
from environments.availability.spans import NOTHING, Span, Sum, clipped, summed
from environments.availability.states import Health
from environments.models import Environment, Specification
from environments.services import stand_in
from portal.core import clock

USUAL_DAYS = 30


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one environment from `since` to `until`; both are None where nothing was read of that time.

    `target`: in per cent, from the newest approved answers; None where there is none. `simulated`: what is not real about it
    where a stand-in takes AWS's place.
    """

    environment: Environment
    target: Decimal | None = None
    handed_over: HandedOver = NOT_YET
    watch: HealthWatch | None = None
    since: datetime | None = None
    until: datetime | None = None
    spans: Sequence[Span] = ()
    sum: Sum = NOTHING
    simulated: str = ""

    @property
    def is_monitored(self) -> bool:
        """Non-production is not (row S41)."""
        return self.environment.is_production

    @property
    def percent(self) -> Decimal | None:
        return self.sum.percent

    @property
    def is_missed(self) -> bool:
        return self.target is not None and self.percent is not None and self.percent < self.target

    @property
    def counts_from(self) -> datetime | None:
        """From when it is measured: the hand-over, or before that the first health alarm; None where none was made."""
        if self.watch is None:
            return None
        return max(self.watch.since, self.handed_over.at or self.watch.since)

    @property
    def outages(self) -> list[Span]:
        """When it was down, the latest first."""
        return [span for span in reversed(self.spans) if span.state == Health.DOWN]


def of_environment(environment: Environment, days: int = USUAL_DAYS) -> Measured:
    """Return what was measured of an environment that its reader was shown, in the last days."""
    (found,) = of_environments([environment], clock.now() - timedelta(days=days))
    return found


def of_environments(environments: Iterable[Environment], since: datetime) -> list[Measured]:
    """Return what was measured of each of these environments since a moment, in as many queries for one as for all."""
    rows = list(environments)
    ids = [row.pk for row in rows]
    watches = {watch.environment_id: watch for watch in HealthWatch.objects.filter(environment__in=ids)}
    spans, targets, handed_over = _spans(watches, since), _targets(rows), hand_overs.of(ids)
    simulated = stand_in.simulated("alarms")
    return [
        _counted(
            Measured(
                row,
                targets.get(row.pk),
                handed_over.get(row.pk, NOT_YET),
                watches.get(row.pk),
                simulated=simulated if row.is_production else "",
            ),
            spans[row.pk],
            since,
        )
        for row in rows
    ]


def _targets(environments: Iterable[Environment]) -> dict[str, Decimal]:
    """Return the target of each that has one; non-production has none (row S41)."""
    production = [row.pk for row in environments if row.is_production]
    rows = Specification.objects.filter(environment__in=production).order_by("version")
    newest = dict(rows.values_list("environment", KT("content__monitoring__availability_target")))
    return {id: Decimal(target) for id, target in newest.items() if target}


def _spans(watches: dict[str, HealthWatch], since: datetime) -> dict[str, list[Span]]:
    rows = HealthSpan.objects.filter(Q(ended_at=None) | Q(ended_at__gt=since), environment__in=list(watches))
    found: dict[str, list[Span]] = defaultdict(list)
    values = rows.order_by("environment", "started_at").values_list("environment", "state", "started_at", "ended_at")
    for environment, state, started_at, ended_at in values:
        end = ended_at or watches[environment].read_until or started_at
        found[environment].append(Span(Health(state), started_at, end))
    return found


def _counted(empty: Measured, spans: Sequence[Span], since: datetime) -> Measured:
    until = empty.watch.read_until if empty.watch else None
    begin = max(since, empty.counts_from or since)
    if until is None or begin >= until:
        return empty
    counted = clipped(spans, begin, until)
    return replace(empty, since=begin, until=until, spans=counted, sum=summed(counted))
