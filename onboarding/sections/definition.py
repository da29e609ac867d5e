"""A section: its questions, the rules across them, and everything that is made from that declaration."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import QueryDict

from onboarding.sections import not_known
from onboarding.sections.questions import BLOCKING, MISSING, MOST_ITEMS, UNKNOWN, Cleaned, Question
from onboarding.sections.sealed import Secret
from portal.core.errors import FieldProblem

NOT_PROVIDED = "Not provided"
NOT_ANSWERED = "Not answered yet"

Rule = Callable[[dict[str, Any]], Iterable[FieldProblem]]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the check page. `pointer` names the question, `missing` is true for a required answer not given.

    `who` is whom to ask, where the answer is known to be not known yet; it is not missing then.
    """

    pointer: str
    label: str
    value: str
    missing: bool = False
    to_find_out: bool = False
    who: str = ""


@dataclass(frozen=True, kw_only=True)
class Rows(Question):
    """A group of questions that is answered several times. `item` names one of them ("environment"), `names` is the question
    whose answer tells one row from the others."""

    questions: tuple[Question, ...]
    item: str
    names: str
    least: int = 1
    most: int = 20
    kind: ClassVar[str] = "rows"

    def clean(self, raw: Any, pointer: str) -> Cleaned:
        return self.clean_below(raw, pointer, {})

    def clean_below(self, raw: Any, pointer: str, above: Mapping[str, Any]) -> Cleaned:
        """Clean the rows, some of whose questions hang on answers `above` them."""
        if raw is None or raw == []:
            return Cleaned()
        if not isinstance(raw, list) or not all(isinstance(row, dict) for row in raw) or len(raw) > MOST_ITEMS:
            return self.wrong_type(pointer, f"a list of at most {MOST_ITEMS} objects")
        rows = [clean_group(self.questions, row, f"{pointer}/{index}/", above) for index, row in enumerate(raw)]
        problems = [problem for row in rows for problem in row.problems]
        if len(rows) > self.most:
            message = f"{self.label}: at most {self.most} can be given; this is {len(rows)}."
            problems.append(FieldProblem(pointer, message, "too_many"))
        return Cleaned(stored=[row.stored for row in rows], sound=[row.sound for row in rows], problems=problems)

    def parse(self, data: QueryDict, name: str) -> Any:
        """Rows keep the order of their numbers; a row in which nothing was typed is no row."""
        numbers = sorted(
            {int(found[1]) for key in data if (found := re.match(rf"{re.escape(name)}-(\d{{1,4}})-", key))}
        )
        rows = [parse_group(self.questions, data, f"{name}-{number}-") for number in numbers]
        return [row for row in rows if any(value not in ("", []) for value in row.values())]

    def words(self, value: Any) -> str:
        return str(len(value))

    def schema(self) -> dict[str, Any]:
        return self.described({"type": "array", "maxItems": self.most, "items": group_schema(self.questions)})


_NOTHING: Mapping[str, Any] = {}


def clean_group(
    questions: tuple[Question, ...], raw: Mapping[Any, Any], prefix: str, above: Mapping[str, Any] = _NOTHING
) -> Cleaned:
    """Return the stored and the sound answers as two dicts. Hidden answers are stored, not judged, and not sound."""
    cleaned: dict[str, Cleaned] = {}
    stored: dict[str, Any] = {}
    for question in questions:
        given, pointer = raw.get(question.key), prefix + question.key
        if isinstance(question, Rows):  # noqa: SIM108 - on one line it is too long to read
            found = question.clean_below(given, pointer, stored)
        else:
            found = question.clean(given, pointer)
        cleaned[question.key] = found
        if found.stored is not None:
            stored[question.key] = found.stored
    listed = not_known.clean(questions, raw.get(not_known.KEY), prefix + not_known.KEY)
    stored = not_known.tidy({**stored, not_known.KEY: listed.stored})
    marked = not_known.marked(stored)
    asked = {question.key for question in asked_questions(questions, stored, above)}
    sound: dict[str, Any] = {}
    problems = [*_unknown(questions, raw, prefix), *listed.problems]
    for question in questions:
        result = cleaned[question.key]
        shown = question.key in asked
        problems += [problem for problem in result.problems if shown or problem.code in BLOCKING]
        if shown and result.sound is not None:
            sound[question.key] = result.sound
        if shown and question.required and result.stored is None and not result.problems:
            pointer = prefix + question.key
            missing = FieldProblem(pointer, question.missing_message, MISSING)
            problems.append(not_known.problem(question, pointer) if question.key in marked else missing)
    return Cleaned(stored=stored, sound=sound, problems=problems)


def asked_questions(
    questions: tuple[Question, ...], answers: Mapping[str, Any], above: Mapping[str, Any] = _NOTHING
) -> Iterable[Question]:
    """Yield the questions that are asked, given these answers. A condition on a hidden answer does not hold."""
    shown: dict[str, Any] = {}
    for question in questions:
        if question.asked(shown, above):
            if question.key in answers:
                shown[question.key] = answers[question.key]
            yield question


