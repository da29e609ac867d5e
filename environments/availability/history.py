"""What the history of health alarms says of an environment: plain Python, the same for the same history however it was read.

Each machine has a health alarm. Machines that do the same stand in for each other: an environment is up while each of these
groups has a healthy machine, and down while one of them has none. What neither can be said of is unknown.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from environments.availability.spans import Span, joined
from environments.availability.states import Health

_MEANS = {"OK": Health.UP, "ALARM": Health.DOWN}


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """An alarm's state became another one, both by CloudWatch's names."""

    at: datetime
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """A machine's alarm as it was read: since when it is there, its changes in any order, perhaps with some read twice, and the
    state that it has had since `state_since`. `state` is empty where there is no such alarm in AWS any more."""

    group: str
    made_at: datetime
    changes: Sequence[Change]
    state: str = ""
    state_since: datetime | None = None


def spans(alarms: Iterable[Alarm], start: datetime, end: datetime) -> list[Span]:
    """Return what the alarms say of the time from `start` to `end`, without a gap. Every change from `start` on was read."""
    known = [(alarm, _timeline(alarm, start, end)) for alarm in alarms]
    cuts = {start, end}
    for alarm, timeline in known:
        cuts.update(span.start for span in timeline)
        cuts.add(alarm.made_at)
    moments = sorted(moment for moment in cuts if start <= moment <= end)
    found = [Span(_together(known, begin), begin, until) for begin, until in pairwise(moments)]
    return joined(found)


def _together(known: Sequence[tuple[Alarm, Sequence[Span]]], at: datetime) -> Health:
    groups: dict[str, set[Health]] = {}
    for alarm, timeline in known:
        if alarm.made_at <= at:
            position = bisect_right(timeline, at, key=lambda span: span.start) - 1
            groups.setdefault(alarm.group, set()).add(timeline[position].state)
    states = {_of_group(machines) for machines in groups.values()}
    if Health.DOWN in states:
        return Health.DOWN
    return Health.UP if states == {Health.UP} else Health.UNKNOWN


def _of_group(machines: set[Health]) -> Health:
    if Health.UP in machines:
        return Health.UP
    return Health.DOWN if machines == {Health.DOWN} else Health.UNKNOWN


def _timeline(alarm: Alarm, start: datetime, end: datetime) -> list[Span]:
    """Return the alarm's own states. Where two neighbouring changes contradict each other, one between them was not told: the
    time between them is unknown."""
    changes = sorted(set(alarm.changes))
    marks = [(start, changes[0].before)] if changes else []
    for change, following in pairwise(changes):
        marks.append((change.at, change.after if change.after == following.before else ""))
    marks += _since_the_last(alarm, changes, start)
    moments = [*(at for at, _ in marks), end]
    clipped = [
        Span(_MEANS.get(state, Health.UNKNOWN), max(at, start), min(until, end))
        for (at, state), until in zip(marks, moments[1:], strict=True)
    ]
    return joined(clipped)


def _since_the_last(alarm: Alarm, changes: Sequence[Change], start: datetime) -> list[tuple[datetime, str]]:
    last = changes[-1] if changes else None
    since = alarm.state_since or start
    if last and (last.after == alarm.state or (alarm.state and since <= last.at)):
        return [(last.at, last.after)]
    return [(last.at if last else start, ""), (max(since, last.at if last else start), alarm.state)]
