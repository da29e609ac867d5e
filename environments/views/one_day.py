"""The one-day clock (row S3): from the customer's acceptance of the peering to the end of the run, one day at most."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from environments.models import Environment, Run, RunStep
from environments.states import RunState, StepState
from portal.ui.drawings.gantt import duration

LIMIT = timedelta(days=1)
_HOUR_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class OneDay:
    """`started_at` is empty until the customer accepted, `ended_at` until the environment stands."""

    now: datetime
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def due_at(self) -> datetime | None:
        return self.started_at + LIMIT if self.started_at else None

    @property
    def used(self) -> timedelta:
        return (self.ended_at or self.now) - self.started_at if self.started_at else timedelta()

    @property
    def left(self) -> timedelta:
        """How much is left of the day; negative once it is over."""
        return LIMIT - self.used

    @property
    def hours_used(self) -> int:
        return min(24, int(self.used.total_seconds() // _HOUR_SECONDS))

    @property
    def words(self) -> str:
        return duration(self.used)

    @property
    def words_left(self) -> str:
        return duration(self.left)

    @property
    def is_met(self) -> bool:
        return self.left >= timedelta()


def of(environment: Environment, now: datetime) -> OneDay:
    """Return where the clock of this environment stands. A later run, of changed answers, does not start it again."""
    accepted = RunStep.objects.filter(
        run__environment=environment, key="peering_acceptance", state=StepState.READY, finished_at__isnull=False
    )
    started_at = accepted.order_by("finished_at").values_list("finished_at", flat=True).first()
    if started_at is None:
        return OneDay(now)
    finished = Run.objects.filter(environment=environment, state=RunState.FINISHED, finished_at__gte=started_at)
    return OneDay(now, started_at, finished.order_by("finished_at").values_list("finished_at", flat=True).first())
