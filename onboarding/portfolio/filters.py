"""What the portfolio can be narrowed to. It is all in the address of the page, so that an address is a view."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode

from django.db.models import QuerySet

from environments.states import Owner
from onboarding.models import Onboarding
from onboarding.states import Stage
from portal.core import clock

STAGES = Stage.choices
TURNS = Owner.choices
DUE = (("overdue", "Overdue"), ("day", "Within 24 hours"), ("week", "Within 7 days"))
_WITHIN = {"overdue": timedelta(), "day": timedelta(days=1), "week": timedelta(days=7)}
_LONGEST_SEARCH = 80
_MOST_WORDS = 6


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address of the page asks for. A value that is not known filters nothing."""

    q: str = ""
    stage: str = ""
    waiting: str = ""
    owner: str = ""
    due: str = ""
    page: int = 1

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Filters:
        number = query.get("page", "")
        return cls(
            q=query.get("q", "").replace("\x00", "").strip()[:_LONGEST_SEARCH],
            stage=_known(query.get("stage", ""), Stage.values),
            waiting=_known(query.get("waiting", ""), Owner.values),
            owner=query.get("owner", "").replace("\x00", "")[:40],
            due=_known(query.get("due", ""), _WITHIN),
            page=int(number) if number.isascii() and number.isdigit() and int(number[:6]) > 0 else 1,
        )

    @classmethod
    def of_address(cls, address: str) -> Filters:
        """Read a query string, as a saved view keeps it."""
        return cls.of(dict(parse_qsl(address)))

    @property
    def any(self) -> bool:
        return bool(self.q or self.stage or self.waiting or self.owner or self.due)

    def address(self, page: int = 1) -> str:
        """Return the query string of this view, at one of its pages. The same view always has the same one."""
        chosen = {
            "q": self.q,
            "stage": self.stage,
            "waiting": self.waiting,
            "owner": self.owner,
            "due": self.due,
            "page": page if page > 1 else "",
        }
        return urlencode({key: value for key, value in chosen.items() if value})

    def applied(self, rows: QuerySet[Onboarding]) -> QuerySet[Onboarding]:
        """Return those of the rows that fit."""
        for word in self.q.lower().split()[:_MOST_WORDS]:
            rows = rows.filter(search_text__contains=word)
        if self.stage:
            rows = rows.filter(stage=self.stage)
        if self.owner:
            rows = rows.filter(account_manager=self.owner)
        if self.due:
            rows = rows.filter(due_at__lte=clock.now() + _WITHIN[self.due])
        if self.waiting:
            rows = rows.filter(waiting_on=self.waiting)
        return rows


def _known(value: str, values: Container[str]) -> str:
    return value if value in values else ""
