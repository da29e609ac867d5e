"""A section's questions as the page shows them: names, values, errors and what depends on what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from onboarding.sections import not_known
from onboarding.sections.definition import Rows
from onboarding.sections.questions import Question
from portal.core.errors import FieldProblem

_TRUE, _FALSE = "true", "false"
UNNUMBERED = "__index__"
"""The number of the row that a script adds."""
_NO_BLANKS: Mapping[str, Mapping[str, Any]] = {}
_OFFERED, _SAID = "offered", "said"


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    consequence: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One input of a list."""

    id: str
    value: str
    errors: list[str]


@dataclass(frozen=True, slots=True)
class Remark:
    """What a reviewer asks of one answer. `old` and `new` are empty while the answer is the one that was reviewed."""

    reason: str
    reviewer: str
    said_at: datetime
    old: str = ""
    new: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One answer to a group of questions; `name` is what its remove button sends. A closed one is approved and stays."""

    name: str
    number: int
    fields: list["Field"]
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """One question on the page. `id` is what an error summary links to, `stored` says that a secret is there.

    `not_known` is "offered" where it may be said that the answer is not known yet, "said" where it was.
    """

    question: Question
    name: str
    value: str
    errors: list[str]
    stored: str = ""
    not_known: str = ""
    options: list[Option] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    blank: Row | None = None
    """What a script adds: a row whose number is not known yet."""
    approved: str = ""
    """The answer in words, where it is approved and therefore closed."""
    remark: Remark | None = None
    is_closed: bool = False
    """Whether all rows are approved, so that none is added."""
    suggested: str = ""
    """What the value follows from, where it is a suggestion and no answer yet."""
    left_open: str = ""
    """What the answer will be, where the question may be left open."""

    @property
    def id(self) -> str:
        return f"field-{self.name}"

    @property
    def shown_when(self) -> str:
        """The name of the field that reveals this one and the values that do: `choice=own|other`."""
        condition = self.question.shown_when
        if condition is None:
            return ""
        prefix = "" if condition.above else self.name.removesuffix(self.question.key)
        return f"{prefix}{condition.key}={'|'.join(_text(value) for value in condition.values)}"

    @property
    def not_known_name(self) -> str:
        return self.name.removesuffix(self.question.key) + not_known.KEY

    @property
    def sent(self) -> list[str]:
        """The values that a closed field sends: what is stored. A secret sends none, which keeps it."""
        if self.stored:
            return []
        if self.items:
            return [item.value for item in self.items]
        if self.options:
            return [option.value for option in self.options if option.chosen]
        return [self.value]

    @property
    def template(self) -> str:
        if self.approved:
            return "onboarding/fields/approved.html"
        kind = "dropdown" if getattr(self.question, "dropdown", False) else self.question.kind
        return f"onboarding/fields/{kind}.html"

    @property
    def described_by(self) -> str:
        said = {"hint": self.question.hint, "suggested": self.suggested or self.left_open, "error": self.errors}
        return " ".join(f"{self.id}-{part}" for part, words in said.items() if words)

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in it."""
        chosen = any(option.chosen for option in self.options)
        return not (self.value or chosen or any(item.value for item in self.items) or self.rows or self.stored)

    @property
    def template_id(self) -> str:
        """The id of the line that a script adds."""
        return f"{self.id}-{UNNUMBERED}"


def build(
    questions: Iterable[Question],
    answers: Mapping[str, Any],
    problems: Iterable[FieldProblem],
    *,
    add: str = "",
    blanks: Mapping[str, Mapping[str, Any]] = _NO_BLANKS,
) -> list[Field]:
    """Return the fields with these values. `add` names a list or group that gets one line more; what stands in one more row
    of a group, `blanks` says."""
    found = _group(questions, answers, _by_name(problems), prefix="", add=add)
    return [_with_blank(field, answers.get(field.question.key), blanks.get(field.name), add=add) for field in found]


