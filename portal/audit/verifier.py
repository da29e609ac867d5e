"""Is the audit record what was written? Walks each chain and names the first event that is not."""

from collections.abc import Iterator
from dataclasses import dataclass

from portal.audit.models import AuditEvent, ChainHead
from portal.audit.services import PROVIDER_CHAIN, digest_of

_CHUNK = 1_000


@dataclass(frozen=True, slots=True)
class Break:
    """Where a chain first is not what was written."""

    chain: str
    sequence: int
    event_id: str
    what: str

    def __str__(self) -> str:
        return f"{self.chain} #{self.sequence} {self.event_id}: {self.what}".replace("  ", " ")


@dataclass(frozen=True, slots=True)
class Chain:
    """What one chain was found to be. `digest` is that of its last event: kept elsewhere, it proves the chain later."""

    name: str
    length: int
    digest: str
    broken: Break | None


def verify() -> Iterator[Chain]:
    """Yield every chain that has an event or a head."""
    names = {*AuditEvent.objects.values_list("chain", flat=True).distinct(), *_heads()}
    for name in sorted(names):
        yield verify_chain(name)


def verify_chain(name: str) -> Chain:
    """Walk one chain from its first event.

    Found are an altered event, a missing, added or reordered one, and a tail that was cut off, which the chain's head
    remembers. Events written while the walk goes on are left for the next one: the head is read first.
    """
    head = ChainHead.objects.filter(chain=name).first() or ChainHead(chain=name)
    position, digest = 0, ""
    events = AuditEvent.objects.filter(chain=name).order_by("sequence")
    for event in events.iterator(chunk_size=_CHUNK):
        what = _what_is_wrong(event, position, digest)
        if what:
            return Chain(name, position, digest, Break(name, event.sequence, event.pk, what))
        position, digest = event.sequence, event.digest
        if position == head.sequence and digest != head.digest:
            return Chain(name, position, digest, Break(name, position, event.pk, "the chain's head says otherwise"))
    if position < head.sequence:
        return Chain(name, position, digest, Break(name, position + 1, "", _cut(position, head)))
    return Chain(name, position, digest, None)


def _what_is_wrong(event: AuditEvent, position: int, digest: str) -> str:
    if event.sequence != position + 1:
        return f"event {position + 1} is missing"
    if event.chain != (event.customer_id or PROVIDER_CHAIN):
        return "it was moved to another customer"
    if event.digest != digest_of(event):
        return "it was altered"
    if event.previous_digest != digest:
        return "it does not follow the event before it"
    return ""


def _cut(position: int, head: ChainHead) -> str:
    return f"the tail is missing: {head.sequence} events were written, {position} are there"


def _heads() -> list[str]:
    return list(ChainHead.objects.values_list("chain", flat=True))
