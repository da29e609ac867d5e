"""The acts are tried in the isolation tests' world."""

from tests.isolation.world import _built, world  # noqa: F401 - fixtures
