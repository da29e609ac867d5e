"""Whether a time server tells the time."""

from portal.probes.fence import EGRESS, Fence
from portal.probes.outcome import Outcome, told


@told
def tells_time(host: str, *, port: int = 123, fence: Fence = EGRESS) -> Outcome:
    """Stratum and offset."""
    raise NotImplementedError
