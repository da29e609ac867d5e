"""A program that calls the API with a person's token, and checks every answer against the published contract."""

import json
import re
from copy import deepcopy
from datetime import timedelta
from functools import cache
from typing import Any

from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from portal.accounts.models import ApiToken, User
from portal.accounts.scopes import SCOPE_NAMES
from portal.accounts.services import one_time
from portal.core import clock

ROOT = "/api/v1"
PROBLEM = "application/problem+json"


def token_of(user: User, *, scopes: set[str] | None = None) -> str:
    """Return the text of a fresh token, used a moment ago: its next use notes nothing."""
    plaintext = f"op_test_{one_time.make()}"
    ApiToken.objects.create(
        user=user,
        name="test",
        prefix="test",
        digest=one_time.digest(plaintext),
        scopes=sorted(SCOPE_NAMES if scopes is None else scopes),
        expires_at=clock.now() + timedelta(days=1),
        last_used_at=clock.now(),
    )
    return plaintext


class Caller:
    """Calls as this person; without one, as nobody. Paths are relative to `/api/v1`, or addresses that an answer gave."""

    def __init__(self, user: User | None = None, *, scopes: set[str] | None = None) -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {token_of(user, scopes=scopes)}"} if user else {}

    def get(self, path: str, **headers: str) -> Any:
        return self.call("GET", path, None, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("POST", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.call("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        return self.call("DELETE", path, None, **headers)

    def call(self, method: str, path: str, body: Any, **headers: str) -> Any:
        """`If_Match="..."` sends the header If-Match. The answer has its parsed body in `.data`, None without one."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        text = body if isinstance(body, str | bytes) else ("" if body is None else json.dumps(body))
        address = path[path.index(ROOT) :] if ROOT in path else ROOT + path
        response: Any = self.client.generic(
            method, address, text, content_type="application/json", headers={**self.headers, **named}
        )
        response.data = json.loads(response.content) if response.content else None
        if method in ("GET", "POST", "PATCH", "DELETE"):
            check(method, address.partition("?")[0], response)
        return response


def check(method: str, path: str, response: Any) -> None:
    """Fail unless status, media type and body of the answer are what the contract says."""
    if response.status_code >= 400:
        assert response["Content-Type"] == PROBLEM
    declared = _operation(method, path)
    if declared is None:
        return
    expected = declared["responses"].get(str(response.status_code))
    assert expected is not None, f"{method} {path} answers {response.status_code}, which the contract does not know"
    if "content" not in expected:
        assert not response.content
        return
    (media_type,) = expected["content"]
    assert response["Content-Type"] == media_type
    errors = list(_validator(expected["content"][media_type]["schema"]).iter_errors(response.data))
    assert not errors, f"{method} {path}: {errors[0].json_path}: {errors[0].message}"


@cache
def contract() -> dict[str, Any]:
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)
    return document


def _operation(method: str, path: str) -> dict[str, Any] | None:
    for pattern, operations in _patterns():
        if pattern.fullmatch(path):
            found: dict[str, Any] | None = operations.get(method.lower())
            return found
    return None


@cache
def _patterns() -> list[tuple[re.Pattern[str], dict[str, Any]]]:
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), found) for path, found in contract()["paths"].items()]


@cache
def _closed() -> Registry:
    """The contract in which an object holds nothing that is not declared."""
    document = deepcopy(contract())
    for schema in document["components"]["schemas"].values():
        if "properties" in schema:
            schema["additionalProperties"] = False
    return Registry().with_resource("urn:contract", Resource(contents=document, specification=DRAFT202012))


def _validator(schema: dict[str, Any]) -> Draft202012Validator:
    absolute = json.loads(json.dumps(schema).replace('"#/', '"urn:contract#/'))
    return Draft202012Validator(absolute, registry=_closed())
