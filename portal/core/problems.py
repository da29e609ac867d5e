"""Every refusal of the API as `application/problem+json` (RFC 9457), in the same words that the pages use."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.defaults import server_error as page_of_server_error
from rest_framework import exceptions
from rest_framework.response import Response

from portal.core import context as requests
from portal.core.errors import DomainError, FieldProblem, Invalid, NotFound, Stale, TooMany

MEDIA_TYPE = "application/problem+json"
API_ROOT = "/api/"


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Translate an expected refusal; None lets anything else travel untouched to the log.

    A view names in `problems_below` where in its input the service's pointers begin.
    """
    below = getattr(context.get("view"), "problems_below", "")
    found = _as_domain_error(error)
    if found is None:
        return None
    path = context["request"].path if context.get("request") else ""
    return Response(
        body(found, path=path, below=below),
        status=found.status,
        headers=_headers(error, found),
        content_type=MEDIA_TYPE,
    )


def body(error: DomainError, *, path: str, below: str = "") -> dict[str, Any]:
    """Return the problem's members. `remedy`, `errors`, `current` and `etag` are there only where they say something."""
    members: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(error.status).phrase,
        "status": error.status,
        "code": error.code,
        "detail": error.message,
        "instance": path,
        "request_id": requests.current().request_id,
    }
    if error.remedy:
        members["remedy"] = error.remedy
    if isinstance(error, Invalid):
        members["errors"] = [_entry(problem, below) for problem in error.problems]
    if isinstance(error, Stale):
        members |= {"etag": f'"r{error.revision}"', "current": error.current}
    return members


def unknown_address(request: HttpRequest) -> HttpResponse:
    """Answer an address below `/api/` that names nothing, in the words of an object that does not exist."""
    return _plain(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer a defect: the API's callers get a problem with the request's id, everybody else the page. Never a trace."""
    if not request.path.startswith(API_ROOT):
        return page_of_server_error(request)
    error = DomainError("Something broke on our side.", code="server_error", remedy="Send us the request_id.")
    error.status = 500
    return _plain(request, error)


def _plain(request: HttpRequest, error: DomainError) -> HttpResponse:
    return JsonResponse(body(error, path=request.path), status=error.status, content_type=MEDIA_TYPE)


def _as_domain_error(error: Exception) -> DomainError | None:
    if isinstance(error, DomainError):
        return error
    if isinstance(error, Http404):
        return NotFound()
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    if isinstance(error, exceptions.ValidationError):
        return Invalid(_problems(error.detail), "There is a problem with what was sent.")
    return _of_framework(error) if isinstance(error, exceptions.APIException) else None


def _of_framework(error: exceptions.APIException) -> DomainError:
    code = str(error.get_codes()) if isinstance(error.detail, str) else error.default_code
    translated = DomainError(str(error.detail), code=code)
    translated.status = error.status_code
    return translated


def _problems(detail: Any, at: str = "") -> Iterator[FieldProblem]:
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            yield from _problems(value, f"{at}/{key}")
    elif isinstance(detail, list):
        for index, value in enumerate(detail):
            yield from _problems(value, at if isinstance(value, str) else f"{at}/{index}")
    else:
        yield FieldProblem(at.strip("/"), str(detail), getattr(detail, "code", "invalid_value"))


def _entry(problem: FieldProblem, below: str) -> dict[str, str]:
    """`pointer` leads into the body (RFC 6901); what stood in the query is named by `parameter` instead."""
    said = {"code": problem.code, "message": problem.message}
    if problem.pointer.startswith("?"):
        return {"parameter": problem.pointer[1:], **said}
    pointer = f"{below}/{problem.pointer}".strip("/")
    return {"pointer": f"/{pointer}" if pointer else "", **said}


def _headers(error: Exception, found: DomainError) -> dict[str, str]:
    if isinstance(found, TooMany):
        return {"Retry-After": str(found.retry_after_seconds)}
    if isinstance(found, Stale):
        return {"ETag": f'"r{found.revision}"'}
    challenge = getattr(error, "auth_header", None)
    return {"WWW-Authenticate": challenge} if challenge else {}
