"""The open questions of a section filled with what is suggested for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from onboarding.sections import not_known
from onboarding.sections.definition import Rows, SectionDefinition
from onboarding.sections.questions import Question
from onboarding.sections.suggest import Known

_NOTHING: Mapping[str, Any] = {}
_OPEN: tuple[Any, ...] = (None, "", [])


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One answer that is suggested; `pointer` leads to it in the section's answers."""

    pointer: str
    label: str
    value: Any
    words: str
    because: str


@dataclass(slots=True)
class Filled:
    """Answers as they would be with every suggestion taken over, and what is suggested of them."""

    answers: dict[str, Any]
    suggestions: list[Suggestion] = field(default_factory=list)

    @property
    def because(self) -> dict[str, str]:
        return {one.pointer: one.because for one in self.suggestions}


def fill(what: SectionDefinition, answers: Mapping[str, Any], known: Known) -> Filled:
    """Return the answers with the open ones suggested where that is possible; what is said to be not known stays so."""
    return _group(what.questions, answers, known, "")


def blank_row(question: Rows, rows: list[Any], known: Known, above: Mapping[str, Any]) -> Filled:
    """Return what is suggested for one more row after these."""
    before = [row for row in rows if isinstance(row, Mapping)]
    return _group(question.questions, {}, replace(known, rows=before), f"{question.key}/{len(before)}/", above)


def _group(
    questions: tuple[Question, ...],
    answers: Mapping[str, Any],
    known: Known,
    prefix: str,
    above: Mapping[str, Any] = _NOTHING,
) -> Filled:
    filled, marked = Filled(dict(answers)), not_known.marked(answers)
    shown: dict[str, Any] = {}
    for question in questions:
        if not question.asked(shown, above):
            continue
        if question.key not in marked and filled.answers.get(question.key) in _OPEN:
            _suggest(question, filled, replace(known, group=filled.answers), prefix)
        elif isinstance(question, Rows) and isinstance(filled.answers.get(question.key), list):
            _rows(question, filled, known, prefix)
        if filled.answers.get(question.key) is not None:
            shown[question.key] = filled.answers[question.key]
    return filled


def _suggest(question: Question, filled: Filled, known: Known, prefix: str) -> None:
    offered = question.suggest.find(known) if question.suggest else None
    cleaned = question.clean(offered, prefix + question.key)
    if question.suggest is None or cleaned.sound is None or cleaned.problems:
        return
    filled.answers[question.key] = cleaned.sound
    filled.suggestions += _told(question, cleaned.sound, prefix, question.label, question.suggest.because)


def _told(question: Question, value: Any, prefix: str, label: str, because: str) -> list[Suggestion]:
    """Rows are suggested answer by answer, as they are shown."""
    pointer = prefix + question.key
    if not isinstance(question, Rows):
        return [Suggestion(pointer, label, value, question.words(value), because)]
    return [
        found
        for index, row in enumerate(value)
        for inner in question.questions
        if inner.key in row
        for found in _told(inner, row[inner.key], f"{pointer}/{index}/", inner.label, because)
    ]


def _rows(question: Rows, filled: Filled, known: Known, prefix: str) -> None:
    rows: list[Any] = []
    for index, row in enumerate(filled.answers[question.key]):
        if isinstance(row, Mapping):
            before = [one for one in rows if isinstance(one, Mapping)]
            place = f"{prefix}{question.key}/{index}/"
            found = _group(question.questions, row, replace(known, rows=before), place, filled.answers)
            filled.suggestions += found.suggestions
            row = found.answers
        rows.append(row)
    filled.answers[question.key] = rows
