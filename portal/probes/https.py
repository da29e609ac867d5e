"""Whether a product's address is reached and its certificate fits."""

from urllib.parse import urlsplit

from portal.probes.fence import EGRESS, Fence, Refused
from portal.probes.outcome import Facts, Outcome, Verdict, shown, told

SOON_DAYS = 21
"""A certificate that ends earlier is warned about."""


@told
def fits(url: str, *, fence: Fence = EGRESS) -> Outcome:
    """Resolve, connect and agree on TLS. Nothing is asked of the server, so nothing of it can redirect or answer."""
    host, port = _place(url)
    deadline = fence.deadline()
    target = fence.target(host, port, "https", deadline)
    with target.connected() as conversation:
        tls = conversation.start_tls(target.host, fence.tls())
    facts: Facts = {"valid_until": tls.valid_until.date().isoformat(), "days_left": tls.days_left, "tls": tls.version}
    if tls.days_left < SOON_DAYS:
        return Outcome(
            Verdict.WARNING,
            f"{target.where} is reached; its certificate fits, and ends on {tls.valid_until:%Y-%m-%d}.",
            "Renew the certificate before the environment goes live.",
            facts,
        )
    return Outcome(Verdict.OK, f"{target.where} is reached, and its certificate fits.", facts=facts)


def _place(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or parts.scheme != "https" or "@" in parts.netloc:
        raise Refused(f"{shown(url)} cannot be checked.", "Write it like https://is.example.com, without a user name.")
    return host, port or 443
