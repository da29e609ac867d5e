"""Long lists on pages: the newest first by key, or a list with an order of its own by number."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import QueryDict

from portal.core.ids import ID_PATTERN

ROWS = 50
_PLACES = ("before", "after", "page")

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list. `newer` and `older` are the query strings of the pages around it, empty where there is none."""

    rows: Sequence[Row]
    newer: str = ""
    older: str = ""
    total: int | None = None
    first: int = 1

    @property
    def last(self) -> int:
        return self.first + len(self.rows) - 1


def by_key(rows: QuerySet[Row], query: QueryDict, size: int = ROWS) -> Page[Row]:
    """Return the newest rows, or those `before` or `after` the key in the query. One statement, however long the list.

    Keys sort by time, so a row that is written meanwhile shifts nothing. What is no key counts as not given.
    """
    before, after = _key(query, "before"), _key(query, "after")
    if after and not before:
        found = list(rows.filter(pk__gt=after).order_by("pk")[: size + 1])
        shown, more = found[:size][::-1], len(found) > size
        newer = _with(query, "after", shown[0].pk) if more else ""
        return Page(shown, newer, _with(query, "before", shown[-1].pk) if shown else "")
    found = list((rows.filter(pk__lt=before) if before else rows).order_by("-pk")[: size + 1])
    shown, more = found[:size], len(found) > size
    newer = _with(query, "after", shown[0].pk if shown else before) if before else ""
    return Page(shown, newer, _with(query, "before", shown[-1].pk) if more else "")


def by_number(rows: QuerySet[Row], query: QueryDict, size: int = ROWS) -> Page[Row]:
    """Return the page that the query names, in the order of the rows. What is no number of a page counts as the nearest."""
    page = Paginator(rows, size).get_page(query.get("page", "1"))
    newer = _with(query, "page", str(page.number - 1)) if page.has_previous() else ""
    older = _with(query, "page", str(page.number + 1)) if page.has_next() else ""
    return Page(list(page.object_list), newer, older, page.paginator.count, page.start_index())


def kept(query: QueryDict) -> str:
    """Return the query string without the place in the list."""
    return _with(query, "", "")


def _key(query: QueryDict, name: str) -> str:
    given = query.get(name, "")
    return given if re.fullmatch(ID_PATTERN, given) else ""


def _with(query: QueryDict, name: str, value: str) -> str:
    other = query.copy()
    for place in _PLACES:
        other.pop(place, None)
    if name:
        other[name] = value
    return other.urlencode()
