"""When an onboarding will be live: a range from what is left, from how long finished ones took, and from the customer's pace.

For every stage that is left: its typical time, for the present one only the part of its work that is left. The part of it in
which the customer acts is stretched or shortened by their pace so far. The range is the sum of the low, middle and high times;
it begins at the present moment always, so that a delay moves it and nothing has to be corrected by hand. Provisioning takes as
long as its longest chain of steps at least: one line of weeks is not a sixtieth of the work.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q

from environments.models import ChecklistItem, RunStep
from environments.states import ACTIVE_RUNS, EnvironmentKind, ItemState, StepState
from onboarding.models import Onboarding
from onboarding.reports import durations, path
from onboarding.reports.durations import WAY, History, Typical
from onboarding.reports.models import StageStay
from onboarding.reports.path import Left, Path
from onboarding.states import SectionState, Stage
from portal.core import clock

SLOWEST, FASTEST = 3.0, 0.5
_PRIOR = 0.5
"""How much of a usual intake stands for "the usual pace" before the customer's own counts as much."""
_NOTABLE = 0.15
_SENT = (SectionState.SUBMITTED, SectionState.APPROVED)


Range = tuple[datetime, datetime, datetime]


@dataclass(frozen=True, slots=True)
class Forecast:
    """When it will be live. `because` are the sentences that say where the range comes from. `is_over`: it is live, and all
    three are the moment when it became so."""

    earliest: datetime
    likely: datetime
    latest: datetime
    because: tuple[str, ...]
    is_over: bool = False


@dataclass(frozen=True, slots=True)
class Work:
    """What is done of the present stage: `done` of `total` `things`. With no total nothing is known of it, and all is left."""

    done: int
    total: int
    things: str

    @property
    def left(self) -> float:
        return 1 - self.done / self.total if self.total else 1.0


@dataclass(frozen=True, slots=True)
class _Facts:
    """What forecasts are made from. `intake_seconds` by onboarding; by production environment `counts`, what is done of how
    many, and what is `left` of its steps."""

    now: datetime
    known: History
    intake_seconds: Mapping[str, float]
    counts: Mapping[str, tuple[int, int]]
    left: Mapping[str, list[Left]]


def of(onboarding: Onboarding) -> Forecast | None:
    """Return the forecast of an onboarding that came from `selectors.onboarding`; None of a cancelled one."""
    return of_many([onboarding])[onboarding.pk]


def of_many(onboardings: Sequence[Onboarding]) -> dict[str, Forecast | None]:
    """Return the forecast of each of these onboardings, whose sections and environments are read, by a number of statements
    that does not depend on how many they are."""
    facts = _read(onboardings)
    return {row.pk: _of(row, facts) for row in onboardings}


def _of(onboarding: Onboarding, facts: _Facts) -> Forecast | None:
    if onboarding.stage == Stage.CANCELLED:
        return None
    if onboarding.stage == Stage.LIVE:
        since = onboarding.stage_since
        return Forecast(since, since, since, ("It is live.",), is_over=True)
    known, work, now = facts.known, _work(onboarding, facts), facts.now
    pace = pace_of(facts.intake_seconds[onboarding.pk], _answered(onboarding), known.typical[Stage.INTAKE])
    left = path.of([facts.left.get(key, []) for key in _production(onboarding)], now)
    least = left.usually, left.usually, max(left.usually, left.at_most)
    by_work = expected(now, onboarding.stage, work.left, known.typical, pace)
    found = expected(now, onboarding.stage, work.left, known.typical, pace, least)
    because = (*_because(onboarding, work, known, pace), *_by_path(by_work, found, left))
    return Forecast(*found, because)


def expected(
    now: datetime,
    stage: str,
    left: float,
    typical: Mapping[str, Typical],
    pace: float,
    least: tuple[timedelta, timedelta, timedelta] = (timedelta(), timedelta(), timedelta()),
) -> Range:
    """Return the earliest, likely and latest moment. `left` is the part of the present stage's work, 0 to 1, that is left;
    `least`: how long the present stage takes at least for each of the three."""
    ahead = list(WAY)[list(WAY).index(Stage(stage)) :]
    seconds = [0.0, 0.0, 0.0]
    for place, one in enumerate(ahead):
        times, part = typical[one], left if place == 0 else 1.0
        for index, (length, tempo) in enumerate(
            ((times.low, min(pace, 1.0)), (times.middle, pace), (times.high, max(pace, 1.0)))
        ):
            taken = length * part * (1 - times.customer_share + times.customer_share * tempo)
            seconds[index] += max(taken, least[index].total_seconds()) if place == 0 else taken
    earliest, likely, latest = (now + timedelta(seconds=value) for value in seconds)
    return earliest, max(likely, earliest), max(latest, likely, earliest)


