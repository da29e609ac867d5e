"""Whether records that the customer publishes, such as those for DKIM and MAIL FROM, are in public DNS.

Two slips are found by name, since they cost days: the provider's form appends the domain to a name or to a value that was whole
already. Source: SES developer guide, "Troubleshooting domain verification".
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from portal.probes.deadline import Deadline
from portal.probes.fence import EGRESS, Fence, Refused
from portal.probes.outcome import Facts, Outcome, Verdict, listed, shown, told
from portal.probes.resolving import NoSuchName

TYPES = ("A", "AAAA", "CNAME", "MX", "NS", "TXT")


@dataclass(frozen=True, slots=True)
class Looked:
    """One record, and what public DNS holds at its place. `doubled`: the name under which it was found instead."""

    type: str
    name: str
    value: str
    seen: tuple[str, ...]
    doubled: str = ""

    @property
    def is_there(self) -> bool:
        """Other records may stand beside it, as with TXT; a name has one CNAME only."""
        return _plain(self.type, self.value) in (_plain(self.type, value) for value in self.seen)

    @property
    def problem(self) -> str:
        if self.is_there:
            return ""
        if self.doubled:
            return f"{self.name} stands at {self.doubled}: the domain was appended once more to its name"
        if not self.seen:
            return f"{self.name} is not published"
        if any(value.startswith(f"{self.value.rstrip('.').lower()}.") for value in self.seen):
            return f"{self.name} points to {shown(self.seen[0], 120)}: the domain was appended to its value"
        return f"{self.name} is {shown(self.seen[0], 120)} instead of {shown(self.value, 120)}"


@told
def has_records(records: Sequence[tuple[str, str, str]], *, fence: Fence = EGRESS) -> Outcome:
    """Look each record up: type, name, value. Types: A, AAAA, CNAME, MX (`10 host`), NS, TXT (without quotes)."""
    deadline = fence.deadline()
    looked = [_looked(type, name, value, fence, deadline) for type, name, value in records]
    missing = [one for one in looked if not one.is_there]
    facts: Facts = {
        "found": [one.name for one in looked if one.is_there],
        "missing": [one.name for one in missing],
        "doubled": [one.doubled for one in missing if one.doubled],
        "seen": [f"{one.type} {one.name}: {shown(value, 255)}" for one in looked for value in one.seen],
    }
    if not missing:
        return Outcome(Verdict.OK, f"All {len(looked)} records are published.", facts=facts)
    return Outcome(
        Verdict.FAILED,
        f"{len(looked) - len(missing)} of {len(looked)} records are published. {listed([one.problem for one in missing])}.",
        _remedy(missing),
        facts,
    )


def _remedy(missing: Sequence[Looked]) -> str:
    if any("appended" in one.problem for one in missing):
        return "Your provider's form adds the domain by itself: enter the part before it only, or end with a dot."
    return (
        "Enter the records as they are shown. A new one is seen within minutes, a changed one after its old lifetime."
    )


def _looked(type: str, name: str, value: str, fence: Fence, deadline: Deadline) -> Looked:
    if type not in TYPES:
        raise Refused(f"Records of type {shown(type)} are not checked.", f"The check knows {', '.join(TYPES)}.")
    seen = _values(type, name, fence, deadline)
    looked = Looked(type, name, value, seen)
    if seen:
        return looked
    for doubled in _doublings(name):
        if found := _values(type, doubled, fence, deadline):
            there = Looked(type, name, value, found).is_there
            return Looked(type, name, value, (), doubled) if there else looked
    return looked


def _values(type: str, name: str, fence: Fence, deadline: Deadline) -> tuple[str, ...]:
    try:
        return fence.resolver.ask(name, type, deadline.left())
    except NoSuchName:
        return ()


def _doublings(name: str) -> Iterator[str]:
    """Yield the name with each domain that it can be in appended once more, the shortest first."""
    labels = name.rstrip(".").split(".")
    for count in range(2, len(labels)):
        domain = labels[-count:]
        doubled = ".".join((*labels, *domain))
        if not domain[0].startswith("_") and len(doubled) <= 253:
            yield doubled


def _plain(type: str, value: str) -> str:
    """Return a value so that it compares: names without case and final dot, text as it stands."""
    return value if type == "TXT" else value.rstrip(".").lower()
