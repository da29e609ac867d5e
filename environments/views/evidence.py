"""What a checklist item rests on, in words: what was seen and when, or what is missing and why."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from environments.models import ChecklistItem

# What steps left that a person can look up in AWS; the rest is for the engine.
_LABELS = {
    "arn": "Identity",
    "bucket": "Bucket",
    "peering_id": "Peering",
    "recipients": "Recipients",
    "records": "Records",
    "route_tables": "Route tables",
    "topic": "Topic",
    "trail": "Trail",
    "zone_id": "Zone",
}


@dataclass(frozen=True, slots=True)
class Proof:
    """One thing that was seen. `values` are the names AWS gave it, with a label each; `simulated` is what is not real about
    it."""

    what: str
    at: datetime | None
    values: list[tuple[str, str]] = field(default_factory=list)
    simulated: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    proofs: list[Proof]
    missing: list[str]
    why: list[str]


def of(item: ChecklistItem) -> Evidence:
    kept = item.evidence or {}
    proofs = _proofs([*kept.get("steps", []), *kept.get("messages", [])])
    return Evidence(list(proofs), kept.get("missing", []), kept.get("why", []))


def _proofs(steps: Iterable[dict[str, Any]]) -> Iterable[Proof]:
    for step in steps:
        seen = step.get("seen") or {}
        values = [(label, _words(seen[key])) for key, label in _LABELS.items() if seen.get(key)]
        yield Proof(step.get("step", ""), _moment(step.get("at")), values, step.get("simulated", ""))


def _words(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_words(inner) for inner in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_words(inner)}" for key, inner in value.items())
    return "" if value is None else str(value)


def _moment(text: Any) -> datetime | None:
    return parse_datetime(text) if isinstance(text, str) else None
