"""Two people who changed one section at the same time: what has to be decided, answer by answer, and what comes of it."""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from onboarding.differences import Difference, differences
from onboarding.sections import not_known
from onboarding.sections.definition import Rows, SectionDefinition

Answers = Mapping[str, Any]

MINE, THEIRS = "mine", "theirs"


@dataclass(frozen=True, slots=True)
class Place:
    """An answer that is decided by itself: of the section, or of one of its rows where `rows` names them."""

    key: str
    rows: str = ""
    row: int = 0

    @property
    def pointer(self) -> str:
        return f"{self.rows}/{self.row}/{self.key}" if self.rows else self.key

    @property
    def choice(self) -> str:
        """Return the name of the choice in the form."""
        return f"keep-{self.pointer.replace('/', '-')}"

    def group(self, answers: Any) -> Any:
        """Return the answers among which it is."""
        return answers[self.rows][self.row] if self.rows else answers

    def said(self, answers: Answers) -> tuple[Any, bool]:
        return not_known.said(self.group(answers), self.key)


@dataclass(frozen=True, slots=True)
class Dispute:
    """One answer that two people gave differently. `keep` is the version that only one of them touched, or empty."""

    choice: str
    label: str
    differences: list[Difference]
    keep: str


def disputes(what: SectionDefinition, theirs: Answers, mine: Answers, base: Mapping[str, str]) -> list[Dispute]:
    """Return what has to be decided. `base` holds the fingerprints of what both people started from."""
    changed = differences(what, theirs, mine)
    found = []
    for place in places(what, theirs, mine, base):
        at = place.pointer
        lines = [line for line in changed if line.pointer == at or line.pointer.startswith(f"{at}/")]
        if lines:
            label = lines[0].label if place.rows else what.question(place.key).label
            keep = _untouched(base.get(at), place.said(theirs), place.said(mine))
            found.append(Dispute(place.choice, label, lines, keep))
    return found


def places(what: SectionDefinition, theirs: Answers, mine: Answers, base: Mapping[str, str]) -> Iterator[Place]:
    """Yield every answer that is no secret. Rows are decided answer by answer while nobody added one or took one away: with
    another number of rows nobody can say which of them is which."""
    for question in what.questions:
        if question.key in what.secrets:
            continue
        numbers = {_number(question, version) for version in (theirs, mine)} if isinstance(question, Rows) else set()
        if isinstance(question, Rows) and numbers == {str(base.get(_rows_of(question)))}:
            for row in range(int(numbers.pop())):
                yield from (Place(inner.key, question.key, row) for inner in question.questions)
        else:
            yield Place(question.key)


def fingerprints(what: SectionDefinition, answers: Answers) -> dict[str, str]:
    """Return a short fingerprint of each answer that is no secret, and how many rows there are: enough to tell who changed
    what."""
    numbers = {_rows_of(one): _number(one, answers) for one in what.questions if isinstance(one, Rows)}
    alone = [Place(question.key) for question in what.questions if question.key not in what.secrets]
    every = {*alone, *places(what, answers, answers, numbers)}
    return {**numbers, **{place.pointer: _fingerprint(place.said(answers)) for place in every}}


def resolved(stored: Answers, mine: Answers, chosen: list[Place]) -> dict[str, Any]:
    """Return the stored answers with those in their place that this person chose to keep as they entered them."""
    merged = deepcopy(dict(stored))
    for place in chosen:
        into, given, key = place.group(merged), place.group(mine), place.key
        listed = set(into.get(not_known.KEY, ())) - {key}
        into[key] = given.get(key)
        into[not_known.KEY] = sorted(listed | {key}.intersection(not_known.marked(given)))
    return merged


def _rows_of(question: Rows) -> str:
    return f"{question.key}/rows"


def _number(question: Rows, answers: Answers) -> str:
    return str(len(answers.get(question.key) or ()))


def _untouched(base: str | None, theirs: Any, mine: Any) -> str:
    if base == _fingerprint(theirs):
        return MINE
    if base == _fingerprint(mine):
        return THEIRS
    return ""


def _fingerprint(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:12]
