"""What a page shows of two versions of a section's answers, and what somebody has to decide about them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from onboarding.differences import Difference, differences
from onboarding.sections import not_known
from onboarding.sections.definition import Entry, SectionDefinition


@dataclass(frozen=True, slots=True)
class Dispute:
    """One question that two people answered differently. `keep` is the version only one of them touched, or empty."""

    key: str
    label: str
    differences: list[Difference]
    keep: str


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
