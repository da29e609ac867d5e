"""Every route, every method, every role: what they get, what they cannot tell apart, and what never changes."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection

from portal.core.ids import new_id
from tests.isolation.asking import ask
from tests.isolation.expectations import TABLES
from tests.isolation.routes import all_routes, route_of
from tests.isolation.world import ROLES, World

# The longest table asks some 3,000 times, on a busy machine for longer than tests usually may.
pytestmark = [pytest.mark.django_db, pytest.mark.timeout(500)]

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


@dataclass(frozen=True)
class Row:
    method: str
    path: str
    statuses: tuple[int, ...]

    @cached_property
    def route(self) -> str:
        return route_of(re.sub(r"\{\w+\}", "abc_0123456789abcdefghjkmnpqrs", self.path))

    def status_of(self, role: str) -> int:
        return self.statuses[ROLES.index(role)]


def rows_of(table: str) -> list[Row]:
    lines = [line.split() for line in TABLES[table].splitlines() if line.strip()]
    return [Row(method, path, tuple(map(int, statuses))) for method, path, *statuses in lines]


ROWS = [row for table in TABLES for row in rows_of(table)]


def test_every_route_has_an_expectation() -> None:
    assert all_routes() - {row.route for row in ROWS} == set()


@pytest.mark.parametrize("table", TABLES)
def test_everybody_gets_what_is_expected_and_reading_changes_no_row(world: World, table: str) -> None:
    wrong: list[Any] = []
    for row in rows_of(table):
        cache.clear()
        with writes() as seen:
            got = tuple(ask(world, role, row.method, row.path).status_code for role in ROLES)
        if got != row.statuses:
            wrong.append((row.method, row.path, got, "instead of", row.statuses))
        if row.method == "GET" and seen:
            wrong.append((row.path, "writes", seen[0]))

    assert wrong == []


@pytest.mark.parametrize("area", ["api", "pages"])
def test_a_method_that_is_not_listed_is_refused(world: World, area: str) -> None:
    """Asked by who may most. A token's answer and a page's are both 405."""
    listed: dict[str, set[str]] = {}
    statuses: dict[str, set[int]] = {}
    for row in ROWS:
        listed.setdefault(row.route, set()).add(row.method)
        statuses.setdefault(row.route, set()).update(row.statuses)
    paths = {row.route: row.path for row in ROWS if row.path.startswith("/api/") == (area == "api")}
    wrong = []
    for route, path in paths.items():
        if statuses[route] == {404}:  # an address that names nothing, whatever the method
            continue
        cache.clear()
        for method in METHODS:
            if method in listed[route]:
                continue
            status = ask(world, "portal_administrator", method, path).status_code
            if status != 405:
                wrong.append((method, path, status))

    assert wrong == []


def test_another_tenants_object_answers_as_one_that_does_not_exist(world: World) -> None:
    """The same status and the same words for the other customer's administrator, whether the id is ours or made up."""
    told_apart = []
    for row in ROWS:
        if "{" not in row.path or row.status_of("stranger") != 404:
            continue
        cache.clear()
        real = ask(world, "stranger", row.method, row.path)
        made_up = ask(world, "stranger", row.method, row.path, ids=_made_up(world))
        if (real.status_code, _words(real)) != (made_up.status_code, _words(made_up)):
            told_apart.append((row.method, row.path))

    assert told_apart == []


def _made_up(world: World) -> dict[str, str]:
    return {name: new_id(id.partition("_")[0]) for name, id in world.ours.ids.items()}


def _words(response: Any) -> str:
    """The body without what names this one call: ids, the request's id, the CSRF token."""
    text = re.sub(r"\b[a-z]{3}_[0-9a-z]{26}\b", "ID", response.text)
    return re.sub(r'(csrfmiddlewaretoken" value=|X-CSRFToken": )"\w+"', "TOKEN", text)


@contextmanager
def writes() -> Iterator[list[str]]:
    """Collect the statements that change something; savepoints do not."""
    seen: list[str] = []

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.split(None, 1)[0].upper() not in ("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK", "EXPLAIN"):
            seen.append(sql)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield seen
