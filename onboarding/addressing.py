"""Which ranges are taken, and which one is free: of IPv4 and IPv6, for any number of ranges."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network, summarize_address_range
from typing import Any

_Span = tuple[int, int]
"""The first and the last address, as numbers."""


class Ranges:
    """A set of addresses, given as blocks in any order, which may overlap. Asking takes the logarithm of their number."""

    def __init__(self, blocks: Iterable[str] = ()) -> None:
        networks = [ip_network(block) for block in blocks]
        self._spans = {version: _merged(_spans(networks, version)) for version in (4, 6)}

    def overlaps(self, block: str) -> bool:
        """Return whether any address of the block is in the set."""
        network = ip_network(block)
        spans = self._spans[network.version]
        position = bisect_right(spans, int(network.broadcast_address), key=lambda span: span[0])
        return position > 0 and spans[position - 1][1] >= int(network.network_address)

    def union(self, blocks: Iterable[str]) -> "Ranges":
        """Return the set with these blocks besides."""
        networks = [ip_network(block) for block in blocks]
        both = Ranges()
        for version, spans in self._spans.items():
            both._spans[version] = _merged([*spans, *_spans(networks, version)])
        return both

    def outside(self, block: str) -> list[str]:
        """Return the part of the block that is not in the set, as the fewest blocks."""
        network = ip_network(block)
        start, end = int(network.network_address), int(network.broadcast_address)
        rest: list[str] = []
        for first, last in self._spans[network.version]:
            if last >= start and first <= end:
                rest += _blocks(network, start, first - 1)
                start = last + 1
        return rest + _blocks(network, start, end)

    def spans(self, version: int) -> list[_Span]:
        """Return the set's addresses of IPv4 or IPv6: ascending, and with a gap between each and the next."""
        return self._spans[version]


def next_free(size: int, taken: Ranges, pool: Iterable[str]) -> str | None:
    """Return the first block of this prefix length within the pool that shares no address with `taken`; None without one.

    The pool's blocks are looked at in their order; those that are smaller than what is asked for hold none.
    """
    return next((found for block in pool if (found := _first_free(size, taken, ip_network(block)))), None)


def _first_free(size: int, taken: Ranges, within: IPv4Network | IPv6Network) -> str | None:
    if not within.prefixlen <= size <= within.max_prefixlen:
        return None
    length = 1 << (within.max_prefixlen - size)
    start, end = int(within.network_address), int(within.broadcast_address)
    for first, last in taken.spans(within.version):
        if last >= start and first < start + length:
            start = -(-(last + 1) // length) * length
    return str(type(within)((start, size))) if start + length - 1 <= end else None


def _blocks(like: IPv4Network | IPv6Network, first: int, last: int) -> list[str]:
    """Return the fewest blocks that hold these addresses; none where the last comes before the first."""
    address: Any = type(like.network_address)
    return [str(block) for block in summarize_address_range(address(first), address(last))] if first <= last else []


def _spans(networks: Iterable[IPv4Network | IPv6Network], version: int) -> Iterator[_Span]:
    for network in networks:
        if network.version == version:
            yield int(network.network_address), int(network.broadcast_address)


def _merged(spans: Iterable[_Span]) -> list[_Span]:
    """Return the spans ascending, those that touch or overlap as one."""
    merged: list[_Span] = []
    for first, last in sorted(spans):
        if merged and first <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged
