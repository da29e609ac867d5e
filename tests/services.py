"""What of the outside runs here: Chromium, PostgreSQL, Redis. A test that needs one says so by a mark.

Where `TESTS_REQUIRE` names one of them (as CI does) its absence fails the run instead of skipping the test.
"""

import os
import shutil
import socket

import pytest

POSTGRESQL_URL = os.environ.get("TEST_POSTGRESQL_URL", "postgres://postgres@127.0.0.1:5432/postgres")
REDIS_URL = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/8")
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), "")


def _listens(url: str) -> bool:
    host, _, port = url.rsplit("@", 1)[-1].split("//")[-1].split("/")[0].partition(":")
    try:
        with socket.create_connection((host, int(port)), timeout=1):
            return True
    except OSError:
        return False


AVAILABLE = {
    "chromium": bool(CHROMIUM),
    "postgresql": _listens(POSTGRESQL_URL),
    "redis": _listens(REDIS_URL),
}
REQUIRED = set(filter(None, os.environ.get("TESTS_REQUIRE", "").split(",")))


def left_out() -> list[str]:
    """Return what is not available here, each as a phrase for the run's header."""
    return [f"{name} (not found on this machine)" for name, there in AVAILABLE.items() if not there]


def _needs(name: str) -> pytest.MarkDecorator:
    skip = not AVAILABLE[name] and name not in REQUIRED
    return pytest.mark.skipif(skip, reason=f"{name} was not found on this machine")


needs_chromium = _needs("chromium")
needs_postgresql = _needs("postgresql")
needs_redis = _needs("redis")


def free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]