def pace_of(seconds: float, answered: float, usual: Typical) -> float:
    """Return how many times as long as usual the customer takes: 1.0 is the usual pace, 2.0 takes twice as long.

    `seconds` were spent on the part `answered` (0 to 1) of the intake. At the beginning little is known, so the usual pace
    counts as much as half an intake done at it.
    """
    if usual.middle <= 0:
        return 1.0
    pace = (seconds / usual.middle + _PRIOR) / (answered + _PRIOR)
    return max(FASTEST, min(SLOWEST, pace))


def _read(onboardings: Sequence[Onboarding]) -> _Facts:
    now = clock.now()
    provisioning, verification = (
        [key for row in onboardings if row.stage == stage for key in _production(row)]
        for stage in (Stage.PROVISIONING, Stage.VERIFICATION)
    )
    counts = {**_steps(provisioning), **_items(verification)}
    return _Facts(now, durations.history(), _intake_seconds(onboardings, now), counts, path.read(provisioning, now))


def _steps(environments: list[str]) -> dict[str, tuple[int, int]]:
    rows = RunStep.objects.filter(run__environment__in=environments, run__state__in=ACTIVE_RUNS).order_by()
    done = Count("pk", filter=Q(state=StepState.READY))
    found = rows.values_list("run__environment").annotate(done=done, all=Count("pk"))
    return {key: (ready, of) for key, ready, of in found}


def _items(environments: list[str]) -> dict[str, tuple[int, int]]:
    rows = ChecklistItem.objects.filter(environment__in=environments).order_by()
    done = Count("pk", filter=Q(state=ItemState.GREEN))
    found = rows.values_list("environment").annotate(done=done, all=Count("pk"))
    return {key: (green, of) for key, green, of in found}


def _intake_seconds(onboardings: Sequence[Onboarding], now: datetime) -> dict[str, float]:
    keys = [row.pk for row in onboardings]
    stays = StageStay.objects.filter(onboarding__in=keys, stage=Stage.INTAKE)
    seconds = dict.fromkeys(keys, 0.0)
    for key, begin, end in stays.values_list("onboarding", "started_at", "ended_at"):
        seconds[key] += ((end or now) - begin).total_seconds()
    return seconds


def _answered(onboarding: Onboarding) -> float:
    states = [section.state for section in onboarding.sections.all()]
    return sum(state in _SENT for state in states) / len(states) if states else 0.0


def _by_path(by_work: Range, found: Range, left: Path) -> list[str]:
    """Return why the range is later than the part of the work that is left makes it."""
    nearer, farther = found[0] > by_work[0], left.at_most > left.usually and found[2] > by_work[2]
    return [why for why, tells in ((left.why, nearer), (left.why_at_most, farther)) if tells]


def _production(onboarding: Onboarding) -> list[str]:
    return [row.pk for row in onboarding.environments.all() if row.kind == EnvironmentKind.PRODUCTION]


def _work(onboarding: Onboarding, facts: _Facts) -> Work:
    states = [section.state for section in onboarding.sections.all()]
    if onboarding.stage == Stage.INTAKE:
        return Work(sum(state in _SENT for state in states), len(states), "sections submitted")
    if onboarding.stage == Stage.REVIEW:
        return Work(sum(state == SectionState.APPROVED for state in states), len(states), "sections approved")
    counts = [facts.counts.get(key, (0, 0)) for key in _production(onboarding)]
    done, total = (sum(column) for column in zip((0, 0), *counts, strict=True))
    return Work(done, total, "steps done" if onboarding.stage == Stage.PROVISIONING else "checklist items true")


def _because(onboarding: Onboarding, work: Work, known: History, pace: float) -> tuple[str, ...]:
    sentences = []
    if work.total:
        stage = onboarding.get_stage_display()
        sentences.append(f"{stage}: {work.done} of {work.total} {work.things}.")
    if pace > 1 + _NOTABLE:
        sentences.append(f"Answers take {pace:.1f} times as long as usual, and so may what else the customer does.")
    if pace < 1 - _NOTABLE:
        sentences.append("Answers come faster than usual, and so may what else the customer does.")
    if known.is_known:
        sentences.append(f"The times are those of the last {known.finished} onboardings that went live.")
    else:
        sentences.append(f"Too few onboardings went live to learn from ({known.finished}): the times are assumptions.")
    return tuple(sentences)
