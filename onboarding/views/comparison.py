"""A section's answers to read, under the heading of their row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from onboarding.sections.definition import Entry

_NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to read. `anchor` is the end of the id of its field on the section's page."""

    label: str
    value: str
    missing: bool
    to_find_out: bool
    anchor: str
    suggested: str = ""
    """What the answer follows from, where it is only suggested."""


def grouped(entries: Iterable[Entry], because: Mapping[str, str] = _NOTHING) -> list[tuple[str, list[Answer]]]:
    """Return the answers under the heading of their row; those of no row stand under an empty heading. `because` says by
    pointer what an answer follows from that is only suggested."""
    groups: list[tuple[str, list[Answer]]] = []
    for entry in entries:
        heading, separator, label = entry.label.partition(": ")
        if "/" not in entry.pointer or not separator:
            heading, label = "", entry.label
        if not groups or groups[-1][0] != heading:
            groups.append((heading, []))
        anchor = entry.pointer.replace("/", "-")
        suggested = because.get(entry.pointer, "")
        groups[-1][1].append(Answer(label, entry.value, entry.missing, entry.to_find_out, anchor, suggested))
    return groups