def _unknown(questions: tuple[Question, ...], raw: Mapping[Any, Any], prefix: str) -> Iterable[FieldProblem]:
    known = {question.key for question in questions}
    for key in raw:
        if key not in known and key != not_known.KEY:
            shown = str(key)[:40].encode("ascii", "replace").decode()
            message = f"There is no question “{shown}” here. Use: {', '.join(sorted(known))}."
            yield FieldProblem(f"{prefix}{shown}", message, UNKNOWN)


def parse_group(questions: tuple[Question, ...], data: QueryDict, prefix: str) -> dict[str, Any]:
    answers = {question.key: question.parse(data, prefix + question.key) for question in questions}
    listed = data.getlist(prefix + not_known.KEY)
    return {**answers, not_known.KEY: listed} if listed else answers


def group_schema(questions: tuple[Question, ...]) -> dict[str, Any]:
    """Nothing is `required` in the schema: a draft may leave any answer open."""
    properties = {question.key: question.schema() for question in questions}
    properties[not_known.KEY] = not_known.schema(questions)
    return {"type": "object", "additionalProperties": False, "properties": properties}


@dataclass(frozen=True, kw_only=True)
class SectionDefinition:
    """One page of questions with one decision to make.

    `minutes` is what answering takes with the facts at hand; `gather` is what to have ready; `slice` names the part of
    the topology that the answers change.
    """

    key: str
    title: str
    lead: str
    questions: tuple[Question, ...]
    rules: tuple[Rule, ...] = ()
    minutes: int = 5
    gather: str = ""
    slice: str = ""
    facts: tuple[str, ...] = ()
    """What the provider does, in sentences the page shows beside the questions."""

    def clean(self, raw: Any) -> tuple[dict[str, Any], list[FieldProblem]]:
        """Return what a draft keeps and every problem of the whole section. Never raises, whatever JSON holds."""
        if not isinstance(raw, dict):
            return {}, [FieldProblem("", "Answers must be an object of question and answer", "wrong_type")]
        cleaned = clean_group(self.questions, raw, "")
        across = [problem for rule in self.rules for problem in rule(cleaned.sound)]
        return cleaned.stored, [*cleaned.problems, *across]

    def sound(self, answers: dict[str, Any]) -> dict[str, Any]:
        """Return the canonical answers that apply: what goes into a specification."""
        return clean_group(self.questions, answers, "").sound

    def visible(self, answers: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answers to the questions that are asked, given these answers."""
        return _visible(self.questions, answers)

    def parse_form(self, data: QueryDict) -> dict[str, Any]:
        """Return what a form holds, as JSON would hold it. Field names are `choice`, `environments-0-vpc_id`."""
        return parse_group(self.questions, data, "")

    def entries(self, answers: Mapping[str, Any]) -> list[Entry]:
        return list(_entries(self.questions, answers, "", ""))

    def summarise(self, answers: Mapping[str, Any]) -> list[tuple[str, str]]:
        return [(entry.label, entry.value) for entry in self.entries(answers)]

    def schema(self) -> dict[str, Any]:
        return {"title": self.title, "description": self.lead, **group_schema(self.questions)}

    def question(self, key: str) -> Question:
        return next(question for question in self.questions if question.key == key)

    @property
    def secrets(self) -> tuple[str, ...]:
        return tuple(question.key for question in self.questions if isinstance(question, Secret))


def _visible(
    questions: tuple[Question, ...], answers: Mapping[str, Any], above: Mapping[str, Any] = _NOTHING
) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for question in asked_questions(questions, answers, above):
        if question.key not in answers:
            continue
        value = answers[question.key]
        if isinstance(question, Rows):
            value = [_visible(question.questions, row, answers) for row in value]
        shown[question.key] = value
    return shown


def _entries(
    questions: tuple[Question, ...],
    answers: Mapping[str, Any],
    prefix: str,
    label: str,
    above: Mapping[str, Any] = _NOTHING,
) -> Iterable[Entry]:
    marked = not_known.marked(answers)
    for question in asked_questions(questions, answers, above):
        pointer = prefix + question.key
        value = answers.get(question.key)
        if isinstance(question, Rows) and value:
            for index, row in enumerate(value):
                name = f"{question.item[0].upper()}{question.item[1:]} {index + 1}: "
                yield from _entries(question.questions, row, f"{pointer}/{index}/", name, answers)
        elif question.key in marked:
            yield Entry(pointer, label + question.label, not_known.words(question), to_find_out=True, who=question.who)
        elif value is None:
            absent = NOT_ANSWERED if question.required else NOT_PROVIDED
            yield Entry(pointer, label + question.label, absent, missing=question.required)
        else:
            yield Entry(pointer, label + question.label, question.words(value))
