"""The cloud in memory, as the tests of environments have it."""

from tests.environments.conftest import behind  # noqa: F401 - fixture
