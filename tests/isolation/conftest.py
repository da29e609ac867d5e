"""One world per module: every call is rolled back, so that each finds it as it was built."""

import pytest
from django.core.cache import cache

from tests.isolation.world import _built, world  # noqa: F401 - fixtures


@pytest.fixture(autouse=True)
def fresh_limits() -> None:
    """The matrix calls more often than a person may."""
    cache.clear()
