"""Lists: the newest first, by an opaque cursor. Ids sort by time, so the last id of a page is where the next one begins."""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.db.models import Model, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request

from portal.core.errors import FieldProblem, Invalid
from portal.core.ids import ID_PATTERN
from portal.core.queries import Param

DEFAULT_LIMIT = 50
LARGEST_LIMIT = 200
PARAMS = (
    Param("limit", "How many at most; 50 unless told.", kind="number", most=LARGEST_LIMIT),
    Param("cursor", "Where to go on: take it from `next`, it means nothing by itself."),
)

Row = TypeVar("Row", bound=Model)


def page(rows: QuerySet[Row], query: dict[str, Any]) -> tuple[list[Row], str | None]:
    """Return the page that `query` (its `limit` and `cursor`) asks for, and the cursor of the next one, None at the end."""
    limit = query["limit"] or DEFAULT_LIMIT
    ordered = rows.order_by("-pk")
    if query["cursor"]:
        ordered = ordered.filter(pk__lt=_last_id(query["cursor"]))
    found = list(ordered[: limit + 1])
    more = len(found) > limit
    return found[:limit], _cursor(found[limit - 1].pk) if more else None


def envelope(request: Request, data: list[dict[str, Any]], cursor: str | None) -> dict[str, Any]:
    return {"data": data, "next": _next(request, cursor) if cursor else None, "has_more": cursor is not None}


def _next(request: Request, cursor: str) -> str:
    kept = [(name, value) for name, value in _pairs(request) if name != "cursor"]
    return f"{settings.PORTAL_URL}{request.path}?{urlencode([*kept, ('cursor', cursor)])}"


def _pairs(request: Request) -> list[tuple[str, str]]:
    return [(name, value) for name, values in request.query_params.lists() for value in values]


def _cursor(id: str) -> str:
    return urlsafe_b64encode(f"1:{id}".encode()).decode().rstrip("=")


def _last_id(cursor: str) -> str:
    try:
        text = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except ValueError:
        text = ""
    version, _, id = text.partition(":")
    if version != "1" or not re.fullmatch(ID_PATTERN, id) or _cursor(id) != cursor:
        message = "This cursor was not made by this portal. Take it from `next` of the page before."
        raise Invalid([FieldProblem("?cursor", message, "bad_cursor")], "There is a problem with the query.")
    return id


class CursorPagination(BasePagination):
    """What the OpenAPI document says about a list; `page` and `envelope` do it."""

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["data", "next", "has_more"],
            "properties": {
                "data": schema,
                "next": {"type": ["string", "null"], "format": "uri"},
                "has_more": {"type": "boolean"},
            },
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return []
