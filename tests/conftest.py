"""What every test stands on."""

import pytest
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from portal.audit import triggers
from tests import services
from tests.aws import _server, stand_in  # noqa: F401 - fixtures


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Without the triggers that refuse to empty the audit record: the clean-up after a test does exactly that."""
    with django_db_blocker.unblock():
        triggers.remove(connection)


def pytest_report_header() -> str:
    missing = services.left_out()
    return (
        "left out here: " + "; ".join(missing)
        if missing
        else "nothing left out: Chromium, PostgreSQL and Redis are here"
    )
