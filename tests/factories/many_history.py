"""What happened to thousands of onboardings before: clocks with their parts, stays, reviews that sent back, and outages."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from environments.availability.models import HealthSpan, HealthWatch
from environments.availability.states import Health
from environments.models import Environment
from environments.states import Owner
from onboarding.clocks.models import Clock, ClockPart
from onboarding.clocks.services import calendars
from onboarding.models import Onboarding, Section, SectionReview
from onboarding.reasons import REASONS
from onboarding.reports.models import StageStay
from onboarding.states import Stage
from portal.accounts.models import User

BATCH = 2000
PREFIX = "ONB-1999-"

_WAY = (Stage.INTAKE, Stage.REVIEW, Stage.PROVISIONING, Stage.VERIFICATION, Stage.HANDOVER, Stage.LIVE)


def write(rows: list[Onboarding], staff: list[User], now: datetime) -> None:
    """Write the history of these onboardings; their sections stand already."""
    _clocks(rows, now)
    StageStay.objects.bulk_create(_stays(rows), BATCH)
    _reviews(rows, staff, now)


def write_health(environments: list[Environment], now: datetime) -> None:
    """These were watched for ten days, an hour of which they were down."""
    since = now - timedelta(days=10)
    down = (now - timedelta(days=5), now - timedelta(days=5) + timedelta(hours=1))
    HealthWatch.objects.bulk_create(
        [
            HealthWatch(customer_id=row.customer_id, environment=row, since=since, read_until=now, due_at=now)
            for row in environments
        ],
        BATCH,
    )
    HealthSpan.objects.bulk_create(
        [
            HealthSpan(customer_id=row.customer_id, environment=row, state=state, started_at=begin, ended_at=end)
            for row in environments
            for state, begin, end in ((Health.UP, since, down[0]), (Health.DOWN, *down), (Health.UP, down[1], None))
        ],
        BATCH,
    )


def _clocks(rows: list[Onboarding], now: datetime) -> None:
    whole = Clock.objects.bulk_create(
        [
            Clock(
                customer_id=row.customer_id,
                kind=Clock.Kind.ONBOARDING,
                onboarding=row,
                started_at=row.stage_since - timedelta(days=20),
                stopped_at=None if _is_open(row) else row.stage_since,
            )
            for row in rows
        ],
        BATCH,
    )
    ClockPart.objects.bulk_create(
        [part for n, (row, of) in enumerate(zip(rows, whole, strict=True)) for part in _parts(n, row, of)], BATCH
    )
    Clock.objects.bulk_create(
        [
            Clock(
                customer_id=row.customer_id,
                kind=Clock.Kind.FINISH,
                onboarding=row,
                started_at=row.stage_since - timedelta(days=2),
                stopped_at=row.stage_since,
                allowed=timedelta(days=1),
                breached_at=row.stage_since - timedelta(days=1) if n % 4 == 0 else None,
            )
            for n, row in enumerate(rows)
            if row.stage == Stage.LIVE
        ],
        BATCH,
    )
    _days_under_way([row for row in rows if row.stage == Stage.PROVISIONING], now)


def _days_under_way(rows: list[Onboarding], now: datetime) -> None:
    """The provider's day of what is being provisioned: it rests after ten hours."""
    calendar = calendars.for_finish()
    begun, rests = now - timedelta(hours=20), now - timedelta(hours=10)
    common = {"kind": Clock.Kind.FINISH, "started_at": begun, "allowed": timedelta(days=1), "calendar": calendar}
    going = Clock.objects.bulk_create(
        [Clock(customer_id=row.customer_id, onboarding=row, **common) for row in rows], BATCH
    )
    spans = ((Owner.PROVIDER, begun, rests), (Owner.CUSTOMER, rests, None))
    ClockPart.objects.bulk_create(
        [
            ClockPart(
                customer_id=of.customer_id,
                clock=of,
                owner=owner,
                cause="seeded",
                sentence="Waiting for what comes next",
                started_at=start,
                ended_at=end,
            )
            for of in going
            for owner, start, end in spans
        ],
        BATCH,
    )


def _parts(n: int, row: Onboarding, of: Clock) -> Iterator[ClockPart]:
    middle = row.stage_since - timedelta(days=5)
    owner = turn(n)
    common = {"customer_id": row.customer_id, "clock": of, "cause": "seeded"}
    words = "Waiting for what comes next"
    yield ClockPart(**common, owner=Owner.CUSTOMER, sentence=words, started_at=of.started_at, ended_at=middle)
    yield ClockPart(**common, owner=owner, sentence=words, started_at=middle, ended_at=of.stopped_at)


def turn(n: int) -> Owner:
    """Return whose turn the last part of the clock says it is."""
    return (Owner.CUSTOMER, Owner.PROVIDER, Owner.AWS)[n % 3]


def _is_open(row: Onboarding) -> bool:
    return row.stage not in (Stage.LIVE, Stage.CANCELLED)


def _stays(rows: list[Onboarding]) -> list[StageStay]:
    return [stay for n, row in enumerate(rows) for stay in _stays_of(n, row)]


def _stays_of(n: int, row: Onboarding) -> Iterator[StageStay]:
    way = [row.stage] if row.stage == Stage.CANCELLED else list(_WAY[: _WAY.index(Stage(row.stage)) + 1])
    moment = row.stage_since - timedelta(days=len(way) * 3)
    for place, stage in enumerate(way):
        length = timedelta(days=3) if place < len(way) - 1 else None
        seconds = round(length.total_seconds()) - n % 1000 * 60 if length else 0
        yield StageStay(
            customer_id=row.customer_id,
            onboarding=row,
            stage=stage,
            started_at=moment if length else row.stage_since,
            ended_at=moment + length if length else None,
            seconds=seconds,
            customer_seconds=seconds // 2,
            provider_seconds=seconds - seconds // 2,
        )
        moment += length or timedelta()


def _reviews(rows: list[Onboarding], staff: list[User], now: datetime) -> None:
    """Every other onboarding had one section sent back, over the last 400 days."""
    of_seeded = Section.objects.filter(onboarding__reference__startswith=PREFIX, position=2)
    made = SectionReview.objects.bulk_create(
        [
            SectionReview(
                customer_id=customer,
                section_id=section,
                revision=1,
                answers={},
                digest="0" * 64,
                judgements=[
                    {"pointer": "zone", "verdict": "change_requested", "reason": REASONS[n % len(REASONS)].words + "x"}
                ],
                decision=SectionReview.Decision.CHANGES_REQUESTED,
                submitted_by=staff[0],
                reviewer=staff[1],
            )
            for n, (section, customer) in enumerate(of_seeded.values_list("pk", "customer")[: len(rows) // 2])
        ],
        BATCH,
    )
    # The field takes the moment of the insert, whatever it is given.
    for tens in range(40):
        keys = [review.pk for review in made[tens::40]]
        SectionReview.objects.filter(pk__in=keys).update(created_at=now - timedelta(days=10 * tens))
