"""What a customer can ask for, as data: `catalogue.json`, with what they should know before they send it.

Each kind says whether the managed service has it, Support does it, or a third party; why; which environments it makes sense
for; and the rows of the domain that it comes from.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from onboarding.requests.states import Coverage

_FILE = Path(__file__).with_name("catalogue.json")


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing to ask for.

    `environment`: `none`, or which one has to be named: `any`, `production`, `non_production`. `decision`: the kind of decision
    that has to be on record before the work starts, empty where none has. `most_used` is offered first to who never asked.
    """

    key: str
    area: str
    title: str
    what: str
    coverage: Coverage
    why: str
    rows: tuple[str, ...]
    environment: str = "none"
    takes: str = ""
    ask: str = ""
    decision: str = ""
    hand_over: bool = False
    most_used: bool = False

    @property
    def coverage_in_words(self) -> str:
        return _COVERAGE[self.coverage]

    def suits(self, *, is_production: bool) -> bool:
        """True where an environment of this kind can be named."""
        return self.environment == "any" or self.environment == ("production" if is_production else "non_production")


_COVERAGE = {
    Coverage.INCLUDED: "Included in the managed service",
    Coverage.SUPPORT: "Outside the managed service: Support does it",
    Coverage.THIRD_PARTY: "Outside the managed service: a third party does it",
}


@cache
def kinds() -> tuple[Kind, ...]:
    """Return every kind, in the order of the picker."""
    read = json.loads(_FILE.read_text(encoding="utf-8"))["kinds"]
    return tuple(Kind(**{**one, "coverage": Coverage(one["coverage"]), "rows": tuple(one["rows"])}) for one in read)


def find(key: str) -> Kind | None:
    """Return the kind of this key, None where there is none (any more)."""
    return _by_key().get(key)


@cache
def _by_key() -> dict[str, Kind]:
    return {kind.key: kind for kind in kinds()}


def kind_title(key: str) -> str:
    """Return the kind in words; a kind that left the catalogue keeps its key, made readable."""
    kind = find(key)
    return kind.title if kind else key.replace("_", " ").capitalize()


def by_area() -> list[tuple[str, list[Kind]]]:
    """Return the catalogue as the picker shows it."""
    return [
        (area, [kind for kind in kinds() if kind.area == area]) for area in _distinct(kind.area for kind in kinds())
    ]


def for_hand_over(*, is_production: bool) -> tuple[Kind, ...]:
    """Return what is offered with the hand-over of such an environment (S50): what can be asked for there."""
    offered = (kind for kind in kinds() if kind.hand_over)
    return tuple(kind for kind in offered if kind.environment == "none" or kind.suits(is_production=is_production))


def most_used() -> tuple[Kind, ...]:
    """Return what is offered to somebody who never asked for anything."""
    return tuple(kind for kind in kinds() if kind.most_used)


def _distinct(values: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(values))
