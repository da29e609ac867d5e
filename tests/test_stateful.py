"""The second pass of `.ci/run` leaves out no test that could differ there."""

import os
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db import connection

from tests import stateful
from tests.stateful import ADDRESSES, GIVE_THE_DATABASE, is_stateful


@pytest.mark.django_db
def test_the_mark_that_gives_the_database_is_enough(request: pytest.FixtureRequest) -> None:
    assert is_stateful(request.node)


@pytest.mark.parametrize("fixture", ["db", "transactional_db", "live_server", "admin_client"])
def test_every_fixture_that_gives_the_database_is_enough(fixture: str, request: pytest.FixtureRequest) -> None:
    manager = request.session._fixturemanager
    required, _ = manager.getfixtureclosure(request.node, (fixture,), ignore_args=set())

    assert GIVE_THE_DATABASE.intersection(required)


def test_what_starts_the_whole_portal_is_marked(request: pytest.FixtureRequest) -> None:
    functions = [item for item in request.session.items if isinstance(item, pytest.Function)]
    starting = [item for item in functions if "tests.stack" in map(_home, vars(item.module).values())]

    assert [item.nodeid for item in starting if not is_stateful(item)] == []


def _home(value: object) -> str:
    return str(getattr(value, "__module__", ""))


def test_any_other_test_gets_no_database() -> None:
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        connection.ensure_connection()


def test_any_other_test_gets_no_database_on_its_way_either(request: pytest.FixtureRequest) -> None:
    with pytest.raises(pytest.fail.Exception, match="asks for the database on its way"):
        stateful.pytest_fixture_setup(SimpleNamespace(argname="_django_db_helper"), request)  # type: ignore[arg-type]


def test_any_other_test_gets_no_cache() -> None:
    with pytest.raises(pytest.fail.Exception, match="uses the cache"):
        cache.get("anything")


def test_any_other_test_learns_no_address() -> None:
    assert [name for name in ADDRESSES if name in os.environ] == []
