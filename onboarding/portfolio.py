"""The provider's portfolio: every onboarding, whose turn it is, and which clock runs out next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce

from environments import selectors as environments
from environments.models import ChecklistItem, RunStep
from environments.states import ACTIVE_RUNS, ItemState, Owner, StepState
from onboarding import selectors
from onboarding.models import HandOver, Onboarding
from onboarding.states import HandOverState, Stage
from onboarding.turns import FINISH_WITHIN
from portal.accounts.models import User
from portal.accounts.states import StaffRole

PAGE_ROWS = 50
STAGES = Stage.choices
TURNS = Owner.choices
_OVER = (Stage.LIVE, Stage.CANCELLED)
_LONGEST_SEARCH = 80
_CLOCKS = (
    ("step_due_at", timedelta(), "Waiting ends"),
    ("accepted_at", FINISH_WITHIN, "Rest due, a day from acceptance"),
    ("reveal_due_at", timedelta(), "Hand-over expires"),
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address of the page asks for. A value that is not known filters nothing."""

    q: str = ""
    stage: str = ""
    waiting: str = ""
    owner: str = ""
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Filters:
        stage, waiting, number = query.get("stage", ""), query.get("waiting", ""), query.get("page", "")
        return cls(
            q=query.get("q", "").replace("\x00", "").strip()[:_LONGEST_SEARCH],
            stage=stage if stage in Stage.values else "",
            waiting=waiting if waiting in Owner.values else "",
            owner=query.get("owner", "").replace("\x00", "")[:40],
            page=int(number) if number.isascii() and number.isdigit() and int(number[:6]) > 0 else 1,
        )

    @property
    def any(self) -> bool:
        return bool(self.q or self.stage or self.waiting or self.owner)

    def address(self, page: int) -> str:
        """Return the query string of another page of the same view."""
        chosen = {"q": self.q, "stage": self.stage, "waiting": self.waiting, "owner": self.owner}
        return urlencode({**{key: value for key, value in chosen.items() if value}, "page": page})


@dataclass(frozen=True, slots=True)
class Line:
    """One onboarding with its next deadline, and in `clock` what ends then. `has_drifted`: in one of its environments AWS was
    found other than approved."""

    onboarding: Onboarding
    due_at: datetime | None
    clock: str
    has_drifted: bool


@dataclass(frozen=True, slots=True)
class Page:
    lines: list[Line]
    filters: Filters
    total: int
    first: int

    @property
    def last(self) -> int:
        return self.first + len(self.lines) - 1

    @property
    def previous(self) -> str:
        return self.filters.address(self.filters.page - 1) if self.first > 1 else ""

    @property
    def next(self) -> str:
        return self.filters.address(self.filters.page + 1) if self.last < self.total else ""

    @property
    def nearest(self) -> Line | None:
        """The line whose clock runs out first."""
        timed = [(line.due_at, line) for line in self.lines if line.due_at]
        return min(timed, key=lambda pair: pair[0])[1] if timed else None


