"""What the passage of time does to clocks, found by index: a minute's look touches what is due, and a few others in turn."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef

from onboarding.clocks import deadlines
from onboarding.clocks.models import Clock
from onboarding.models import Onboarding
from onboarding.services import onboardings
from portal.core import clock as time

AT_ONCE = 500
"""How many clocks that are due one look takes."""
IN_TURN = 50
"""How many onboardings one look settles again though nothing was heard of them: the news of a worker that died are lost."""
_FRESH = timedelta(minutes=10)


def look() -> None:
    """Tell of what ran out, and settle what time alone changed. Every worker may look at any moment."""
    now = time.now()
    due = Clock.objects.filter(look_at__lte=now).order_by("look_at")
    rows = list(due.values_list("pk", "kind", "onboarding")[:AT_ONCE])
    for key, kind, _ in rows:
        if kind == Clock.Kind.FINISH:
            _refresh(key, now)
    _settle(onboarding for _, kind, onboarding in rows if kind == Clock.Kind.ONBOARDING)
    _settle(_without_clock())
    _settle(_longest_unseen(now))


def _refresh(key: str, now: datetime) -> None:
    with transaction.atomic():
        held = Clock.objects.select_for_update(of=("self",), skip_locked=True)
        related = ("calendar", "customer", "environment__customer", "onboarding")
        clock = held.select_related(*related).filter(pk=key, look_at__lte=now).first()
        if clock is not None:
            deadlines.refresh(clock, list(clock.parts.order_by("started_at", "pk")), now)


def _settle(keys: Iterable[str]) -> None:
    """The onboarding's stage is derived again too: its clocks follow whatever comes of that."""
    for onboarding in Onboarding.objects.select_related("customer").filter(pk__in=list(keys)):
        onboardings.refresh_stage(onboarding)


def _without_clock() -> list[str]:
    has_clock = Clock.objects.filter(onboarding=OuterRef("pk"), kind=Clock.Kind.ONBOARDING)
    rows = Onboarding.objects.filter(~Exists(has_clock)).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:AT_ONCE])


def _longest_unseen(now: datetime) -> list[str]:
    going = Clock.objects.filter(kind=Clock.Kind.ONBOARDING, stopped_at=None, settled_at__lt=now - _FRESH)
    return list(going.order_by("settled_at").values_list("onboarding", flat=True)[:IN_TURN])
