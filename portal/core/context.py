"""What is known about the request that is being served: carried to the audit record and the log lines."""

from contextvars import ContextVar, Token
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RequestContext:
    request_id: str = ""
    ip_address: str | None = None


_NOTHING = RequestContext()
_current: ContextVar[RequestContext] = ContextVar("request_context")


def current() -> RequestContext:
    """Return what is known; outside a request (a task, a command) nothing is."""
    return _current.get(_NOTHING)


def enter(context: RequestContext) -> Token[RequestContext]:
    return _current.set(context)


def leave(token: Token[RequestContext]) -> None:
    _current.reset(token)
