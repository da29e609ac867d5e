"""What the alarms' history says of an environment: the same, however it was read."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from environments.availability.history import Alarm, Change, spans
from environments.availability.services.reading import OVERLAP
from environments.availability.spans import Span, overlaid, summed
from environments.availability.states import Health

BEGIN = datetime(2026, 11, 1, tzinfo=UTC)
WHOLE = 6 * 60
"""Minutes."""

UP, DOWN, UNKNOWN = Health.UP, Health.DOWN, Health.UNKNOWN
NO_DATA = "INSUFFICIENT_DATA"
MEANS = {"OK": UP, "ALARM": DOWN, NO_DATA: UNKNOWN}


def at(minutes: float) -> datetime:
    return BEGIN + timedelta(minutes=minutes)


def changes(*told: tuple[float, str, str]) -> tuple[Change, ...]:
    return tuple(Change(at(minutes), before, after) for minutes, before, after in told)


def said(found: Sequence[Span]) -> list[tuple[str, int, int]]:
    return [
        (span.state, *(int((moment - BEGIN) / timedelta(minutes=1)) for moment in (span.start, span.end)))
        for span in found
    ]


def of(*alarms: Alarm, end: float = 60) -> list[tuple[str, int, int]]:
    return said(spans(alarms, BEGIN, at(end)))


def test_an_alarm_is_down_ok_up_and_without_data_unknown() -> None:
    told = changes((10, NO_DATA, "OK"), (20, "OK", "ALARM"), (30, "ALARM", "OK"))

    found = of(Alarm("gateway", BEGIN, told, "OK", at(30)))

    assert found == [(UNKNOWN, 0, 10), (UP, 10, 20), (DOWN, 20, 30), (UP, 30, 60)]


def test_a_state_that_did_not_change_holds_for_the_whole_time() -> None:
    assert of(Alarm("gateway", BEGIN, (), "OK", at(-600))) == [(UP, 0, 60)]


def test_a_state_is_not_taken_for_older_than_it_is() -> None:
    assert of(Alarm("gateway", BEGIN, (), "OK", at(20))) == [(UNKNOWN, 0, 20), (UP, 20, 60)]


def test_a_change_that_was_not_told_leaves_its_time_unknown() -> None:
    told = changes((10, NO_DATA, "OK"), (30, "ALARM", "OK"))

    assert of(Alarm("gateway", BEGIN, told, "OK", at(30))) == [(UNKNOWN, 0, 30), (UP, 30, 60)]


def test_an_alarm_that_is_gone_says_nothing_after_its_last_change() -> None:
    told = changes((10, NO_DATA, "OK"), (20, "OK", "ALARM"))

    assert of(Alarm("gateway", BEGIN, told)) == [(UNKNOWN, 0, 10), (UP, 10, 20), (UNKNOWN, 20, 60)]


def test_a_change_after_the_look_at_the_present_state_counts() -> None:
    told = changes((20, "OK", "ALARM"))

    assert of(Alarm("gateway", BEGIN, told, "OK", at(-5))) == [(UP, 0, 20), (DOWN, 20, 60)]


def test_a_machine_stands_in_for_another_of_its_kind() -> None:
    failing = Alarm("gateway", BEGIN, changes((10, "OK", "ALARM"), (20, "ALARM", "OK")), "OK", at(20))
    other = Alarm("gateway", BEGIN, changes((15, "OK", "ALARM"), (40, "ALARM", "OK")), "OK", at(40))

    assert of(failing, other) == [(UP, 0, 15), (DOWN, 15, 20), (UP, 20, 60)]


def test_a_kind_of_machines_without_a_healthy_one_is_an_outage() -> None:
    gateway = Alarm("gateway", BEGIN, changes((10, "OK", "ALARM"), (20, "ALARM", "OK")), "OK", at(20))
    control = Alarm("control-plane", BEGIN, (), "OK", at(-9))

    assert of(gateway, control) == [(UP, 0, 10), (DOWN, 10, 20), (UP, 20, 60)]


def test_a_machine_counts_from_when_its_alarm_was_made() -> None:
    old = Alarm("gateway", BEGIN, (), "OK", at(-9))
    new = Alarm("identity-server", at(30), changes((40, NO_DATA, "OK")), "OK", at(40))

    assert of(old, new) == [(UP, 0, 30), (UNKNOWN, 30, 40), (UP, 40, 60)]


def test_nothing_is_known_without_alarms() -> None:
    assert of() == [(UNKNOWN, 0, 60)]


@dataclass(frozen=True)
class Machine:
    """What really happened: in which state its alarm was from which minute on, beginning without data."""

    group: str
    made_at: int
    states: tuple[tuple[int, str], ...]

    def state_at(self, minute: float) -> tuple[str, float]:
        return next(
            ((state, since) for since, state in reversed(self.states) if since <= minute), (NO_DATA, self.made_at)
        )

    def read(self, first: float, last: float, shuffle: random.Random) -> Alarm:
        """Read its history from `first` on at the moment `last`: in any order, some of it twice."""
        names = [NO_DATA, *(state for _, state in self.states)]
        told = [
            Change(at(minute), before, state)
            for (minute, state), before in zip(self.states, names, strict=False)
            if first <= minute <= last
        ]
        told += shuffle.choices(told, k=len(told)) if told else []
        shuffle.shuffle(told)
        state, since = self.state_at(last)
        return Alarm(self.group, at(self.made_at), tuple(told), state, at(since))


@st.composite
def machines(draw: st.DrawFn) -> Machine:
    made_at = draw(st.integers(0, WHOLE // 2))
    minutes = draw(st.lists(st.integers(made_at + 1, WHOLE), unique=True, max_size=8))
    states: list[tuple[int, str]] = []
    for minute in sorted(minutes):
        before = states[-1][1] if states else NO_DATA
        states.append((minute, draw(st.sampled_from([state for state in MEANS if state != before]))))
    return Machine(draw(st.sampled_from(["gateway", "key-manager"])), made_at, tuple(states))


def truth(fleet: Sequence[Machine], minute: int) -> Health:
    groups: dict[str, set[Health]] = {}
    for machine in fleet:
        if machine.made_at <= minute:
            groups.setdefault(machine.group, set()).add(MEANS[machine.state_at(minute)[0]])
    each = [UP if UP in states else DOWN if states == {DOWN} else UNKNOWN for states in groups.values()]
    if DOWN in each:
        return DOWN
    return UP if each and set(each) == {UP} else UNKNOWN


@settings(deadline=None)
@given(
    st.lists(machines(), max_size=4),
    st.lists(st.integers(1, WHOLE - 1), unique=True, max_size=6),
    st.randoms(use_true_random=False),
)
def test_however_it_is_read_the_spans_are_the_same_and_sum_to_the_whole(
    fleet: list[Machine], stops: list[int], shuffle: random.Random
) -> None:
    kept: list[Span] = []
    before = 0.0
    for stop in [*sorted(stops), WHOLE]:
        first = max(before - OVERLAP / timedelta(minutes=1), 0)
        read = spans([machine.read(first, stop, shuffle) for machine in fleet], at(first), at(stop))
        kept, before = overlaid(kept, read), stop

    at_once = spans([machine.read(0, WHOLE, shuffle) for machine in fleet], BEGIN, at(WHOLE))
    assert kept == at_once
    assert [state for state, start, end in said(kept) for _ in range(start, end)] == [
        truth(fleet, minute) for minute in range(WHOLE)
    ]
    found = summed(kept)
    assert found.up + found.down + found.unknown == timedelta(minutes=WHOLE)


def test_a_change_that_is_told_late_takes_its_place() -> None:
    early = spans([Alarm("gateway", BEGIN, (), "ALARM", at(40))], BEGIN, at(60))
    late = spans([Alarm("gateway", BEGIN, changes((40, "OK", "ALARM")), "ALARM", at(40))], at(5), at(65))

    assert said(early) == [(UNKNOWN, 0, 40), (DOWN, 40, 60)]
    assert said(overlaid(early, late)) == [(UNKNOWN, 0, 5), (UP, 5, 40), (DOWN, 40, 65)]


def test_what_aws_no_longer_tells_is_not_taken_back() -> None:
    kept = [Span(UP, BEGIN, at(60))]

    assert said(overlaid(kept, [Span(UNKNOWN, at(30), at(90))])) == [(UP, 0, 60), (UNKNOWN, 60, 90)]


def test_a_time_that_nobody_read_is_unknown() -> None:
    assert said(overlaid([Span(UP, BEGIN, at(10))], [Span(UP, at(20), at(30))])) == [
        (UP, 0, 10),
        (UNKNOWN, 10, 20),
        (UP, 20, 30),
    ]


@pytest.mark.parametrize(
    ("up", "down", "percent"),
    [(999, 1, "99.90"), (99_996, 4, "99.99"), (1, 0, "100.00"), (0, 1, "0.00"), (899_099, 901, "99.89")],
)
def test_the_percentage_is_rounded_down(up: int, down: int, percent: str) -> None:
    found = summed([Span(UP, at(0), at(up)), Span(DOWN, at(0), at(down)), Span(UNKNOWN, at(0), at(5000))])

    assert str(found.percent) == percent


def test_there_is_no_percentage_of_nothing() -> None:
    assert summed([Span(UNKNOWN, at(0), at(9))]).percent is None
