"""Whether an HTTP proxy lets connections through."""

from collections.abc import Sequence

from portal.probes.fence import EGRESS, Fence
from portal.probes.outcome import Outcome, told


@told
def tunnels(
    url: str,
    endpoints: Sequence[tuple[str, int]],
    *,
    username: str = "",
    password: str = "",
    fence: Fence = EGRESS,
) -> Outcome:
    """CONNECT to each endpoint (host, port). A log-in is sent to proxies with https only."""
    raise NotImplementedError
