"""Availability against its target, environment by environment (row S18)."""

from collections import Counter

from environments.availability import selectors
from environments.availability.selectors import Measured
from environments.models import Environment
from environments.states import EnvironmentKind
from onboarding.models import Onboarding
from onboarding.reports.figures.figure import Bar, Column, Figure, Kind, Scope, Segment, Value, counted
from onboarding.states import Stage

KEY, TITLE = "availability", "Availability against target"
COLUMNS = (
    Column("environment", "Environment"),
    Column("target", "Target"),
    Column("measured", "Measured"),
    Column("down_minutes", "Down, minutes", number=True),
    Column("unknown_hours", "Not known, hours", number=True),
    Column("outcome", "Outcome"),
)
NOT_MEASURED, NO_TARGET = "Not measured yet", "None agreed"
MISSED, KEPT, OPEN = "Missed", "Kept", "Not known"
_MOST_ONBOARDINGS = 100
"""Each has a row of its own, and nobody reads more."""
NOTE = (
    "Measured is the time up of the time that is known, by the history of the health alarms from the hand-over on, rounded "
    "down. An alarm goes off after two minutes, so shorter outages are not seen. Planned maintenance counts. Non-production is "
    f"not monitored and has no target. The newest {_MOST_ONBOARDINGS} onboardings that are live are counted."
)
_MOST_BARS = 20
_ORDER = (MISSED, OPEN, KEPT)
_HUES = {MISSED: "stop", KEPT: "done", OPEN: "work"}


def read(scope: Scope) -> Figure:
    """The production environments of onboardings that are live, measured in the period; the missed ones first."""
    found = selectors.of_environments(_production(scope), scope.since)
    found.sort(key=lambda one: (_ORDER.index(_outcome(one)), one.percent or 0, str(one.environment)))
    bars = [_bar(one) for one in found if one.percent is not None][:_MOST_BARS]
    simulated = next((one.simulated for one in found if one.simulated), "")
    note = f"{NOTE} Simulated: {simulated}" if simulated else NOTE
    return Figure(KEY, TITLE, _sentence(found, scope), COLUMNS, [_row(one) for one in found], bars=bars, note=note)


def _production(scope: Scope) -> list[Environment]:
    live = scope.of_customer(Onboarding.objects.filter(stage=Stage.LIVE)).order_by("-pk").values("pk")
    links = Onboarding.environments.through.objects.filter(onboarding__in=live[:_MOST_ONBOARDINGS])
    rows = Environment.objects.filter(kind=EnvironmentKind.PRODUCTION, pk__in=links.values("environment"))
    return list(rows.filter(torn_down_at=None).select_related("customer"))


def _outcome(one: Measured) -> str:
    if one.target is None or one.percent is None:
        return OPEN
    return MISSED if one.is_missed else KEPT


def _row(one: Measured) -> dict[str, Value]:
    return {
        "environment": str(one.environment),
        "target": NO_TARGET if one.target is None else f"{one.target} %",
        "measured": NOT_MEASURED if one.percent is None else f"{one.percent} %",
        "down_minutes": round(one.sum.down.total_seconds() / 60, 1),
        "unknown_hours": round(one.sum.unknown.total_seconds() / 3600, 1),
        "outcome": _outcome(one),
    }


def _bar(one: Measured) -> Bar:
    """What misses a target of 99.9 % by an hour would not be seen on a scale from 0: the bar is how long it was down."""
    row = _row(one)
    minutes = one.sum.down.total_seconds() / 60
    words = f"{row['measured']}, target {row['target']}"
    return Bar(str(one.environment), (Segment("Down, minutes", minutes, _HUES[_outcome(one)]),), words)


def _sentence(found: list[Measured], scope: Scope) -> str:
    if not found:
        return "No production environment is live."
    of = counted(len(found), "live production environment")
    if not any(one.percent is not None for one in found):
        return f"Of {of} none was measured {scope.words} yet."
    outcomes = Counter(_outcome(one) for one in found)
    rest = [f"{outcomes[KEPT]:,} kept it"] if outcomes[KEPT] else []
    rest += [f"of {outcomes[OPEN]:,} nothing can be said"] if outcomes[OPEN] else []
    missed = f"Of {of} {outcomes[MISSED] or 'none'} missed the target {scope.words}"
    return f"{'; '.join([missed, *rest])}."


FIGURE = Kind(KEY, TITLE, read)
