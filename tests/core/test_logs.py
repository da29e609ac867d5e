"""What stands in the log, as it is written."""

import json
import logging

import pytest

from portal.accounts.services import one_time
from portal.core import logs
from portal.core.ids import new_id


@pytest.fixture
def written(monkeypatch):
    """Return what becomes of one message."""
    root = logging.getLogger()
    monkeypatch.setattr(root, "handlers", list(root.handlers))
    level = root.level
    logs.configure({"level": "WARNING"})
    formatter = root.handlers[0].formatter
    root.setLevel(level)

    def write(message: str, *values: str) -> str:
        record = logging.LogRecord("django.request", logging.WARNING, "", 0, message, values, None)
        return str(json.loads(formatter.format(record))["event"])

    return write


@pytest.mark.parametrize("path", ["/test-alerts/{}/", "/invitations/{}/"])
def test_address_that_is_a_secret_is_not_written(written, path):
    told = written("%s: %s", "Unprocessable Entity", path.format(one_time.make()))
    assert told == f"Unprocessable Entity: {path.format('(hidden)')}"


def test_address_with_an_id_is_written_whole(written):
    path = f"/environments/{new_id('env')}/checklist/"
    assert written("%s: %s", "Not Found", path) == f"Not Found: {path}"
