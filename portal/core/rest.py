"""What every endpoint of the API is made of: declared operations, and one way in and out for all of them."""

import math
from abc import ABCMeta, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, NoReturn, TypeVar, cast

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.accounts.models import ApiToken, User
from portal.core import etags, idempotency, pagination, queries
from portal.core.errors import FieldProblem, Forbidden, Invalid, NotFound, TooMany
from portal.core.inputs import Input, NoInput
from portal.core.pagination import CursorPagination
from portal.core.parsing import AlwaysJson, StrictJSONParser, TooLarge
from portal.core.queries import Param
from portal.core.throttling import Allowance

ANY_TOKEN = ""
"""The scope of what every token may do."""
SESSION_ONLY = "-"
"""The scope of what no token may do, whatever its scopes: it needs a signed-in person."""

API = "/api/v1"
_METHODS = ("get", "post", "put", "patch", "delete")

Handler = TypeVar("Handler", bound=Callable[..., Response])
Found = TypeVar("Found")


class _OutputType(ABCMeta, serializers.SerializerMetaclass):
    """A serializer's class that may have abstract methods."""


class Output(serializers.Serializer, metaclass=_OutputType):
    """Declares the keys of an answer for the contract."""

    @staticmethod
    @abstractmethod
    def render(row: Any) -> dict[str, Any]:
        """Return exactly these keys, straight from the row."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one endpoint. `scope` is what a token needs; `guarded` asks for If-Match; an `unrepeatable` one keeps
    no answer under an Idempotency-Key, because the answer is a secret."""

    scope: str
    gives: type[Output] | None
    takes: type[Input]
    status: int
    many: bool
    guarded: bool
    unrepeatable: bool
    params: tuple[Param, ...]


def operation(
    *,
    scope: str,
    gives: type[Output] | None = None,
    takes: type[Input] = NoInput,
    status: int = 200,
    many: bool = False,
    paged: bool = True,
    guarded: bool = False,
    unrepeatable: bool = False,
    params: tuple[Param, ...] = (),
) -> Callable[[Handler], Handler]:
    """Declare what a method needs, takes and gives. A list takes `limit` and `cursor` besides its own parameters, unless it
    is not `paged`."""
    read = (*params, *pagination.PARAMS) if many and paged else params
    declared = Operation(scope, gives, takes, status, many, guarded, unrepeatable, read)

    def declare(handler: Handler) -> Handler:
        handler.operation = declared  # type: ignore[attr-defined]
        return handler

    return declare


def scopes_of(request: Request) -> list[str]:
    """Return what the token that this call carries may do."""
    scopes: list[str] = cast(ApiToken, request.auth).scopes
    return scopes


class TokenHasScope(BasePermission):
    """A token does what its person may and its scopes name; a session does what its person may."""

    def has_permission(self, request: Request, view: Any) -> bool:
        declared = view.operation
        if request.auth is None or declared is None or declared.scope == ANY_TOKEN:
            return True
        if declared.scope == SESSION_ONLY:
            raise Forbidden(
                "No token may do this.", code="session_only", remedy="Log in to the portal and do it there."
            )
        if declared.scope not in scopes_of(request):
            raise Forbidden(f"This token lacks the scope {declared.scope}.", code="missing_scope")
        return True


