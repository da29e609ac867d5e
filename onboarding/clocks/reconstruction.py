"""The whole clock of an onboarding that has none yet: from its opening, with what the audit record says of the time before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from environments.states import Owner
from onboarding.clocks import parts
from onboarding.clocks.causes import RECONSTRUCTED
from onboarding.clocks.models import Clock, ClockPart
from onboarding.clocks.waiting import Turn
from onboarding.models import Onboarding
from onboarding.states import Stage
from portal.audit.models import AuditEvent

_OVER = (Stage.LIVE, Stage.CANCELLED)
_ENDS = {Stage.LIVE: Clock.End.LIVE, Stage.CANCELLED: Clock.End.CANCELLED}
_KNOWN = (Stage.INTAKE, Stage.REVIEW)
"""The stages of which every moment is one party's."""


def whole(onboarding: Onboarding, turn: Turn, now: datetime) -> tuple[Clock, list[ClockPart]]:
    """Return the clock with its parts. A stage that is over is one part, of the party that the stage names; the present turn
    begins when its cause did, and not before its stage. One that is over has parts up to its end."""
    clock = Clock.objects.create(
        customer=onboarding.customer,
        kind=Clock.Kind.ONBOARDING,
        onboarding=onboarding,
        started_at=onboarding.created_at,
    )
    rows: list[ClockPart] = []
    for said, at in _turns(onboarding, turn, now):
        if rows:
            parts.change(rows, said, at)
        else:
            rows.append(parts.begin(clock, said, at))
    if onboarding.stage in _OVER:
        parts.end(rows[-1], onboarding.stage_since)
        clock.stopped_at, clock.ended_by = rows[-1].ended_at, _ENDS[Stage(onboarding.stage)]
        clock.save(update_fields=["stopped_at", "ended_by"])
    return clock, rows


def _turns(onboarding: Onboarding, turn: Turn, now: datetime) -> Iterator[tuple[Turn, datetime]]:
    *passed, (stage, since) = _stages(onboarding)
    for before, at in passed:
        yield _passed(before, at), at
    if stage in _OVER:
        return
    began = since if stage in _KNOWN else max(since, min(turn.since, now))
    if began > since:
        yield _passed(stage, since), since
    yield turn, began


def _stages(onboarding: Onboarding) -> list[tuple[str, datetime]]:
    """Return every stage with the moment it was reached, the present one last."""
    events = AuditEvent.objects.filter(
        subject_type="onboarding",
        subject_id=onboarding.pk,
        action__in=("onboarding.stage_changed", "onboarding.cancelled"),
    )
    reached = [(Stage.INTAKE.value, onboarding.created_at)]
    for after, at in events.order_by("occurred_at", "sequence").values_list("after", "occurred_at"):
        reached.append((after["stage"], max(at, reached[-1][1])))
    if reached[-1][0] != onboarding.stage:
        reached.append((onboarding.stage, max(onboarding.stage_since, reached[-1][1])))
    return reached


def _passed(stage: str, since: datetime) -> Turn:
    """Return whom a stage that is over waited for, and that this is not known more closely."""
    owner = Owner.CUSTOMER if stage == Stage.INTAKE else Owner.PROVIDER
    words = Stage(stage).label.lower()
    sentence = f"In {words}, from the audit record: whose turn it was each moment was not kept yet."
    return Turn(owner, RECONSTRUCTED, sentence, since)
