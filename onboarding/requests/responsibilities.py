"""Who answers for what, as data: `responsibilities.json`, each line with the rows of the domain that it comes from."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from onboarding.requests.states import Party

_FILE = Path(__file__).with_name("responsibilities.json")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that somebody answers for. `production` and `non_production`: who does, there. `request` names a kind of the
    catalogue by which a customer asks for it, empty where nobody has to ask."""

    key: str
    area: str
    what: str
    production: Party
    non_production: Party
    note: str
    rows: tuple[str, ...]
    request: str = ""

    def party(self, *, is_production: bool) -> Party:
        return self.production if is_production else self.non_production


@cache
def lines() -> tuple[Line, ...]:
    """Return the whole matrix, in the order of its areas."""
    read = json.loads(_FILE.read_text(encoding="utf-8"))["lines"]
    return tuple(
        Line(
            key=one["key"],
            area=one["area"],
            what=one["what"],
            production=Party(one["production"]),
            non_production=Party(one["non_production"]),
            note=one.get("note", ""),
            rows=tuple(one["rows"]),
            request=one.get("request", ""),
        )
        for one in read
    )


def by_area(found: Iterable[Line] | None = None) -> list[tuple[str, list[Line]]]:
    """Return these lines, or all, area by area."""
    grouped: dict[str, list[Line]] = {}
    for line in lines() if found is None else found:
        grouped.setdefault(line.area, []).append(line)
    return list(grouped.items())


@dataclass(frozen=True, slots=True)
class Share:
    """What one party answers for in one kind of environment."""

    party: Party
    lines: list[Line]


def shares(*, is_production: bool) -> list[Share]:
    """Return who answers for what in one kind of environment, the customer first: it is their page."""
    order = (Party.CUSTOMER, Party.PROVIDER, Party.AWS, Party.SUPPORT, Party.THIRD_PARTY, Party.NOBODY)
    found = [
        Share(party, [line for line in lines() if line.party(is_production=is_production) == party]) for party in order
    ]
    return [share for share in found if share.lines]
