"""Overlaps and free ranges equal what looking at every single address says."""

from ipaddress import ip_network
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from environments.catalogue import ranges
from onboarding.addressing import Ranges, next_free
from onboarding.validators import overlap

_POOLS = {4: "10.0.0.0/24", 6: "fd80::/120"}


def _addresses(blocks: list[str]) -> set[int]:
    """Every address of the blocks, with the IP version in front: 10.0.0.1 and ::a00:1 are two."""
    return {
        (network.version << 128) + address
        for network in map(ip_network, blocks)
        for address in range(int(network.network_address), int(network.broadcast_address) + 1)
    }


def _blocks(random: Random, version: int, most: int) -> list[str]:
    pool = ip_network(_POOLS[version])
    made = []
    for _ in range(random.randrange(most + 1)):
        length = random.randint(pool.prefixlen, pool.max_prefixlen)
        step = 1 << (pool.max_prefixlen - length)
        start = int(pool.network_address) + random.randrange(256 // step) * step
        made.append(str(type(pool)((start, length))))
    return made


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**64))
def test_overlaps_equal_a_look_at_every_address(seed: int) -> None:
    random = Random(seed)
    for _ in range(50):
        taken = _blocks(random, random.choice((4, 6)), 6) + _blocks(random, random.choice((4, 6)), 3)
        for block in _blocks(random, 4, 2) + _blocks(random, 6, 2):
            expected = bool(_addresses([block]) & _addresses(taken))

            assert Ranges(taken).overlaps(block) is expected
            assert Ranges(taken[:2]).union(taken[2:]).overlaps(block) is expected
            assert (overlap(block, taken) is not None) is expected
            assert _addresses(Ranges(taken).outside(block)) == _addresses([block]) - _addresses(taken)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**64))
def test_next_free_range_equals_a_look_at_every_candidate(seed: int) -> None:
    random = Random(seed)
    for _ in range(25):
        version = random.choice((4, 6))
        pool, taken = _blocks(random, version, 3), _blocks(random, version, 8)
        size = random.randint(ip_network(_POOLS[version]).prefixlen, ip_network(_POOLS[version]).max_prefixlen)

        assert next_free(size, Ranges(taken), pool) == _first_by_looking(size, taken, pool)


def _first_by_looking(size: int, taken: list[str], pool: list[str]) -> str | None:
    occupied = _addresses(taken)
    for block in map(ip_network, pool):
        for candidate in block.subnets(new_prefix=size) if size >= block.prefixlen else ():
            if not _addresses([str(candidate)]) & occupied:
                return str(candidate)
    return None


@pytest.mark.parametrize(
    ("size", "taken", "pool", "expected"),
    [
        (16, [], ranges.PRIVATE, "10.0.0.0/16"),
        (16, ["10.0.0.0/16", "10.2.0.0/16"], ranges.PRIVATE, "10.1.0.0/16"),
        (16, ["10.0.4.0/22"], ranges.PRIVATE, "10.1.0.0/16"),
        (12, ["10.0.0.0/8"], ranges.PRIVATE, "172.16.0.0/12"),
        (16, ["10.0.0.0/8", "172.16.0.0/12"], ranges.PRIVATE, "192.168.0.0/16"),
        (16, list(ranges.PRIVATE), ranges.PRIVATE, None),
        (16, ["0.0.0.0/0"], ranges.PRIVATE, None),
        (15, [], ["192.168.0.0/16"], None),
        (28, ["10.0.0.0/28"], ["10.0.0.0/27"], "10.0.0.16/28"),
        (16, ["fd80::/9"], ranges.PRIVATE, "10.0.0.0/16"),
        (56, ["fd80::/56"], ranges.PRIVATE_IPV6, "fd80:0:0:100::/56"),
        (32, ["255.255.255.254/32"], ["255.255.255.254/31"], "255.255.255.255/32"),
    ],
)
def test_next_free_range(size: int, taken: list[str], pool: list[str], expected: str | None) -> None:
    assert next_free(size, Ranges(taken), pool) == expected
