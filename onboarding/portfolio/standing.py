"""What an onboarding is found and ordered by, kept in its own row: with 10,000 of them nothing of it can be computed for all
at the moment somebody looks."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.db.models import F, QuerySet, Value

from environments.models import RunStep
from environments.states import ACTIVE_RUNS, Owner, StepState
from onboarding import review_clock
from onboarding.clocks.models import Clock, ClockPart
from onboarding.models import HandOver, Onboarding, Section
from onboarding.models.onboarding import NO_ORDER
from onboarding.states import HandOverState, SectionState, Stage

_OVER = (Stage.LIVE, Stage.CANCELLED)
_SWEPT_AT_ONCE = 200


def refresh(onboarding: Onboarding) -> None:
    """Write what runs out next, whose turn it is and what the onboarding is searched by, where it is not written so already.

    Call it with the onboarding's row held, once its clocks are settled.
    """
    due_at, due_for = _next_deadline(onboarding)
    found = {
        "due_at": due_at,
        "due_for": due_for,
        "order_at": _order(onboarding, due_at),
        "waiting_on": _waiting_on(onboarding),
        "search_text": _search_text(onboarding),
    }
    changed = [name for name, value in found.items() if getattr(onboarding, name) != value]
    for name in changed:
        setattr(onboarding, name, found[name])
    if changed:
        onboarding.save(update_fields=changed)


def out_of_date() -> QuerySet[Onboarding]:
    """The onboardings whose clock says another deadline than their row does: time or a calendar moved it since. Few always."""
    moved = Clock.objects.filter(kind=Clock.Kind.FINISH, stopped_at__isnull=True, due_at__isnull=False)
    sooner = moved.filter(onboarding__due_at__gt=F("due_at"))
    unknown = moved.filter(onboarding__due_at__isnull=True)
    late = moved.filter(onboarding__due_for=FINISH, onboarding__due_at__lt=F("due_at"))
    keys = sooner.values("onboarding").union(unknown.values("onboarding"), late.values("onboarding"))
    return Onboarding.objects.filter(pk__in=[key["onboarding"] for key in keys[:_SWEPT_AT_ONCE]]).exclude(
        stage__in=_OVER
    )


FINISH = "Rest due, a day from acceptance"


def _next_deadline(onboarding: Onboarding) -> tuple[datetime | None, str]:
    """Nothing runs for what is over."""
    if onboarding.stage in _OVER:
        return None, ""
    running: list[tuple[datetime, str]] = list(_steps(onboarding).union(_clocks(onboarding), _hand_overs(onboarding)))
    running += _reviews(onboarding)
    return min(running, default=(None, ""))


def _steps(onboarding: Onboarding) -> QuerySet[Any, Any]:
    waiting = RunStep.objects.filter(
        run__environment__onboardings=onboarding,
        run__state__in=ACTIVE_RUNS,
        state=StepState.WAITING,
        waits_on=Owner.CUSTOMER,
        give_up_at__isnull=False,
    )
    return waiting.order_by().values_list("give_up_at", Value("Waiting ends"))


def _clocks(onboarding: Onboarding) -> QuerySet[Any, Any]:
    going = Clock.objects.filter(
        onboarding=onboarding, kind=Clock.Kind.FINISH, stopped_at__isnull=True, due_at__isnull=False
    )
    return going.order_by().values_list("due_at", Value(FINISH))


def _hand_overs(onboarding: Onboarding) -> QuerySet[Any, Any]:
    released = HandOver.objects.filter(
        environment__onboardings=onboarding,
        state__in=(HandOverState.RELEASED, HandOverState.REVEALED),
        expires_at__isnull=False,
    )
    return released.order_by().values_list("expires_at", Value("Hand-over expires"))


def _reviews(onboarding: Onboarding) -> list[tuple[datetime, str]]:
    waiting = Section.objects.filter(onboarding=onboarding, state=SectionState.SUBMITTED, submitted_at__isnull=False)
    first = waiting.order_by("submitted_at").values_list("submitted_at", flat=True).first()
    if first is None:
        return []
    return [(review_clock.due_at(first, onboarding.customer.time_zone).astimezone(UTC), "Review promised")]


def _order(onboarding: Onboarding, due_at: datetime | None) -> datetime:
    """The next deadline or the end of the target date, whichever is sooner."""
    if onboarding.stage in _OVER:
        return NO_ORDER
    moments = [due_at] if due_at else []
    if onboarding.target_on:
        moments.append(datetime.combine(onboarding.target_on, time(), UTC) + timedelta(days=1))
    return min(moments, default=NO_ORDER)


def _waiting_on(onboarding: Onboarding) -> str:
    going = ClockPart.objects.filter(
        clock__onboarding=onboarding, clock__kind=Clock.Kind.ONBOARDING, ended_at__isnull=True
    )
    return going.values_list("owner", flat=True).first() or ""


def _search_text(onboarding: Onboarding) -> str:
    words = [onboarding.reference, onboarding.title, onboarding.customer.name]
    places = onboarding.environments.values_list("name", "vpc_id", "aws_account__account_id")
    words += [word for place in places for word in place]
    if onboarding.stage in (Stage.INTAKE, Stage.REVIEW):
        words += _answered(onboarding)
    return "\n".join(dict.fromkeys(word.lower() for word in words if word))


def _answered(onboarding: Onboarding) -> list[str]:
    """Names and ids of environments that stand in the answers only. Answers are kept as sent, so anything may be there."""
    answers = Section.objects.filter(onboarding=onboarding, key="remote_access").values_list("answers", flat=True)
    rows = (answers.first() or {}).get("environments")
    named = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    found = [row.get(key) for row in named for key in ("name", "vpc_id", "account_id")]
    return [word[:80] for word in found if isinstance(word, str)]
