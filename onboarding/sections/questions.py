"""The kinds of question an intake section can ask.

A question turns what was entered into a `Cleaned` value. Three things are told apart: a value of the wrong type is
refused outright (JSON is never coerced), a value that breaks a rule is kept in the draft and named, a sound value is
canonical. Form input is text; `parse` turns it into what JSON would have held.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from django.http import QueryDict

from onboarding.sections.suggest import Suggest
from onboarding.validators import ValueProblem
from portal.core.errors import FieldProblem

WRONG_TYPE = "wrong_type"
UNKNOWN = "unknown_field"
MISSING = "missing"
BLOCKING = frozenset({WRONG_TYPE, UNKNOWN})
"""Codes of problems that refuse even a draft: there is no way to keep such a value."""

LONGEST_TEXT = 2000
MOST_ITEMS = 50


@dataclass(frozen=True, slots=True)
class When:
    """Asked only when another answer of the same group, or of the group `above` it, is one of these."""

    key: str
    values: tuple[Any, ...]
    above: bool = False

    def holds(self, answers: Mapping[str, Any], above: Mapping[str, Any]) -> bool:
        given = (above if self.above else answers).get(self.key)
        return any(given == value and type(given) is type(value) for value in self.values)


@dataclass(slots=True)
class Cleaned:
    """`stored` is what a draft keeps, `sound` the canonical value where every rule holds; None when not answered."""

    stored: Any = None
    sound: Any = None
    problems: list[FieldProblem] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Question(ABC):
    """One thing asked. `why`, `where` (console path), `command` (CLI line) and `who` help whoever must answer."""

    key: str
    label: str
    hint: str = ""
    why: str = ""
    where: str = ""
    command: str = ""
    who: str = ""
    required: bool = True
    shown_when: When | None = None
    missing: str = ""
    bound: bool = False
    """True where the answer holds for this onboarding's environments only: another onboarding has to ask again."""
    suggest: Suggest | None = None
    kind: ClassVar[str] = ""

    @abstractmethod
    def clean(self, raw: Any, pointer: str) -> Cleaned:
        """Return what is kept of a raw answer, and what is wrong with it. `pointer` says where it stands."""

    def parse(self, data: QueryDict, name: str) -> Any:
        return data.get(name, "").strip()

    def words(self, value: Any) -> str:
        """Return a sound or stored answer as the check page shows it."""
        return str(value)

    @abstractmethod
    def schema(self) -> dict[str, Any]:
        """Return the JSON schema of an answer."""

    @property
    def missing_message(self) -> str:
        return self.missing or f"Enter the {self.label[0].lower()}{self.label[1:]}"

    def asked(self, answers: Mapping[str, Any], above: Mapping[str, Any]) -> bool:
        return self.shown_when is None or self.shown_when.holds(answers, above)

    def described(self, schema: dict[str, Any]) -> dict[str, Any]:
        help = {"why": self.why, "where": self.where, "command": self.command, "who": self.who}
        given = {key: words for key, words in help.items() if words}
        hint = {"description": self.hint} if self.hint else {}
        return {"title": self.label, **hint, **schema, "x-help": given}

    def wrong_type(self, pointer: str, expected: str) -> Cleaned:
        return Cleaned(problems=[FieldProblem(pointer, f"{self.label} must be {expected}", WRONG_TYPE)])


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A text that is offered; `label` says what it belongs to, where it does not speak for itself."""

    value: str
    label: str = ""


@dataclass(frozen=True, kw_only=True)
class Text(Question):
    """One line of text. `rule` returns the canonical value or raises `ValueProblem`.

    `suggestions` are offered and known by their spelling, whatever the case; another text is taken too.
    """

    rule: Callable[[str], str] | None = None
    longest: int = 200
    input_type: str = "text"
    input_mode: str = ""
    autocomplete: str = "off"
    placeholder: str = ""
    suggestions: tuple[Suggestion, ...] = ()
    kind: ClassVar[str] = "text"

    def clean(self, raw: Any, pointer: str) -> Cleaned:
        if raw is None:
            return Cleaned()
        if not isinstance(raw, str) or not storable(raw):
            return self.wrong_type(pointer, "text")
        value = raw.strip()
        if not value:
            return Cleaned()
        if len(value) > LONGEST_TEXT:
            return self.wrong_type(pointer, f"at most {self.longest} characters long")
        return self._judged(value, pointer)

    def _judged(self, value: str, pointer: str) -> Cleaned:
        try:
            sound = self._spelled(self.rule(value) if self.rule else value)
            if len(sound) > self.longest:
                raise ValueProblem(
                    f"{self.label} must be at most {self.longest} characters long; this is {len(sound)}."
                )
        except ValueProblem as problem:
            return Cleaned(stored=value, problems=[FieldProblem(pointer, problem.message, problem.code)])
        return Cleaned(stored=sound, sound=sound)

    def _spelled(self, value: str) -> str:
        known = {one.value.casefold(): one.value for one in self.suggestions}
        return known.get(value.casefold(), value)

    def schema(self) -> dict[str, Any]:
        examples = {"examples": [one.value for one in self.suggestions]} if self.suggestions else {}
        return self.described({"type": "string", "maxLength": self.longest, **examples})


@dataclass(frozen=True, kw_only=True)
class LongText(Text):
    """Several lines of text."""

    longest: int = 1000
    kind: ClassVar[str] = "long_text"

    def parse(self, data: QueryDict, name: str) -> Any:
        """Browsers end lines as e-mail does; the same words are the same answer however they came."""
        return super().parse(data, name).replace("\r\n", "\n")


@dataclass(frozen=True, kw_only=True)
class Number(Question):
    """A whole number between two bounds, both included. `rule` raises `ValueProblem`."""

    least: int = 0
    most: int = 2**53 - 1
    rule: Callable[[int], int] | None = None
    example: str = ""
    kind: ClassVar[str] = "number"

    def clean(self, raw: Any, pointer: str) -> Cleaned:
        if raw is None or raw == "":
            return Cleaned()
        if not isinstance(raw, int) or isinstance(raw, bool) or abs(raw) > 2**53:
            return self.wrong_type(pointer, f"a whole number{f', such as {self.example}' if self.example else ''}")
        try:
            sound = self._judged(raw)
        except ValueProblem as problem:
            return Cleaned(stored=raw, problems=[FieldProblem(pointer, problem.message, problem.code)])
        return Cleaned(stored=sound, sound=sound)

    def _judged(self, value: int) -> int:
        if not self.least <= value <= self.most:
            raise ValueProblem(f"{self.label} must be {self.least} to {self.most}; this is {value}.")
        return self.rule(value) if self.rule else value

    def parse(self, data: QueryDict, name: str) -> Any:
        text = data.get(name, "").strip()
        return int(text) if re.fullmatch(r"-?[0-9]{1,16}", text) else text

    def schema(self) -> dict[str, Any]:
        return self.described({"type": "integer", "minimum": self.least, "maximum": self.most})


@dataclass(frozen=True, kw_only=True)
class ListOf(Question):
    """Several texts, each judged by `rule`; in a form one per line. `rule` returns the canonical value."""

    rule: Callable[[str], str]
    item: str = "value"
    most: int = 20
    placeholder: str = ""
    kind: ClassVar[str] = "list"

    def clean(self, raw: Any, pointer: str) -> Cleaned:
        if raw is None or raw == []:
            return Cleaned()
        if not is_text_list(raw):
            return self.wrong_type(pointer, "a list of texts")
        values = {index: value.strip() for index, value in enumerate(raw) if value.strip()}
        return self._judged(values, pointer) if values else Cleaned()

    def _judged(self, values: Mapping[int, str], pointer: str) -> Cleaned:
        """Judge the values by their places: empty ones are no values, but count as places."""
        kept: dict[int, str] = {}
        problems: list[FieldProblem] = []
        for index, value in values.items():
            try:
                kept[index] = self.rule(value)
            except ValueProblem as problem:
                kept[index] = value
                problems.append(FieldProblem(f"{pointer}/{index}", problem.message, problem.code))
        problems += self._list_problems(kept, pointer)
        stored = list(kept.values())
        return Cleaned(stored=stored, sound=None if problems else stored, problems=problems)

    def _list_problems(self, values: Mapping[int, str], pointer: str) -> Iterable[FieldProblem]:
        if len(values) > self.most:
            message = f"{self.label}: at most {self.most} can be given; this is {len(values)}."
            yield FieldProblem(pointer, message, "too_many")
        seen: set[str] = set()
        for index, value in values.items():
            if value in seen:
                yield FieldProblem(f"{pointer}/{index}", f"{value} is given twice. Remove one.", "duplicate")
            seen.add(value)

    def parse(self, data: QueryDict, name: str) -> Any:
        lines = (line.strip() for text in data.getlist(name) for line in text.splitlines())
        return [line for line in lines if line]

    def words(self, value: Any) -> str:
        return ", ".join(value)

    def schema(self) -> dict[str, Any]:
        return self.described({"type": "array", "maxItems": self.most, "items": {"type": "string"}})


def is_text_list(raw: Any) -> bool:
    return (
        isinstance(raw, list)
        and len(raw) <= 10 * MOST_ITEMS
        and all(isinstance(value, str) and storable(value) and len(value) <= LONGEST_TEXT for value in raw)
    )


def storable(text: str) -> bool:
    """False for what no database keeps: NUL and lone surrogates."""
    return "\x00" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
