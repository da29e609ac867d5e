"""Two versions of a section's answers, line by line."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from onboarding.sections import not_known
from onboarding.sections.definition import Entry, SectionDefinition

ABSENT = "Not there"


@dataclass(frozen=True, slots=True)
class Difference:
    """One line that is not the same in both versions."""

    pointer: str
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Dispute:
    """One question that two people answered differently. `keep` is the version only one of them touched, or empty."""

    key: str
    label: str
    differences: list[Difference]
    keep: str


def differences(definition: SectionDefinition, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """Return the lines that differ, in the order of the newer version."""
    before, after = _lines(definition, old), _lines(definition, new)
    pointers = [*after, *(pointer for pointer in before if pointer not in after)]
    return [
        Difference(
            pointer, (after.get(pointer) or before[pointer]).label, _value(before, pointer), _value(after, pointer)
        )
        for pointer in pointers
        if _value(before, pointer) != _value(after, pointer)
    ]


def disputes(
    definition: SectionDefinition, theirs: Mapping[str, Any], mine: Mapping[str, Any], base: Mapping[str, str]
) -> list[Dispute]:
    """Return what has to be decided. `base` holds the fingerprints of what both people started from."""
    changed = differences(definition, theirs, mine)
    found = []
    for question in definition.questions:
        if question.key in definition.secrets:
            continue
        lines = [line for line in changed if line.pointer.split("/")[0] == question.key]
        if lines:
            keep = _untouched(
                base.get(question.key), not_known.said(theirs, question.key), not_known.said(mine, question.key)
            )
            found.append(Dispute(question.key, question.label, lines, keep))
    return found


def fingerprints(definition: SectionDefinition, answers: Mapping[str, Any]) -> dict[str, str]:
    """Return a short fingerprint of each answer that is no secret: enough to tell who changed it."""
    return {
        question.key: _fingerprint(not_known.said(answers, question.key))
        for question in definition.questions
        if question.key not in definition.secrets
    }


def _untouched(base: str | None, theirs: Any, mine: Any) -> str:
    if base == _fingerprint(theirs):
        return "mine"
    if base == _fingerprint(mine):
        return "theirs"
    return ""


def _fingerprint(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]


def _lines(definition: SectionDefinition, answers: Mapping[str, Any]) -> dict[str, Entry]:
    return {entry.pointer: entry for entry in definition.entries(answers)}


def _value(lines: Mapping[str, Entry], pointer: str) -> str:
    return lines[pointer].value if pointer in lines else ABSENT


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to read. `anchor` is the end of the id of its field on the section's page."""

    label: str
    value: str
    missing: bool
    to_find_out: bool
    anchor: str


def grouped(entries: Iterable[Entry]) -> list[tuple[str, list[Answer]]]:
    """Return the answers under the heading of their row; those of no row stand under an empty heading."""
    groups: list[tuple[str, list[Answer]]] = []
    for entry in entries:
        heading, separator, label = entry.label.partition(": ")
        if "/" not in entry.pointer or not separator:
            heading, label = "", entry.label
        if not groups or groups[-1][0] != heading:
            groups.append((heading, []))
        anchor = entry.pointer.replace("/", "-")
        groups[-1][1].append(Answer(label, entry.value, entry.missing, entry.to_find_out, anchor))
    return groups
