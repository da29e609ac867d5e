"""Name servers and records."""

from collections.abc import Mapping, Sequence

from portal.probes.fence import EGRESS, Fence
from portal.probes.outcome import Outcome, told


@told
def answers(server: str, names: Mapping[str, str], *, port: int = 53, fence: Fence = EGRESS) -> Outcome:
    """A DNS server answers, and with the mapped addresses. `names`: name to address."""
    raise NotImplementedError


@told
def delegated(zone: str, *, fence: Fence = EGRESS) -> Outcome:
    """The public DNS delegates the zone."""
    raise NotImplementedError


@told
def has_records(records: Sequence[tuple[str, str, str]], *, fence: Fence = EGRESS) -> Outcome:
    """Each record (type, name, value) is in public DNS."""
    raise NotImplementedError
