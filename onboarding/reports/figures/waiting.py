"""Whose turn it was, by stage."""

from django.conf import settings

from onboarding.reports.durations import WAY
from onboarding.reports.figures.figure import Bar, Column, Figure, Kind, Scope, Segment, Stay, Value, counted, days
from onboarding.states import Stage

KEY, TITLE = "waiting-by-party", "Whose turn it was"
COLUMNS = (
    Column("stage", "Stage"),
    Column("customer_days", "Customer, days", number=True),
    Column("provider_days", "Provider, days", number=True),
    Column("aws_days", "AWS, days", number=True),
    Column("customer_percent", "Customer, %", number=True),
)
_HUES = {"customer": "you", "provider": "work", "aws": "idle"}


def read(scope: Scope) -> Figure:
    """Mean days per onboarding that went live in the period; the parties' parts come from the onboarding's clock."""
    by_stage: dict[str, list[Stay]] = {}
    for stay in scope.stays:
        by_stage.setdefault(stay.stage, []).append(stay)
    number = max(map(len, by_stage.values()), default=0)
    lines = [(str(Stage(stage).label), _mean(by_stage[stage], number)) for stage in WAY if stage in by_stage]
    rows = [_row(label, means) for label, means in lines]
    bars = [_bar(label, means) for label, means in lines]
    return Figure(KEY, TITLE, _sentence([means for _, means in lines], number, scope), COLUMNS, rows, bars=bars)


def _mean(stays: list[Stay], number: int) -> dict[str, float]:
    return {party: sum(getattr(stay, party) for stay in stays) / number for party in _HUES}


def _row(label: str, means: dict[str, float]) -> dict[str, Value]:
    row: dict[str, Value] = {"stage": label}
    row |= {f"{party}_days": days(seconds) for party, seconds in means.items()}
    return row | {"customer_percent": _percent(means["customer"], sum(means.values()))}


def _bar(label: str, means: dict[str, float]) -> Bar:
    names = {"customer": "Customer", "provider": settings.PROVIDER_NAME, "aws": "AWS"}
    segments = tuple(Segment(names[party], days(seconds), _HUES[party]) for party, seconds in means.items())
    return Bar(label, segments, ", ".join(f"{part.label} {part.value} days" for part in segments))


def _sentence(means: list[dict[str, float]], number: int, scope: Scope) -> str:
    if not number:
        return f"No onboarding went live {scope.words}."
    parties = {party: sum(mean[party] for mean in means) for party in _HUES}
    whole = sum(parties.values())
    shares = [_percent(parties[party], whole) for party in _HUES]
    return (
        f"Of the time of {counted(number, 'onboarding')} that went live {scope.words}, the customer had {shares[0]} %, "
        f"{settings.PROVIDER_NAME} {shares[1]} % and AWS {shares[2]} %."
    )


def _percent(part: float, whole: float) -> int:
    return round(100 * part / whole) if whole else 0


FIGURE = Kind(KEY, TITLE, read)
