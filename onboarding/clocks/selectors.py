"""What a person may see of clocks, and what they sum up to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Prefetch, Q, QuerySet

from environments.models import Environment
from environments.states import Owner
from onboarding.clocks import deadlines, parts, waiting
from onboarding.clocks.models import Clock, ClockCorrection, ClockPart
from onboarding.models import Onboarding
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.core import clock as time
from portal.core.errors import NotFound

_NOTHING = timedelta(0)
_IN_ORDER = ClockPart.objects.order_by("started_at", "pk")


@dataclass(frozen=True, slots=True)
class Share:
    """What one party has of a clock. The percents of all parties sum to 100, those of a clock without length to 0."""

    owner: str
    party: str
    length: timedelta
    percent: int


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A breach that was told and is none any more: when the day had been over, and why and when that was taken back."""

    breached_at: datetime
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """A clock as it stands at a moment. `used` and `left` are of the provider's day; `left` is negative once it is over."""

    clock: Clock
    parts: list[ClockPart]
    now: datetime

    @property
    def length(self) -> timedelta:
        return self.until - self.clock.started_at

    @property
    def until(self) -> datetime:
        return self.clock.stopped_at or max(self.now, self.parts[-1].started_at if self.parts else self.now)

    @property
    def open_part(self) -> ClockPart | None:
        return self.parts[-1] if self.parts and self.parts[-1].ended_at is None else None

    @property
    def turn(self) -> waiting.Turn | None:
        """Whose turn it is, as the open part has it; None where the clock has stopped."""
        part = self.open_part
        return parts.turn_of(part) if part else None

    @property
    def used(self) -> timedelta:
        if self.clock.used is not None:
            return self.clock.used
        return deadlines.used(self.clock, self.parts, self.now)

    @property
    def left(self) -> timedelta:
        return (self.clock.allowed or _NOTHING) - self.used

    @property
    def is_kept(self) -> bool:
        return self.left >= _NOTHING

    @property
    def rests(self) -> bool:
        """True while the day of a clock that has not stopped does not run: the customer or AWS has to act."""
        part = self.open_part
        return part is not None and part.owner != Owner.PROVIDER

    @property
    def hours_used(self) -> int:
        return int(min(self.used, self.clock.allowed or self.used) / timedelta(hours=1))

    @property
    def hours_allowed(self) -> int:
        return int((self.clock.allowed or _NOTHING) / timedelta(hours=1))

    @property
    def shares(self) -> list[Share]:
        lengths = [
            sum(
                ((part.ended_at or self.until) - part.started_at for part in self.parts if part.owner == owner),
                _NOTHING,
            )
            for owner in Owner.values
        ]
        rows = zip(Owner.values, lengths, _percents(lengths), strict=True)
        name = self.clock.customer.name
        return [Share(owner, waiting.party(owner, name), length, percent) for owner, length, percent in rows]


def clocks(user: User) -> QuerySet[Clock]:
    """The clocks this person may see, with their parts and corrections read, in order."""
    corrections = ClockCorrection.objects.select_related("corrected_by").order_by("corrected_at", "pk")
    related = ("customer", "onboarding", "environment__customer", "calendar")
    rows = Clock.objects.visible_to(user).select_related(*related)
    return rows.prefetch_related(Prefetch("parts", _IN_ORDER)).prefetch_related(Prefetch("corrections", corrections))


def clock(user: User, id: str) -> Clock:
    """Raises `NotFound`."""
    found = clocks(user).filter(pk=id).first()
    if found is None:
        raise NotFound
    return found


def of_onboarding(user: User, onboarding: Onboarding) -> list[Clock]:
    """Return the clock of the whole first, then those of its environments, the oldest first."""
    own = Q(onboarding=onboarding) | Q(environment__in=onboarding.environments.values("pk"))
    rows = clocks(user).filter(own).filter(Q(kind=Clock.Kind.FINISH) | Q(onboarding=onboarding))
    return sorted(rows, key=lambda row: (row.kind != Clock.Kind.ONBOARDING, row.started_at, row.pk))


def reading(clock: Clock) -> Reading:
    """Return how a clock stands now. Reads nothing of one that came from `clocks`."""
    return Reading(clock, list(clock.parts.all()), time.now())


def readings(rows: Iterable[Clock]) -> list[Reading]:
    return [reading(row) for row in rows]


def withdrawn(rows: Iterable[Clock]) -> dict[str, list[Withdrawal]]:
    """Return which breaches of these clocks were withdrawn, by clock, in order: one statement. Whoever found the clocks may see
    it."""
    found: dict[str, list[Withdrawal]] = {}
    events = AuditEvent.objects.filter(
        subject_type="clock", subject_id__in=[row.pk for row in rows], action="clock.breach_withdrawn"
    )
    columns = ("subject_id", "before", "after", "occurred_at")
    for key, before, after, at in events.order_by("occurred_at", "sequence").values_list(*columns):
        breached_at = datetime.fromisoformat(before["breached_at"])
        found.setdefault(key, []).append(Withdrawal(breached_at, after["reason"], at))
    return found


def now_of(user: User, onboarding: Onboarding) -> waiting.Turn:
    """Return whose turn it is in an onboarding, as its clock says: two statements. One that has no running clock says what the
    facts say."""
    found = Clock.objects.visible_to(user).filter(onboarding=onboarding, kind=Clock.Kind.ONBOARDING, stopped_at=None)
    part = ClockPart.objects.filter(clock__in=found, ended_at=None).first()
    return parts.turn_of(part) if part else waiting.whose_turn(onboarding)


def finish_of(environment: Environment) -> Reading | None:
    """Return how the newest finish clock of an environment stands; whoever found the environment may see it too."""
    related = ("customer", "environment", "calendar", "onboarding")
    rows = Clock.objects.filter(environment=environment, kind=Clock.Kind.FINISH).select_related(*related)
    newest = rows.prefetch_related(Prefetch("parts", _IN_ORDER)).order_by("-started_at", "-pk").first()
    return reading(newest) if newest else None


def _percents(lengths: list[timedelta]) -> list[int]:
    """Round so that they sum to 100: the largest remainders get what rounding down left over."""
    whole = sum(lengths, _NOTHING)
    if not whole:
        return [0 for _ in lengths]
    exact = [100 * length / whole for length in lengths]
    rounded = [int(one) for one in exact]
    order = sorted(range(len(exact)), key=lambda index: rounded[index] - exact[index])
    for index in order[: 100 - sum(rounded)]:
        rounded[index] += 1
    return rounded
