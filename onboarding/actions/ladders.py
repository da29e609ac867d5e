"""When the customer is reminded of an action, and when the account manager is told instead."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from onboarding import review_clock


@dataclass(frozen=True, slots=True)
class Ladder:
    """Moments after the opening, in hours or in working days of the customer, rising. The last
    one is the account manager's, those before it are the customer's."""

    hours: tuple[int, ...] = ()
    working_days: tuple[int, ...] = ()

    @property
    def stages(self) -> int:
        return len(self.hours or self.working_days)

    def is_last(self, stage: int) -> bool:
        """Return whether the account manager is told at this stage. Stages count from 1."""
        return stage == self.stages

    def moment(self, stage: int, opened_at: datetime, zone: str) -> datetime | None:
        """Return when a stage is due, None beyond the last."""
        if stage > self.stages:
            return None
        if self.hours:
            return opened_at + timedelta(hours=self.hours[stage - 1])
        return review_clock.later(opened_at, timedelta(days=self.working_days[stage - 1]), zone)

    def next_after(self, stage: int, opened_at: datetime, zone: str, *, due_at: datetime | None) -> datetime | None:
        """Return when the stage after this one is due; None where there is none, or waiting ends before it."""
        moment = self.moment(stage + 1, opened_at, zone)
        return None if moment and due_at and moment >= due_at else moment

    def later(self, stage: int, now: datetime, zone: str, *, due_at: datetime | None) -> datetime:
        """Return when the stage after this one is due where this one came late: as long after now as after each other, or in
        half of the time that is left."""
        steps = self.hours or self.working_days
        apart = steps[stage] - steps[stage - 1]
        moment = now + timedelta(hours=apart) if self.hours else review_clock.later(now, timedelta(days=apart), zone)
        return now + (due_at - now) / 2 if due_at and moment >= due_at else moment


PEERING = Ladder(hours=(3 * 24, 6 * 24, 6 * 24 + 12))
"""A request ends after 7 days: the account manager has the last half day to call somebody."""
RECORDS = Ladder(hours=(24, 48, 60))
"""Amazon SES and ACM look for 72 hours."""
USUAL = Ladder(working_days=(2, 5, 8, 11, 14))
"""After 2 working days, then every 3, four times; then the account manager."""
