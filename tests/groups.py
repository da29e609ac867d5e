"""Tests of one `xdist_group` run in one process, one after the other: whole portals at once are more than two cores can start.

pytest-xdist 3.8 writes the group into `_nodeid`, which pytest reads no more since it keeps node ids in parts (9.2); so the
group was lost without a word. Here it goes where pytest reads it.
"""

from collections.abc import Iterable

import pytest
from _pytest.nodeid import NodeId


def keep(items: Iterable[pytest.Item]) -> None:
    """Put each test's group at the end of its id, where the process that hands out tests looks for it."""
    for item in items:
        group = item.get_closest_marker("xdist_group")
        if group and not item.nodeid.endswith(f"@{group.args[0]}"):
            item._id = NodeId.parse(f"{item.nodeid}@{group.args[0]}")
