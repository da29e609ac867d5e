"""Time to onboard, by stage."""

from collections.abc import Iterable

from onboarding.reports.durations import WAY, quantile
from onboarding.reports.figures.figure import Box, Column, Figure, Kind, Scope, counted, days
from onboarding.states import Stage

KEY, TITLE = "time-by-stage", "Time to onboard, by stage"
COLUMNS = (
    Column("stage", "Stage"),
    Column("onboardings", "Onboardings", number=True),
    Column("low_days", "One in five within, days", number=True),
    Column("median_days", "Half within, days", number=True),
    Column("high_days", "Four in five within, days", number=True),
    Column("longest_days", "Longest, days", number=True),
)


def read(scope: Scope) -> Figure:
    """Several stays of one onboarding in one stage count as one, with their lengths together."""
    by_stage: dict[str, list[float]] = {stage: [] for stage in WAY}
    whole: dict[str, float] = {}
    for stay in scope.stays:
        by_stage[stay.stage].append(float(stay.seconds))
        whole[stay.onboarding] = whole.get(stay.onboarding, 0.0) + stay.seconds
    named = [(str(Stage(stage).label), lengths) for stage, lengths in by_stage.items()]
    boxes = [_box(label, lengths) for label, lengths in [*named, ("All the way", list(whole.values()))] if lengths]
    return Figure(
        KEY, TITLE, _sentence(boxes, len(whole), scope), COLUMNS, list(_rows(boxes, by_stage, whole)), boxes=boxes
    )


def _box(label: str, lengths: list[float]) -> Box:
    ordered = sorted(lengths)
    low, middle, high = (days(quantile(ordered, part)) for part in (0.2, 0.5, 0.8))
    return Box(label, low, middle, high, days(ordered[-1]), f"{middle} days, {low} to {high}")


def _rows(
    boxes: list[Box], by_stage: dict[str, list[float]], whole: dict[str, float]
) -> Iterable[dict[str, str | int | float]]:
    numbers = {str(Stage(stage).label): len(lengths) for stage, lengths in by_stage.items()}
    for box in boxes:
        yield {
            "stage": box.label,
            "onboardings": numbers.get(box.label, len(whole)),
            "low_days": box.low,
            "median_days": box.middle,
            "high_days": box.high,
            "longest_days": box.longest,
        }


def _sentence(boxes: list[Box], number: int, scope: Scope) -> str:
    if not boxes:
        return f"No onboarding went live {scope.words}."
    longest = max(boxes[:-1], key=lambda box: box.middle)
    return (
        f"{counted(number, 'onboarding')} went live {scope.words}, half of them within {boxes[-1].middle} days; "
        f"{longest.label.lower()} takes the longest, {longest.middle} days."
    )


FIGURE = Kind(KEY, TITLE, read)
