"""Settling: the clocks of an onboarding say what its facts say now.

It may run at any moment and as often as it likes. The onboarding's row is held before those of its clocks, so that two workers
that settle the same one take turns.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from environments.models import Environment
from environments.states import Owner
from onboarding.clocks import deadlines, facts, parts, reconstruction, waiting
from onboarding.clocks.facts import EnvironmentFacts, OnboardingFacts
from onboarding.clocks.models import Clock, ClockPart
from onboarding.clocks.services import calendars
from onboarding.clocks.waiting import Turn
from onboarding.models import Onboarding
from onboarding.states import Stage
from portal.core import clock as time

_OVER = (Stage.LIVE, Stage.CANCELLED)
_TIMED = ("review.waiting", "review.reminded", "hand_over.revealed")
"""The causes that the passage of time alone turns into another."""
_PATIENCE = timedelta(minutes=5)
_SETTLED_FOR = timedelta(minutes=10)


@dataclass(slots=True)
class _Held:
    """The clocks of an onboarding and of its environments, with their rows held, and the parts of those that go."""

    whole: Clock | None
    finish: list[Clock]
    parts: dict[str, list[ClockPart]]
    now: datetime

    def running(self, environment: str) -> Clock | None:
        own = (clock for clock in self.finish if clock.environment_id == environment and clock.stopped_at is None)
        return next(own, None)

    def had(self, environment: str, since: datetime) -> bool:
        """Return whether the day that began at this moment has its clock, running or not."""
        return any(clock.environment_id == environment and clock.started_at >= since for clock in self.finish)


def settle(onboarding: Onboarding) -> None:
    """Call it in the transaction that holds the onboarding's row."""
    known = facts.read(onboarding)
    held = _hold(onboarding, known)
    first = held.whole is None
    _settle_whole(onboarding, known, held)
    for environment in known.environments:
        _settle_finish(onboarding, known, environment, held, silent=first)


def _hold(onboarding: Onboarding, known: OnboardingFacts) -> _Held:
    environments = [environment.id for environment in known.environments]
    rows = Clock.objects.select_for_update(of=("self",)).filter(
        Q(onboarding=onboarding) | Q(environment__in=environments)
    )
    related = ("calendar", "customer", "environment__customer", "onboarding")
    clocks = list(rows.select_related(*related).order_by("pk"))
    whole = next((clock for clock in clocks if clock.kind == Clock.Kind.ONBOARDING), None)
    finish = [clock for clock in clocks if clock.kind == Clock.Kind.FINISH]
    going = [clock for clock in finish if clock.stopped_at is None]
    wanted = Q(clock__in=going) | Q(clock=whole, ended_at=None) if whole else Q(clock__in=going)
    found: dict[str, list[ClockPart]] = {clock.pk: [] for clock in clocks}
    by_key = {clock.pk: clock for clock in clocks}
    for part in ClockPart.objects.filter(wanted).order_by("started_at", "pk") if whole or going else ():
        part.clock = by_key[part.clock_id]
        found[part.clock_id].append(part)
    return _Held(whole, finish, found, time.now())


def _settle_whole(onboarding: Onboarding, known: OnboardingFacts, held: _Held) -> None:
    turn = waiting.of_onboarding(known)
    if held.whole is None:
        held.whole, _ = reconstruction.whole(onboarding, turn, held.now)
    else:
        _go_on(held.whole, held.parts[held.whole.pk], onboarding, turn, held.now)
    _note_look(held.whole, turn, held.now)


def _go_on(clock: Clock, open_parts: list[ClockPart], onboarding: Onboarding, turn: Turn, now: datetime) -> None:
    """An onboarding that was live stays so for its clock, whatever is added to it later."""
    if clock.stopped_at is not None:
        return
    if onboarding.stage in _OVER:
        end = Clock.End.LIVE if onboarding.stage == Stage.LIVE else Clock.End.CANCELLED
        _stop(clock, open_parts[-1], onboarding.stage_since, end)
    else:
        parts.follow(open_parts, turn, now)


def _note_look(clock: Clock, turn: Turn, now: datetime) -> None:
    """Note when time alone changes the turn, and that somebody looked: the latter not each time, it happens often."""
    look_at = None
    if clock.stopped_at is None and turn.cause in _TIMED:
        look_at = turn.next_at if turn.next_at and turn.next_at > now else now + _PATIENCE
    stale = clock.settled_at is None or not timedelta() <= now - clock.settled_at < _SETTLED_FOR
    if stale or clock.look_at != look_at:
        clock.look_at, clock.settled_at = look_at, now
        clock.save(update_fields=["look_at", "settled_at"])


def _stop(clock: Clock, part: ClockPart, at: datetime, end: str) -> None:
    parts.end(part, at)
    clock.stopped_at, clock.ended_by, clock.look_at = part.ended_at, end, None
    clock.save(update_fields=["stopped_at", "ended_by", "look_at"])


def _settle_finish(
    onboarding: Onboarding, known: OnboardingFacts, environment: EnvironmentFacts, held: _Held, *, silent: bool
) -> None:
    """The finish clock of one environment starts with the acceptance, follows the environment's turn, and ends when it stands,
    or when nobody wants it any more."""
    clock = held.running(environment.id)
    if clock is None and known.stage not in _OVER:
        clock = _start_finish(onboarding, environment, held)
    if clock is None:
        return
    rows = held.parts[clock.pk]
    stop = _end_of(onboarding, environment, clock)
    if stop:
        _stop(clock, rows[-1], *stop)
    else:
        turn = waiting.of_environment(known, environment)
        if turn.owner:
            parts.follow(rows, turn, held.now)
    deadlines.refresh(clock, rows, held.now, silent=silent)


def _start_finish(onboarding: Onboarding, environment: EnvironmentFacts, held: _Held) -> Clock | None:
    """Start the day of an acceptance that has none yet. Another onboarding of the environment may do so in the same moment:
    then the clock is the other's."""
    at = environment.accepted_at
    if at is None or held.had(environment.id, at):
        return None
    made = Clock(
        customer=onboarding.customer,
        kind=Clock.Kind.FINISH,
        onboarding=onboarding,
        environment=Environment.objects.select_related("customer").get(pk=environment.id),
        started_at=at,
        allowed=settings.FINISH_WITHIN,
        calendar=calendars.for_finish(),
    )
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        return None
    words = f"Waiting for {settings.PROVIDER_NAME}: provision {environment.name}, now that the peering is accepted."
    held.parts[made.pk] = [parts.begin(made, Turn(Owner.PROVIDER, "run.running", words, at), at)]
    return made


def _end_of(onboarding: Onboarding, environment: EnvironmentFacts, clock: Clock) -> tuple[datetime, str] | None:
    """Return when and why a finish clock ends, None while it goes on. A cancelled run does not end it: another one is due."""
    if environment.removal_at and environment.removal_at >= clock.started_at:
        return environment.removal_at, Clock.End.TORN_DOWN
    if environment.provisioned_at:
        return environment.provisioned_at, Clock.End.FINISHED
    if onboarding.stage in _OVER and not _is_wanted_elsewhere(onboarding, environment):
        return onboarding.stage_since, Clock.End.CANCELLED
    return None


def _is_wanted_elsewhere(onboarding: Onboarding, environment: EnvironmentFacts) -> bool:
    others = Onboarding.objects.filter(environments=environment.id).exclude(pk=onboarding.pk)
    return others.exclude(stage__in=_OVER).exists()
