"""Answers that a reviewer approved: what an approval binds, and whether it still holds once answers are saved again.

An answer is what one line of the check page shows; its pointer is `zone` or `environments/0/vpc_id`. An approval binds the
digest of the answer's value, never the value: a changed answer has another digest, and its approval is void.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from onboarding.sections.definition import Rows, SectionDefinition

Approved = dict[str, str]
"""The digest of every approved answer, by its pointer."""


def digest_of(value: Any) -> str:
    """SHA-256 of the canonical JSON."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def digests(what: SectionDefinition, answers: Mapping[str, Any]) -> Approved:
    """Return the digest of every answer that is asked for, in the order of the questions."""
    return {entry.pointer: digest_of(at(answers, entry.pointer)) for entry in what.entries(answers)}


def at(answers: Any, pointer: str) -> Any:
    """Return the value at this place, None where nothing is."""
    for part in pointer.split("/"):
        if isinstance(answers, Mapping):
            answers = answers.get(part)
        elif isinstance(answers, list) and part.isdigit() and int(part) < len(answers):
            answers = answers[int(part)]
        else:
            return None
    return answers


def standing(approved: Mapping[str, str], now: Mapping[str, str]) -> Approved:
    """Return the approvals that hold, in the order of `now`: those whose answer is asked for and is the one that was
    approved."""
    return {pointer: digest for pointer, digest in now.items() if approved.get(pointer) == digest}


def changed(what: SectionDefinition, then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return the places of the answers that are not the same any more, those that are gone last."""
    before, after = digests(what, then), digests(what, now)
    return [pointer for pointer in {**after, **before} if before.get(pointer) != after.get(pointer)]


def below(pointers: Iterable[str], place: str) -> list[str]:
    """Return the pointers at this place: itself, and what is inside it where it is a row or a list of rows."""
    return [pointer for pointer in pointers if pointer == place or pointer.startswith(f"{place}/")]


@dataclass(slots=True)
class Carried:
    """Approvals as they stand over newer answers. `broken` are the places where an approved answer was changed."""

    approved: Approved = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)


def carry(
    what: SectionDefinition, before: Mapping[str, Any], after: Mapping[str, Any], approved: Mapping[str, str]
) -> Carried:
    """Return what becomes of the approvals when `after` is saved over `before`.

    A row that has an answer to be changed may be taken away, and the rows below it move up with their approvals. A list all
    of whose rows are approved takes no further row. An approved answer that is not asked for any more is kept as it is.
    """
    carried = Carried()
    groups = {question.key for question in what.questions if isinstance(question, Rows)}
    for pointer, digest in approved.items():
        key = pointer.split("/")[0]
        if key not in groups or key == pointer:
            _keep(carried, pointer, digest, at(after, pointer))
    asked = [entry.pointer for entry in what.entries(before)]
    for key in groups:
        _carry_rows(carried, key, before.get(key) or [], after.get(key) or [], approved, asked)
    return carried


def _keep(carried: Carried, pointer: str, digest: str, value: Any) -> None:
    if digest_of(value) == digest:
        carried.approved[pointer] = digest
    else:
        carried.broken.append(pointer)


def _carry_rows(
    carried: Carried,
    key: str,
    before: list[Any],
    after: list[Any],
    approved: Mapping[str, str],
    asked: list[str],
) -> None:
    rows = [_Row(f"{key}/{index}", approved, asked) for index in range(len(before))]
    places = _places(rows, after, len(before) - len(after))
    for row, place in zip(rows, places, strict=True):
        if place is None:
            carried.broken += [] if row.has_open else [row.pointer]
            continue
        for name, digest in row.approved.items():
            _keep(carried, f"{key}/{place}/{name}", digest, at(after[place], name))
    if len(after) > len(before) and rows and not any(row.has_open for row in rows):
        carried.broken.append(key)


class _Row:
    """One row of a list: its approvals by the names of its answers, and whether any of its answers is open."""

    def __init__(self, pointer: str, approved: Mapping[str, str], asked: list[str]) -> None:
        self.pointer = pointer
        start = len(pointer) + 1
        self.approved = {place[start:]: approved[place] for place in below(approved, pointer)}
        self.has_open = any(place not in approved for place in below(asked, pointer))


def _places(rows: list[_Row], after: list[Any], gone: int) -> list[int | None]:
    """Return where each row is now, None for the `gone` that were taken away: the way that breaks the fewest approvals."""

    def differs(index: int, place: int) -> int:
        approved = rows[index].approved.items()
        return sum(digest_of(at(after[place], name)) != digest for name, digest in approved)

    @cache
    def best(index: int, dropped: int) -> tuple[int, tuple[int | None, ...]]:
        if index == len(rows):
            return 0, ()
        found = []
        place = index - dropped
        if place < len(after):
            cost, rest = best(index + 1, dropped)
            found.append((cost + differs(index, place), (place, *rest)))
        if dropped < gone:
            cost, rest = best(index + 1, dropped + 1)
            found.append((cost + (not rows[index].has_open), (None, *rest)))
        return min(found, key=lambda way: way[0])

    return list(best(0, 0)[1])
