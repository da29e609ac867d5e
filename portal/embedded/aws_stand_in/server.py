"""The server: every request passes the key check, the gate and, in tests, a hook that can break things."""

import io
import os
import re
import threading
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

# Before moto is imported: no catalogue of machine images, which would cost 4 MB per account and Region.
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")

from moto.backends import get_backend
from moto.core.base_backend import BackendDict
from moto.iam.models import iam_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from portal.embedded.aws_stand_in import accounts, patches, snapshot

_CREDENTIAL = re.compile(r"Credential=([^/]+)/\d+/([^/]+)/([^/]+)/")
_READING = ("Describe", "Get", "List", "Head", "Lookup")
_SESSION = ("AssumeRole",)

OnCall = Callable[[str, str, str, str], None]
"""`(phase, service, operation, account_id)`; phase is `before` or `after` (the work is done, the answer not yet sent)."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a request asks for."""

    access_key: str
    service: str
    operation: str
    reads: bool

    @property
    def changes(self) -> bool:
        return not self.reads and self.operation not in _SESSION


class StandIn:
    """A WSGI application. With `state` it remembers across restarts; `on_call` is called around every changing call."""

    def __init__(self, state: Path | None = None, on_call: OnCall | None = None) -> None:
        patches.install()
        self.on_call = on_call
        self.gate = snapshot.Gate()
        self._one_change = threading.Lock()  # between "is it there?" and "make it" comes nobody else
        self.keeper = snapshot.Keeper(state, self.gate) if state else None
        if not (state and snapshot.load(state)):
            self.reset()
        self._moto = DomainDispatcherApplication(create_backend_app)
        # moto lists its own folder for this, under a lock and with every request: a fifth of what one costs.
        self._moto.get_backend_for_host = cache(self._moto.get_backend_for_host)

    def reset(self) -> None:
        """Forget everything and start with the sample accounts."""
        BackendDict.reset()
        for service in snapshot.SERVICES:
            get_backend(service)
        accounts.populate()
        if self.keeper:
            self.keeper.note_change()

    def close(self) -> None:
        """Keep what is not kept yet. Requests that come later may be forgotten."""
        if self.keeper:
            self.keeper.close()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        call = _call_of(environ)
        if call is None:
            return self._moto(environ, start_response)
        account_id = _account_of(call.access_key)
        if account_id is None:
            return _unknown_key(call.service, environ, start_response)
        with self.gate:
            return self._answer(call, account_id, environ, start_response)

    def _answer(self, call: Call, account_id: str, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self._tell("before", call, account_id)
        with self._one_change if call.changes else nullcontext():
            answer = list(self._moto(environ, start_response))
        if not call.reads and self.keeper:
            self.keeper.note_change()
        self._tell("after", call, account_id)
        return answer

    def _tell(self, phase: str, call: Call, account_id: str) -> None:
        if self.on_call and call.changes:
            self.on_call(phase, call.service, call.operation, account_id)


class _QuietHandler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, *_: Any) -> None:
        """Say nothing: the portal's own journal has every call."""

    def connection_dropped(self, *_: Any) -> None:
        """Let whoever asked notice at once, instead of waiting for an answer that will not come."""
        self.close_connection = True


def serve(application: StandIn, port: int) -> BaseWSGIServer:
    """Return a server on loopback, not yet serving. Port 0 takes any free one."""
    return make_server("127.0.0.1", port, application, threaded=True, request_handler=_QuietHandler)


def _call_of(environ: dict[str, Any]) -> Call | None:
    found = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    if not found:
        return None
    access_key, _, service = found.groups()
    operation, reads = _operation_of(environ)
    return Call(access_key, service, operation, reads)


def _operation_of(environ: dict[str, Any]) -> tuple[str, bool]:
    """Return the operation's name and whether it only reads. The body is left readable for moto."""
    body = _body_of(environ)
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    if target:
        name = target.rsplit(".", 1)[-1]
        return name, name.startswith(_READING)
    action = parse_qs(body.decode("latin-1")).get("Action", [""])[0] if b"Action=" in body else ""
    if action:
        return action, action.startswith(_READING)
    method = environ["REQUEST_METHOD"]
    query = environ.get("QUERY_STRING", "").partition("=")[0]
    name = f"{method} {environ.get('PATH_INFO', '')}" + (f"?{query}" if query else "")
    return name, method in ("GET", "HEAD")


def _body_of(environ: dict[str, Any]) -> bytes:
    """Return the whole body, sent in one piece or in chunks, and leave it readable again."""
    ends_by_itself = environ.get("wsgi.input_terminated", False)
    body: bytes = environ["wsgi.input"].read(-1 if ends_by_itself else int(environ.get("CONTENT_LENGTH") or 0))
    environ["wsgi.input"] = io.BytesIO(body)
    return body


def _account_of(access_key: str) -> str | None:
    for account_id, partitions in list(iam_backends.items()):
        if access_key in partitions["aws"].access_keys:
            return account_id
    return None


def _unknown_key(service: str, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Refuse as AWS does; moto would act in a default account instead."""
    said = "The security token included in the request is invalid."
    if environ.get("HTTP_X_AMZ_TARGET"):
        body = f'{{"__type": "UnrecognizedClientException", "message": "{said}"}}'
        kind = "application/x-amz-json-1.1"
    else:
        code = {"s3": "InvalidAccessKeyId", "ec2": "AuthFailure"}.get(service, "InvalidClientTokenId")
        error = f"<Error><Code>{code}</Code><Message>{said}</Message></Error>"
        wrapped = {"s3": error, "ec2": f"<Response><Errors>{error}</Errors></Response>"}
        body, kind = wrapped.get(service, f"<ErrorResponse>{error}</ErrorResponse>"), "text/xml"
    start_response("403 Forbidden", [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body.encode()]
