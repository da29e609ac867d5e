"""What the tests of the stand-in share."""

from datetime import timedelta

import pytest

from portal.embedded.aws_stand_in import patches


@pytest.fixture
def stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing gets ready by itself, however slow the machine is: only `patches.at_once()` lets it."""
    for name in patches.WAITS:
        monkeypatch.setattr(patches, name, timedelta(hours=1))
