"""The rail of stages, from intake to live."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

STAGES = {
    "intake": "Intake",
    "review": "Review",
    "provisioning": "Provisioning",
    "verification": "Verification",
    "handover": "Hand-over",
    "live": "Live",
}
DONE, CURRENT, AHEAD = "done", "current", "ahead"


@dataclass(frozen=True, slots=True)
class Stage:
    key: str
    label: str
    place: str
    since: datetime | None


def stages(current: str, since: datetime | None, dates: Mapping[str, datetime]) -> list[Stage]:
    """Return every stage and whether it is done, current or ahead. Live is an end: reached, it is done.

    An onboarding that was cancelled stands at no stage.
    """
    keys = list(STAGES)
    at = keys.index(current) if current in STAGES else -1
    return [
        Stage(key, STAGES[key], _place(index, at, len(keys)), dates.get(key) or (since if index == at else None))
        for index, key in enumerate(keys)
    ]


def _place(index: int, at: int, count: int) -> str:
    if index < at or at == count - 1:
        return DONE
    return CURRENT if index == at else AHEAD