def _with_blank(field: Field, value: Any, blank: Mapping[str, Any] | None, *, add: str) -> Field:
    """Put what a row begins with into the one that was added, and into the one that a script adds."""
    question, rows = field.question, field.rows
    if not isinstance(question, Rows) or blank is None:
        return field
    if len(rows) > len(_given(value)):
        rows = [*rows[:-1], _row(question, blank, {}, name=field.name, index=str(len(rows) - 1), add=add)]
    return replace(field, rows=rows, blank=_row(question, blank, {}, name=field.name, index=UNNUMBERED))


def _by_name(problems: Iterable[FieldProblem]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for problem in problems:
        found.setdefault(problem.pointer.replace("/", "-"), []).append(problem.message)
    return found


def _group(
    questions: Iterable[Question],
    answers: Mapping[str, Any],
    errors: Mapping[str, list[str]],
    *,
    prefix: str,
    add: str,
) -> list[Field]:
    marked = not_known.marked(answers)
    found = [_field(question, answers.get(question.key), errors, prefix=prefix, add=add) for question in questions]
    return [replace(field, not_known=_not_known(field, answers, marked)) for field in found]


def _not_known(field: Field, answers: Mapping[str, Any], marked: list[str]) -> str:
    """Return nothing for what is answered: the answer would win over a tick, which would look as if it were not seen."""
    if field.question.key in marked:
        return _SAID
    given = answers.get(field.question.key)
    return _OFFERED if field.question.required and given in (None, "", []) else ""


def _field(question: Question, value: Any, errors: Mapping[str, list[str]], *, prefix: str, add: str) -> Field:
    name = prefix + question.key
    found = list(errors.get(name, []))
    if isinstance(question, Rows):
        rows = _rows(question, value, errors, name=name, add=add)
        blank = _row(question, {}, {}, name=name, index=UNNUMBERED)
        return Field(question, name, "", found, rows=rows, blank=blank)
    if question.kind == "list":
        return Field(question, name, "", found, items=_items(value, errors, name=name, add=add))
    if question.kind == "secret":
        stored = question.words(value) if isinstance(value, Mapping) else ""
        return Field(question, name, "", found, stored=stored)
    return Field(question, name, _text(value), found, options=_options(question, value))


def _rows(question: Rows, value: Any, errors: Mapping[str, list[str]], *, name: str, add: str) -> list[Row]:
    given = _given(value)
    if len(given) < question.least or add == name:
        given = [*given, {}]
    return [
        _row(question, answers, errors, name=name, index=str(index), add=add) for index, answers in enumerate(given)
    ]


def _given(value: Any) -> list[Mapping[str, Any]]:
    return [row for row in _list(value) if isinstance(row, Mapping)]


def _row(
    question: Rows,
    answers: Mapping[str, Any],
    errors: Mapping[str, list[str]],
    *,
    name: str,
    index: str,
    add: str = "",
) -> Row:
    place = f"{name}-{index}"
    number = int(index) + 1 if index.isdigit() else 0
    return Row(place, number, _group(question.questions, answers, errors, prefix=f"{place}-", add=add))


def _items(value: Any, errors: Mapping[str, list[str]], *, name: str, add: str) -> list[Item]:
    given = [_text(line) for line in _list(value)]
    if not given or add == name:
        given = [*given, ""]
    return [
        Item(f"field-{name}-{index}", text, list(errors.get(f"{name}-{index}", []))) for index, text in enumerate(given)
    ]


def _options(question: Question, value: Any) -> list[Option]:
    chosen = {_text(part) for part in value} if isinstance(value, list) else {_text(value)}
    known = getattr(question, "options", ())
    return [
        Option(option.value, option.label, option.consequence, option.value in chosen and bool(option.value))
        for option in known
    ]


def _list(value: Any) -> list[Any]:
    """What is typed may have any shape; what is no list shows as an empty one."""
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _TRUE if value else _FALSE
    return str(value)


@dataclass(frozen=True, slots=True)
class Help:
    """What helps whoever must answer one question."""

    label: str
    why: str
    where: str
    command: str
    who: str


def help_for(questions: Iterable[Question]) -> list[Help]:
    """Return the help of every question that has any, those inside groups included."""
    found: list[Help] = []
    for question in questions:
        if question.why or question.where or question.command or question.who:
            found.append(Help(question.label, question.why, question.where, question.command, question.who))
        if isinstance(question, Rows):
            found += help_for(question.questions)
    return found
