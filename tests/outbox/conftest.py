"""What the tests of messages share."""

from tests.outbox.telling import trial  # noqa: F401 - fixture
