"""Whether a mail server takes mail."""

from typing import Literal

from portal.probes.fence import EGRESS, Fence
from portal.probes.outcome import Outcome, told

Security = Literal["starttls", "tls", "none"]


@told
def accepts(
    host: str,
    port: int,
    *,
    security: Security,
    username: str = "",
    password: str = "",
    sender: str = "",
    recipient: str = "",
    fence: Fence = EGRESS,
) -> Outcome:
    """With `sender` the server is asked to take mail from it; with `recipient` a test message is sent there."""
    raise NotImplementedError
