"""Whether a name server answers with the mapped addresses, and whether a zone is delegated."""

from collections.abc import Mapping, Sequence
from ipaddress import ip_address

from portal.probes import questions
from portal.probes.deadline import Deadline, TimedOut
from portal.probes.fence import EGRESS, Fence, Refused
from portal.probes.outcome import Facts, Failure, Outcome, Verdict, listed, told
from portal.probes.records import has_records
from portal.probes.resolving import NoSuchName
from portal.probes.target import Target

__all__ = ["answers", "delegated", "has_records"]

MOST_NAMES = 50
MOST_SERVERS = 6


@told
def answers(server: str, names: Mapping[str, str], *, port: int = 53, fence: Fence = EGRESS) -> Outcome:
    """Ask a server for each name and compare with its address. `names`: name to address, at most 50."""
    if len(names) > MOST_NAMES:
        raise Refused(f"{len(names)} names are too many for one check.", f"Check at most {MOST_NAMES} at a time.")
    target = fence.target(server, port, "dns", fence.deadline())
    if not names:
        return _only_answers(target, fence)
    differing = [problem for name, address in names.items() if (problem := _problem(target, name, address, fence))]
    facts: Facts = {"asked": len(names), "right": len(names) - len(differing), "wrong": differing}
    if differing:
        return Outcome(
            Verdict.FAILED,
            f"{target.where} answers, but {len(differing)} of {len(names)} names are not as agreed: {listed(differing)}.",
            "Enter the names as they stand in the zone file, and reload the server.",
            facts,
        )
    return Outcome(Verdict.OK, f"{target.where} answers, with the agreed address for each name.", facts=facts)


def _problem(target: Target, name: str, address: str, fence: Fence) -> str:
    """Return what is not as agreed with one name, or nothing."""
    agreed = ip_address(address)
    said = questions.ask(target, name, "A" if agreed.version == 4 else "AAAA", seconds=_patience(fence))
    if said.code == "NXDOMAIN":
        return f"{name} does not exist"
    if said.code != "NOERROR":
        return f"{name} is answered with {said.code}"
    if not said.values:
        return f"{name} has no address"
    others = [value for value in said.values if ip_address(value) != agreed]
    return f"{name} is {listed(others)} instead of {agreed}" if others else ""


def _patience(fence: Fence) -> float:
    """Return the seconds for one try, so that a server that loses one packet is still heard."""
    return fence.total_seconds / 5


def _only_answers(target: Target, fence: Fence) -> Outcome:
    said = questions.ask(target, ".", "NS", seconds=_patience(fence))
    if said.code == "REFUSED":
        raise Failure(
            f"{target.where} is a DNS server, and refuses to answer the portal.",
            "Allow the portal and the addresses of the VPCs to ask it.",
        )
    return Outcome(Verdict.OK, f"{target.where} answers as a DNS server.", facts={"code": said.code})


@told
def delegated(zone: str, *, to: Sequence[str] = (), port: int = 53, fence: Fence = EGRESS) -> Outcome:
    """Public DNS delegates the zone, or one that it lies in, and the name servers know it.

    With `to`, the zone itself has to be delegated, to these name servers.
    """
    deadline = fence.deadline()
    above = [] if to else _domains_above(zone)
    found = ((name, _name_servers(name, deadline, fence)) for name in (zone, *above))
    name, servers = next(((name, servers) for name, servers in found if servers), (zone, []))
    if not servers:
        raise Failure(
            f"{zone} is not delegated: public DNS has no NS records for it.",
            f"Enter the zone's name servers as NS records for {zone} at the registrar or in the zone above.",
        )
    zone = name
    expected = sorted(name.rstrip(".").lower() for name in to)
    if expected and expected != servers:
        return Outcome(
            Verdict.FAILED,
            f"{zone} is delegated to {listed(servers, 4)} instead of {listed(expected, 4)}.",
            "Change the NS records at the registrar or in the zone above. It may take as long as their old lifetime.",
            {"name_servers": servers, "expected": expected},
        )
    return _served(
        zone, servers, {name: _why_lame(zone, name, port, deadline, fence) for name in servers[:MOST_SERVERS]}
    )


_SECOND_LEVELS = {
    "ac",
    "co",
    "com",
    "edu",
    "go",
    "gob",
    "gov",
    "govt",
    "ltd",
    "me",
    "mil",
    "ne",
    "net",
    "nom",
    "or",
    "org",
    "plc",
}


def _domains_above(zone: str) -> list[str]:
    """Return the domains that a name lies in and somebody can own: `acme.example` for `mail.acme.example`, never `co.uk`."""
    labels = zone.split(".")
    above = [labels[start:] for start in range(1, len(labels) - 1)]
    return [".".join(rest) for rest in above if len(rest) > 2 or rest[0] not in _SECOND_LEVELS or len(rest[1]) > 2]


def _name_servers(zone: str, deadline: Deadline, fence: Fence) -> list[str]:
    try:
        return sorted(fence.resolver.ask(zone, "NS", deadline.left()))
    except NoSuchName:
        return []


def _why_lame(zone: str, server: str, port: int, deadline: Deadline, fence: Fence) -> str:
    """Return why a name server does not answer for the zone, or nothing."""
    try:
        said = questions.ask(fence.target(server, port, "dns", deadline), zone, "SOA", seconds=_patience(fence) / 2)
    except TimedOut:
        raise
    except Failure as failure:
        return failure.message
    return "" if said.authoritative and said.values else f"{server} does not answer for {zone}"


def _served(zone: str, servers: list[str], lame: Mapping[str, str]) -> Outcome:
    silent = [name for name, why in lame.items() if why]
    facts: Facts = {"name_servers": servers, "lame": silent}
    if not silent:
        return Outcome(Verdict.OK, f"{zone} is delegated to {listed(servers, 4)}, and they answer for it.", facts=facts)
    return Outcome(
        Verdict.FAILED if len(silent) == len(lame) else Verdict.WARNING,
        f"{zone} is delegated to {listed(servers, 4)}, and {len(silent)} of them do not answer for it: {listed(silent, 4)}.",
        "Load the zone on these name servers, or take them out of the delegation.",
        facts,
    )
