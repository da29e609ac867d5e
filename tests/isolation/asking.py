"""Ask for one thing as one person, and leave no trace."""

import json
from collections.abc import Mapping
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from tests.isolation.bodies import BODIES, IF_MATCH
from tests.isolation.world import World


def ask(world: World, role: str, method: str, path: str, *, ids: Mapping[str, str] | None = None) -> Any:
    """Return the answer to `path`, its braces filled with our customer's ids (or `ids`), and the body the act needs."""
    filled = ids or world.ours.ids
    with rolled_back():
        if path.startswith("/api/"):
            return _by_token(world, role, method, path, filled)
        return _by_browser(world, role, method, path, filled)


@contextmanager
def rolled_back() -> Any:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _by_token(world: World, role: str, method: str, path: str, ids: Mapping[str, str]) -> Any:
    caller = world.callers[role]
    body = _filled(BODIES.get(f"{method} {path}"), ids)
    headers = dict(caller.headers)
    if tag := IF_MATCH.get(f"{method} {path}"):
        headers["If-Match"] = tag
    text = "" if body is None else json.dumps(body)
    return caller.client.generic(method, path.format(**ids), text, content_type="application/json", headers=headers)


def _by_browser(world: World, role: str, method: str, path: str, ids: Mapping[str, str]) -> Any:
    browser = world.browsers[role]
    body = _filled(BODIES.get(f"{method} {path}"), ids)
    if isinstance(body, str):
        return browser.generic(method, path.format(**ids), body, content_type="application/json")
    if method == "POST":
        return browser.post(path.format(**ids), body or {})
    return browser.generic(method, path.format(**ids))


def _filled(body: Any, ids: Mapping[str, str]) -> Any:
    if isinstance(body, dict):
        return {key: _filled(value, ids) for key, value in body.items()}
    if isinstance(body, list):
        return [_filled(value, ids) for value in body]
    return ids[body[1:-1]] if isinstance(body, str) and body.startswith("{") and body[1:-1] in ids else body
