"""Request bodies: JSON that says each thing once, of a bounded size. Answers are JSON whatever the caller accepts."""

import json
from collections.abc import Iterable
from typing import IO, Any

from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.utils.mediatypes import media_type_matches

from portal.core.errors import DomainError

LARGEST_BODY = 1024 * 1024


class TooLarge(DomainError):
    """The body is larger than any input of the portal can be."""

    status = 413
    code = "too_large"


class StrictJSONParser(BaseParser):
    """Refuses what JSON leaves open: a key given twice, NaN, bytes that are not UTF-8, nesting without end."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        raw = stream.read(LARGEST_BODY + 1)
        if len(raw) > LARGEST_BODY:
            raise TooLarge(f"The body is larger than {LARGEST_BODY // 1024} KiB.")
        try:
            return json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_refuse)
        except (ValueError, RecursionError) as error:
            raise ParseError(f"The body is not JSON as this API reads it: {error}") from None


class AlwaysJson(BaseContentNegotiation):
    """Answers with the view's own format; `Accept` and `?format=` change nothing."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser:
        for parser in parsers:
            if media_type_matches(parser.media_type, request.content_type):
                return parser
        raise UnsupportedMediaType(request.content_type)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        return first, str(first.media_type)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key is given twice")
    return members


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not a JSON value")
