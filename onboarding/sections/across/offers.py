"""A free range of the same size, to be used instead of one that cannot be."""

from collections.abc import Callable
from functools import cached_property
from ipaddress import ip_network

from django.conf import settings

from environments.catalogue import ranges
from onboarding.addressing import Ranges, next_free


class Offers:
    """Every place is offered another range, and always the same one. `occupied` is asked when the first is needed."""

    def __init__(self, occupied: Callable[[], Ranges]) -> None:
        self._read_occupied = occupied
        self._given: dict[str, str | None] = {}

    @cached_property
    def _occupied(self) -> Ranges:
        return self._read_occupied().union([ranges.DOCKER])

    def instead_of(self, block: str, *, at: str) -> str | None:
        """Return the next free range for the place `at`; None where the pool has none of this size."""
        if at not in self._given:
            network = ip_network(block)
            pool = [each for each in _pool() if ip_network(each).version == network.version]
            given = [other for other in self._given.values() if other]
            self._given[at] = next_free(network.prefixlen, self._occupied.union(given), pool)
        return self._given[at]


def _pool() -> list[str]:
    return settings.ADDRESS_POOL or [*ranges.PRIVATE, *ranges.PRIVATE_IPV6]
