"""Which tests can differ from one database to the next: the mark `stateful`, by which `.ci/run` picks them for its second pass.

A test gets the mark by itself where a mark or a fixture gives it the database. One that uses the cache or starts the portal's
processes carries it in its file. Every other test is kept from the database, the cache and the addresses of both, so that
none needs the second pass and misses it.
"""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest
from django.core.cache import caches

ADDRESSES = ("DATABASE_URL", "REDIS_URL", "CELERY_BROKER_URL")
GIVE_THE_DATABASE = {"django_db_setup", "live_server"}
"""Every fixture that gives the database requires the first, except the live server, which asks for it on its way."""


def mark(items: list[pytest.Item]) -> None:
    """Give the mark to every test that has the database."""
    for item in items:
        if item.get_closest_marker("django_db") or GIVE_THE_DATABASE.intersection(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.stateful)


def is_stateful(item: pytest.Item) -> bool:
    return item.get_closest_marker("stateful") is not None


def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> None:
    """Refuse the database to a test that asks for it only while it runs: nothing tells so when tests are picked."""
    if fixturedef.argname == "_django_db_helper" and not is_stateful(request.node):
        pytest.fail("This test asks for the database on its way. Mark it with django_db.", pytrace=False)


@pytest.fixture(autouse=True)
def _kept_from_state(request: pytest.FixtureRequest) -> Iterator[None]:
    if is_stateful(request.node):
        yield
        return
    with pytest.MonkeyPatch.context() as changed:
        for name in ADDRESSES:
            changed.delenv(name, raising=False)
        changed.setattr(caches, "_connections", SimpleNamespace())
        changed.setattr(caches, "create_connection", _refuse, raising=True)
        yield


def _refuse(_: str) -> NoReturn:
    pytest.fail("This test uses the cache. Mark it with `stateful`.")
