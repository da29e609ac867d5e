"""What every test stands on."""

from collections.abc import Generator, Iterator

import pytest
from django.db import connection
from django.test import TransactionTestCase
from pytest_django.plugin import DjangoDbBlocker

from portal.audit import triggers
from tests import emptying, groups, services, stateful
from tests.aws import _server, stand_in  # noqa: F401 - fixtures
from tests.stateful import _kept_from_state, pytest_fixture_setup  # noqa: F401 - fixture and hook


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Without the triggers that refuse to empty the audit record: the clean-up after a test does exactly that."""
    with django_db_blocker.unblock():
        triggers.remove(connection)
    with pytest.MonkeyPatch.context() as changed:
        changed.setattr(TransactionTestCase, "_fixture_teardown", emptying.after_test)
        yield
    with django_db_blocker.unblock():
        emptying.end_other_sessions(connection)


def pytest_report_header() -> str:
    missing = services.left_out()
    return (
        "left out here: " + "; ".join(missing)
        if missing
        else "nothing left out: Chromium, PostgreSQL and Redis are here"
    )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> Generator[None]:
    """Mark before anything is picked; at the end put first what may take longest, so that nothing waits for it alone."""
    stateful.mark(items)
    yield
    items.sort(key=_longest_first)
    if getattr(config.option, "loadgroup", False):
        groups.keep(items)


def _longest_first(item: pytest.Item) -> float:
    """Return the declared time-out, negated; tests without one keep their order after all others."""
    marked = item.get_closest_marker("timeout")
    return -float(marked.args[0]) if marked else 0.0