class Endpoint(APIView):
    """One address. Its methods are declared by `operation`; what is not declared is answered 405.

    Before a method runs, `query`, `given` (the body) and `revision` (If-Match) have been read strictly.
    """

    http_method_names = [*_METHODS, "head"]
    parser_classes = [StrictJSONParser]
    permission_classes = [IsAuthenticated, TokenHasScope]
    content_negotiation_class = AlwaysJson
    pagination_class = CursorPagination
    problems_below = ""

    query: dict[str, Any]
    given: dict[str, Any]
    revision: int
    allowance: Allowance | None = None
    once: idempotency.IdempotencyRecord | None = None

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        undeclared = [name for name in _METHODS if name in vars(cls) and not hasattr(vars(cls)[name], "operation")]
        if undeclared:
            raise TypeError(f"{cls.__name__}.{undeclared[0]} declares no operation")

    @property
    def person(self) -> User:
        """The person who calls; nobody else gets as far as a method."""
        return cast(User, self.request.user)

    @property
    def operation(self) -> Operation | None:
        handler = getattr(self, (self.request.method or "").lower(), None)
        return getattr(handler, "operation", None)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        sent = self._buffered(request)
        super().initial(request, *args, **kwargs)
        declared = self.operation
        if declared is None:
            return
        self.query = queries.read(request.query_params, declared.params)
        if request.method not in ("GET", "HEAD"):
            self._read_body(request.data if sent else {}, declared)
        if declared.guarded:
            self.revision = etags.required(request)
        if request.method == "POST" and not declared.unrepeatable:
            self.once = idempotency.begin(request, by=self.person)

    def throttled(self, request: Request, wait: float) -> NoReturn:
        raise TooMany("You call more often than allowed.", retry_after_seconds=math.ceil(wait))

    def handle_exception(self, exc: Exception) -> Response:
        if isinstance(exc, idempotency.AnsweredBefore):
            return exc.response()
        try:
            return super().handle_exception(exc)
        except Exception:
            if self.once:
                idempotency.forget(self.once)
            raise

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Response:
        final = super().finalize_response(request, response, *args, **kwargs)
        final["Cache-Control"] = "no-store"
        for name, value in self.allowance.headers().items() if self.allowance else ():
            final[name] = value
        if self.once:
            idempotency.finish(self.once, final)
        return final

    def answer(self, row: Any, *, location: str = "", tag: int | None = None) -> Response:
        """Render `row` as the operation declares, under its status. `tag` is the revision that ETag names."""
        declared = self._declared()
        headers = {"Location": url(location)} if location else {}
        if tag is not None:
            headers["ETag"] = etags.tag(tag)
        data = declared.gives.render(row) if declared.gives else None
        return Response(data, status=declared.status, headers=headers)

    def page(self, rows: QuerySet, *, prepare: Callable[[list], Any] | None = None) -> Response:
        """Answer one page of `rows`. `prepare` reads, in one go, what rendering the page's rows needs besides them."""
        found, cursor = pagination.page(rows, self.query)
        if prepare:
            prepare(found)
        return Response(pagination.envelope(self.request, self._rendered(found), cursor))

    def whole(self, rows: list[Any]) -> Response:
        """Answer a list that has one page."""
        return Response(pagination.envelope(self.request, self._rendered(rows), None))

    def _rendered(self, rows: list[Any]) -> list[dict[str, Any]]:
        gives = self._declared().gives
        return [gives.render(row) for row in rows] if gives else []

    def _declared(self) -> Operation:
        if self.operation is None:
            raise TypeError(f"{type(self).__name__} answers a method it does not declare")
        return self.operation

    def _buffered(self, request: Request) -> bytes:
        """Return the raw body. It is read first: the CSRF check and the parser take turns at it."""
        try:
            return request._request.body
        except RequestDataTooBig:
            raise TooLarge("The body is larger than any input of the portal can be.") from None

    def _read_body(self, data: Any, declared: Operation) -> None:
        body = declared.takes(data=data)
        body.is_valid(raise_exception=True)
        self.given = body.validated_data


def referred(find: Callable[[], Found], *, pointer: str, what: str) -> Found:
    """Return the object that the body names. Another tenant's is refused exactly as one that does not exist."""
    try:
        return find()
    except NotFound:
        raise Invalid([FieldProblem(pointer, f"There is no such {what}", "unknown_id")]) from None


def url(path: str) -> str:
    """Return an API address, such as `onboardings/onb_...`, in full."""
    return f"{_portal()}{API}/{path}"


def web_url(path: str) -> str:
    """Return a page's address, such as `onboardings/onb_.../`, in full."""
    return f"{_portal()}/{path}"


@cache
def _portal() -> str:
    """A process has one address; asking the settings for it several times per row is a tenth of a list's time."""
    address: str = settings.PORTAL_URL
    return address


def reference(resource: str, id: str, label: str) -> dict[str, str]:
    return {"id": id, "url": url(f"{resource}/{id}"), "label": label}


def maybe_person(user: Any) -> dict[str, str] | None:
    """Return the reference to a person, None where the portal itself acted or nobody did."""
    return reference("people", user.pk, str(user)) if user else None


class Reference(serializers.Serializer):
    """A related object: its id, its address in the API, and the words people know it by."""

    id = serializers.CharField()
    url = serializers.URLField()
    label = serializers.CharField()  # type: ignore[assignment]
