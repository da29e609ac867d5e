"""The request's id and address, and the translation of expected failures into pages."""

import re
from collections.abc import Callable

import structlog
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.core import context
from portal.core.errors import DomainError, TooMany
from portal.core.ids import new_id

_ACCEPTED_ID = re.compile(r"[A-Za-z0-9_.-]{8,64}")

GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestContextMiddleware:
    """Gives every request an id, which is in its answer, its log lines and its audit events.

    A caller's own `X-Request-ID` is kept when it is 8 to 64 harmless characters. The address is the peer's or, behind proxies
    of our own (`TRUSTED_PROXIES`), what the outermost of them saw: a forged `X-Forwarded-For` changes nothing. Whatever limits
    or records by address reads `REMOTE_ADDR`, so it is set here once.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-ID", "")
        request_id = given if _ACCEPTED_ID.fullmatch(given) else new_id("req")
        request.META["REMOTE_ADDR"] = _address(request)
        address = request.META["REMOTE_ADDR"] or None
        token = context.enter(context.RequestContext(request_id=request_id, ip_address=address))
        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            response = self.get_response(request)
        finally:
            context.leave(token)
            structlog.contextvars.clear_contextvars()
        response["X-Request-ID"] = request_id
        return response


def _address(request: HttpRequest) -> str:
    """Count from the right: each proxy appends who spoke to it, and only what ours appended is true."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    if 0 < settings.TRUSTED_PROXIES <= len(hops):
        return hops[-settings.TRUSTED_PROXIES]
    return request.META.get("REMOTE_ADDR", "")


class DomainErrorMiddleware:
    """Shows an expected failure that a page view did not show itself: its sentence, its remedy, the right status."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        response = render(request, "errors/refused.html", {"error": exception}, status=exception.status)
        if isinstance(exception, TooMany):
            response["Retry-After"] = str(exception.retry_after_seconds)
        return response