def page(user: User, filters: Filters) -> Page:
    """Return one page of the portfolio. First the keys of the page, then its rows with their counts: counting the
    sections of onboardings that are not shown would cost more than everything else."""
    found = _filtered(Onboarding.objects.visible_to(user), filters)
    total = found.count()
    filters = replace(filters, page=min(filters.page, max(1, -(-total // PAGE_ROWS))))
    start = (filters.page - 1) * PAGE_ROWS
    keys = list(_ordered(found).values_list("pk", flat=True)[start : start + PAGE_ROWS])
    rows = {row.pk: row for row in _with_clocks(_with_turn(selectors.onboardings(user).filter(pk__in=keys)))}
    drifted = set(environments.drifted().filter(onboardings__in=keys).values_list("onboardings", flat=True))
    return Page([_line(rows[key], key in drifted) for key in keys], filters, total, start + 1)


def managers() -> QuerySet[User]:
    """The people an onboarding can belong to."""
    roles = (StaffRole.ACCOUNT_MANAGER, StaffRole.ADMINISTRATOR)
    return User.objects.filter(staff_role__in=roles, is_active=True).order_by("full_name", "pk")


def only_one(user: User) -> str | None:
    """Return the id of this person's onboarding where there is exactly one."""
    keys = list(Onboarding.objects.visible_to(user).values_list("pk", flat=True)[:2])
    return keys[0] if len(keys) == 1 else None


def _filtered(rows: QuerySet[Onboarding], filters: Filters) -> QuerySet[Onboarding]:
    if filters.q:
        words = filters.q
        rows = rows.filter(
            Q(reference__icontains=words) | Q(title__icontains=words) | Q(customer__name__icontains=words)
        )
    if filters.stage:
        rows = rows.filter(stage=filters.stage)
    if filters.owner:
        rows = rows.filter(account_manager=filters.owner)
    if filters.waiting:
        rows = _with_turn(rows).filter(**{"waiting_on": filters.waiting})
    return rows


def _ordered(rows: QuerySet[Onboarding]) -> QuerySet[Onboarding]:
    """What is under way comes first, by target date; what is over comes last."""
    over = Case(When(stage__in=_OVER, then=1), default=0)
    return rows.order_by(over, F("target_on").asc(nulls_last=True), "-created_at", "-pk")


def _with_turn(rows: QuerySet[Onboarding]) -> QuerySet[Onboarding]:
    """Annotate `waiting_on`: whose turn it is, empty when it is over.

    Few subqueries on purpose: building their SQL is what such a page spends its time on.
    """
    return rows.annotate(
        waiting_on=Case(
            When(stage__in=_OVER, then=Value("")),
            When(stage=Stage.INTAKE, then=Value(Owner.CUSTOMER)),
            When(stage=Stage.REVIEW, then=Value(Owner.PROVIDER)),
            When(Exists(_released()), then=Value(Owner.CUSTOMER)),
            When(stage=Stage.HANDOVER, then=Value(Owner.PROVIDER)),
            When(stage=Stage.VERIFICATION, then=Coalesce(_owner_of_items(), Value(Owner.PROVIDER))),
            default=Coalesce(_turn_of_steps(), Value(Owner.PROVIDER)),
            output_field=CharField(),
        )
    )


def _turn_of_steps() -> Subquery:
    """Whose turn the steps of active runs say it is: a stopped step is the provider's to mend, before anybody waits."""
    turn = Case(When(state=StepState.FAILED, then=Value(Owner.PROVIDER)), default=F("waits_on"))
    urgency = Case(
        When(state=StepState.FAILED, then=0),
        When(waits_on=Owner.CUSTOMER, then=1),
        When(waits_on=Owner.PROVIDER, then=2),
        default=3,
    )
    steps = _steps(StepState.WAITING, StepState.FAILED).annotate(turn=turn).order_by(urgency)
    return Subquery(steps.values("turn")[:1], output_field=CharField())


def _owner_of_items() -> Subquery:
    """Who owns the checklist items that are not true yet: the provider, while one of them is the provider's."""
    missing = ChecklistItem.objects.filter(environment__onboardings=OuterRef("pk")).exclude(state=ItemState.GREEN)
    return Subquery(missing.order_by("-owner").values("owner")[:1], output_field=CharField())


def _with_clocks(rows: QuerySet[Onboarding]) -> QuerySet[Onboarding]:
    waiting = _steps(StepState.WAITING).filter(waits_on=Owner.CUSTOMER, give_up_at__isnull=False)
    accepted = _steps(StepState.READY).filter(key="peering_acceptance", finished_at__isnull=False)
    return rows.annotate(
        step_due_at=Subquery(waiting.order_by("give_up_at").values("give_up_at")[:1]),
        accepted_at=Subquery(accepted.order_by("finished_at").values("finished_at")[:1]),
        reveal_due_at=Subquery(_released().order_by("expires_at").values("expires_at")[:1]),
    )


def _steps(*states: StepState) -> QuerySet[RunStep]:
    return RunStep.objects.filter(
        run__environment__onboardings=OuterRef("pk"), run__state__in=ACTIVE_RUNS, state__in=states
    )


def _released() -> QuerySet[HandOver]:
    states = (HandOverState.RELEASED, HandOverState.REVEALED)
    return HandOver.objects.filter(environment__onboardings=OuterRef("pk"), state__in=states)


def _line(onboarding: Onboarding, has_drifted: bool) -> Line:
    """Nothing runs for what is over."""
    if onboarding.stage in _OVER:
        return Line(onboarding, None, "", has_drifted)
    running = [(moment + span, words) for name, span, words in _CLOCKS if (moment := getattr(onboarding, name))]
    due_at, clock = min(running, default=(None, ""))
    return Line(onboarding, due_at, clock, has_drifted)
