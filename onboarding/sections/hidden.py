"""Answers to questions that are not asked now: a save that leaves them out keeps them, for whoever changes their mind."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from onboarding.sections import not_known
from onboarding.sections.definition import Rows, asked_questions
from onboarding.sections.questions import Question

_NOTHING: Mapping[str, Any] = {}


def kept(
    questions: Sequence[Question],
    stored: Mapping[str, Any],
    given: Mapping[str, Any],
    above: Mapping[str, Any] = _NOTHING,
) -> dict[str, Any]:
    """Return the answers `given`, cleaned, of a group with what `stored` has to the questions that they do not ask; its rows
    as well."""
    asked = {question.key for question in asked_questions(tuple(questions), given, above)}
    hidden = {key: value for key, value in stored.items() if key not in asked and key not in given}
    listed = {*not_known.marked(given), *(key for key in not_known.marked(stored) if key not in asked)}
    answers = {**hidden, **given}
    for question in questions:
        if isinstance(question, Rows) and question.key in given:
            before = stored.get(question.key) or []
            answers[question.key] = _rows(question, before, given[question.key], given)
    ordered = [question.key for question in questions if question.key in listed]
    return not_known.tidy({**answers, not_known.KEY: ordered})


def _rows(
    question: Rows, stored: Sequence[Mapping[str, Any]], given: Sequence[Mapping[str, Any]], above: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """A row that was not there before has nothing to keep."""
    befores = _befores(question.names, stored, given)
    return [kept(question.questions, before, row, above) for before, row in zip(befores, given, strict=True)]


def _befores(
    names: str, stored: Sequence[Mapping[str, Any]], given: Sequence[Mapping[str, Any]]
) -> list[Mapping[str, Any]]:
    """Return what each row was before: the only row of its name, or the one in its place where that has no other."""
    old, new = (Counter(row.get(names) for row in rows) for rows in (stored, given))
    alone = {name for name, count in old.items() if name and count == new[name] == 1}
    by_name = {row[names]: row for row in stored if row.get(names) in alone}

    def before(position: int, row: Mapping[str, Any]) -> Mapping[str, Any]:
        if row.get(names) in alone:
            return by_name[row[names]]
        is_free = len(stored) == len(given) and stored[position].get(names) not in alone
        return stored[position] if is_free else _NOTHING

    return [before(position, row) for position, row in enumerate(given)]
