import pytest
from django.core.cache import cache


@pytest.fixture(autouse=True)
def no_tries_yet():
    """Limits count in the cache, which no test shares with another."""
    cache.clear()
    yield
    cache.clear()
