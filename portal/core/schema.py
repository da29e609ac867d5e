"""The OpenAPI document, made from what the endpoints declare."""

from functools import cache
from typing import Any

from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from portal.core.problems import MEDIA_TYPE
from portal.core.queries import Param
from portal.core.rest import ANY_TOKEN, SESSION_ONLY, Endpoint, Operation

_TYPES: dict[str, dict[str, Any]] = {
    "text": {"type": "string"},
    "id": {"type": "string"},
    "moment": {"type": "string", "format": "date-time"},
    "number": {"type": "integer"},
}
_IF_MATCH = OpenApiParameter(
    "If-Match", str, OpenApiParameter.HEADER, required=True, description='The ETag of the last read, such as `"r17"`.'
)
_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="The same key and body get the same answer for 24 hours.",
)
_LOCATION = OpenApiParameter(
    "Location", str, OpenApiParameter.HEADER, response=[201, 202], description="What was made, or where to look."
)
_ETAG = OpenApiParameter(
    "ETag", str, OpenApiParameter.HEADER, response=[200, 201], description="The revision, for If-Match."
)


class ProblemEntry(serializers.Serializer):
    """What is wrong with one value: `pointer` leads into the body, `parameter` names one of the query."""

    pointer = serializers.CharField(required=False)
    parameter = serializers.CharField(required=False)
    code = serializers.CharField()
    message = serializers.CharField()


class Problem(serializers.Serializer):
    """A refusal (RFC 9457). `current` and `etag` come with 412: what is stored now."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    instance = serializers.CharField()
    request_id = serializers.CharField()
    remedy = serializers.CharField(required=False)
    errors = ProblemEntry(many=True, required=False)  # type: ignore[assignment]
    etag = serializers.CharField(required=False)
    current = serializers.JSONField(required=False)


class PortalSchema(AutoSchema):
    """Reads `Operation`s instead of guessing from serializers and query sets."""

    view: Endpoint  # type: ignore[override]

    @property
    def declared(self) -> Operation:
        handler = getattr(self.view, self.method.lower())
        found: Operation = handler.operation
        return found

    def _is_list_view(self, serializer: Any = None) -> bool:
        return self.declared.many if serializer is None else super()._is_list_view(serializer)

    def get_summary(self) -> str:
        return self._words()[0]

    def get_description(self) -> str:  # type: ignore[override]
        lines = [self._words()[1], _scope_words(self.declared.scope)]
        return "\n\n".join(filter(None, lines))

    def get_tags(self) -> list[str]:
        return self._tokenize_path()[:1]

    def get_override_parameters(self) -> list[Any]:
        declared = self.declared
        parameters: list[Any] = [_parameter(param) for param in declared.params]
        if declared.guarded:
            parameters.append(_IF_MATCH)
        if declared.guarded or "revision" in _keys(declared):
            parameters.append(_ETAG)
        if self.method == "POST":
            parameters += [_KEY, *([_LOCATION] if declared.status in (201, 202) else [])]
        return parameters

    def get_request_serializer(self) -> Any:
        takes = self.declared.takes
        return takes if self.method not in ("GET", "DELETE") and takes().fields else None

    def get_response_serializers(self) -> Any:
        declared = self.declared
        body = declared.gives(many=True) if declared.gives and declared.many else declared.gives
        responses: dict[Any, Any] = {declared.status: OpenApiResponse(body, description=_success(declared))}
        for status, words in _refusals(declared, self.method, self.path):
            responses[status, MEDIA_TYPE] = OpenApiResponse(Problem, description=words)
        return responses

    def _words(self) -> tuple[str, str]:
        text = getattr(self.view, self.method.lower()).__doc__ or ""
        first, _, rest = text.strip().partition("\n\n")
        return " ".join(first.split()).rstrip("."), " ".join(rest.split())


def _keys(declared: Operation) -> set[str]:
    return set(declared.gives().fields) if declared.gives and not declared.many else set()


def _parameter(param: Param) -> OpenApiParameter:
    schema = dict(_TYPES[param.kind])
    if param.kind == "number":
        schema |= {"minimum": param.least, "maximum": param.most}
    if param.choices:
        schema["enum"] = list(param.choices)
    if param.many:
        schema = {"type": "array", "items": schema}
    return OpenApiParameter(param.name, schema, OpenApiParameter.QUERY, description=param.description)


def _scope_words(scope: str) -> str:
    if scope == SESSION_ONLY:
        return "Needs a signed-in session; no token may do this."
    return "Every token may do this." if scope == ANY_TOKEN else f"Scope: `{scope}`."


def _success(declared: Operation) -> str:
    return {200: "Done.", 201: "Made.", 202: "Accepted; the work goes on.", 204: "Done; no body."}[declared.status]


def _refusals(declared: Operation, method: str, path: str) -> list[tuple[int, str]]:
    """Every refusal is a problem; those that depend on what is declared are named where they can happen."""
    changes = method != "GET"
    found = [(400, "The query or the body is refused.")]
    found += [(401, "Nobody is signed in, or the token is not good."), (403, "This person or token may not do this.")]
    if "{" in path:
        found.append((404, "This does not exist, or you have no access to it."))
    if changes:
        found += [(409, "This does not fit the state the object is in."), (413, "The body is too large.")]
        found.append((415, "The body is not JSON."))
    if method == "POST":
        found.append((422, "The Idempotency-Key was used for another call."))
    if declared.guarded or "revisions" in declared.takes().fields:
        found.append((412, "Somebody else changed it; `current` is what is stored."))
    if declared.guarded:
        found.append((428, "If-Match is missing."))
    return [*found, (429, "Too many calls; see Retry-After.")]


class MadeOnce(SchemaGenerator):
    """Makes the document once in a process: it says the same to everybody, and takes half a second."""

    def get_schema(self, request: Any = None, public: bool = False) -> dict[str, Any]:
        return _document()


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return document
