"""The parts of a clock: how one ends and the next begins. They meet without gap or overlap, so that they sum to the whole.

Every function wants the clock's row held. A clock of the machine that was set back makes no part of negative length: nothing
ends before it began.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings

from environments.models import RunStep
from environments.states import Owner, StepState
from onboarding.clocks.models import Clock, ClockPart
from onboarding.clocks.waiting import Turn

_SAID = ("sentence", "next_event", "next_at")


def begin(clock: Clock, turn: Turn, at: datetime) -> ClockPart:
    """Open the part of this turn."""
    return ClockPart.objects.create(
        customer_id=clock.customer_id,
        clock=clock,
        owner=turn.owner,
        cause=turn.cause,
        subject=turn.subject,
        sentence=turn.sentence,
        next_event=turn.next_event,
        next_at=turn.next_at,
        started_at=at,
    )


def follow(rows: list[ClockPart], turn: Turn, now: datetime) -> None:
    """Have the open part, the last of `rows`, followed by one of this turn where owner or cause changed; else keep it, with
    the words of now."""
    part = rows[-1]
    if (part.owner, part.cause, part.subject) == (turn.owner, turn.cause, turn.subject):
        _say(part, turn)
        return
    back = _handed_back_at(part)
    if back is None or not part.started_at < back < now:
        change(rows, turn, now)
    elif turn.owner == Owner.PROVIDER:
        change(rows, turn, back)
    else:
        change(rows, _at_work(part, turn), back)
        change(rows, turn, now)


def change(rows: list[ClockPart], turn: Turn, at: datetime) -> None:
    """End the open part at this moment and open the next; one that lasted no time becomes the next itself."""
    part = rows[-1]
    if at > part.started_at:
        end(part, at)
        rows.append(begin(part.clock, turn, at))
        return
    part.owner, part.cause, part.subject = turn.owner, turn.cause, turn.subject
    part.sentence, part.next_event, part.next_at = turn.sentence, turn.next_event, turn.next_at
    part.save(update_fields=["owner", "cause", "subject", *_SAID])


def turn_of(part: ClockPart) -> Turn:
    """Return the turn that a part is of."""
    at = part.started_at
    return Turn(part.owner, part.cause, part.sentence, at, part.next_event, part.next_at, part.subject)


def end(part: ClockPart, at: datetime) -> None:
    part.ended_at, part.next_event, part.next_at = max(at, part.started_at), "", None
    part.save(update_fields=["ended_at", "next_event", "next_at"])


def spans(parts: Iterable[ClockPart], owner: str) -> list[tuple[datetime, datetime | None]]:
    """Return the stretches of one party, in order; the last is open where it is theirs now."""
    return [(part.started_at, part.ended_at) for part in parts if part.owner == owner]


def _say(part: ClockPart, turn: Turn) -> None:
    if any(getattr(part, name) != getattr(turn, name) for name in _SAID):
        for name in _SAID:
            setattr(part, name, getattr(turn, name))
        part.save(update_fields=list(_SAID))


def _handed_back_at(part: ClockPart) -> datetime | None:
    """Return when the wait of a step ended, which the news of it tells only once the run has nothing left to do: what was done
    meanwhile is the provider's."""
    if not part.cause.startswith("step."):
        return None
    step = RunStep.objects.filter(pk=part.subject, state=StepState.READY)
    return step.values_list("finished_at", flat=True).first()


def _at_work(part: ClockPart, turn: Turn) -> Turn:
    """Return the turn between the end of a wait and what the run came to next."""
    sentence = f"Waiting for {settings.PROVIDER_NAME}: go on with the run."
    return Turn(Owner.PROVIDER, "run.running", sentence, turn.since, subject=part.subject)
