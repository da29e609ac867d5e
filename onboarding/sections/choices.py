"""Questions that are answered by picking: one option, several, or yes and no."""

from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import QueryDict

from onboarding.sections.questions import LONGEST_TEXT, Cleaned, Question, is_text_list, storable
from portal.core.errors import FieldProblem


@dataclass(frozen=True, slots=True)
class Option:
    """One way to answer, and in one line what follows from it."""

    value: str
    label: str
    consequence: str = ""


@dataclass(frozen=True, kw_only=True)
class Choice(Question):
    """Exactly one of the options. `dropdown` where there are many."""

    options: tuple[Option, ...] = ()
    dropdown: bool = False
    kind: ClassVar[str] = "choice"

    @property
    def missing_message(self) -> str:
        return self.missing or f"Select the {self.label[0].lower()}{self.label[1:]}"

    def clean(self, raw: Any, pointer: str) -> Cleaned:
        if raw is None or raw == "":
            return Cleaned()
        if not isinstance(raw, str) or not storable(raw) or len(raw) > LONGEST_TEXT:
            return self.wrong_type(pointer, "text")
        if raw not in {option.value for option in self.options}:
            return Cleaned(stored=raw, problems=[FieldProblem(pointer, self._refusal(raw), "unknown_choice")])
        return Cleaned(stored=raw, sound=raw)

    def _refusal(self, raw: str) -> str:
        shown = raw if len(raw) <= 40 else f"{raw[:40]}…"
        if self.dropdown:
            return f"“{shown}” is not in the list. {self.missing_message}"
        known = ", ".join(option.value for option in self.options)
        return f"“{shown}” is not one of the answers. Use one of: {known}."

    def words(self, value: Any) -> str:
        return next((option.label for option in self.options if option.value == value), str(value))

    def schema(self) -> dict[str, Any]:
        return self.described({"type": "string", "enum": [option.value for option in self.options]})


@dataclass(frozen=True, kw_only=True)
class MultiChoice(Question):
    """One or more of the options, kept in the order of the options."""

    options: tuple[Option, ...] = ()
    kind: ClassVar[str] = "multi_choice"

    @property
    def missing_message(self) -> str:
        return self.missing or f"Select at least one: {self.label[0].lower()}{self.label[1:]}"

    def clean(self, raw: Any, pointer: str) -> Cleaned:
        if raw is None or raw == []:
            return Cleaned()
        if not is_text_list(raw):
            return self.wrong_type(pointer, "a list of texts")
        known = [option.value for option in self.options]
        strange = [value for value in raw if value not in known]
        ordered = [value for value in known if value in raw]
        if strange:
            message = f"“{strange[0][:40]}” is not one of the answers. Use one of: {', '.join(known)}."
            return Cleaned(stored=ordered or None, problems=[FieldProblem(pointer, message, "unknown_choice")])
        return Cleaned(stored=ordered, sound=ordered)

    def parse(self, data: QueryDict, name: str) -> Any:
        return [value for value in data.getlist(name) if value]

    def words(self, value: Any) -> str:
        return ", ".join(option.label for option in self.options if option.value in value)

    def schema(self) -> dict[str, Any]:
        options = [option.value for option in self.options]
        return self.described({"type": "array", "uniqueItems": True, "items": {"type": "string", "enum": options}})


@dataclass(frozen=True, kw_only=True)
class Boolean(Question):
    """Yes or no, each with one line of consequence."""

    yes: str = ""
    no: str = ""
    kind: ClassVar[str] = "boolean"

    @property
    def missing_message(self) -> str:
        return self.missing or f"Select yes or no: {self.label[0].lower()}{self.label[1:]}"

    @property
    def options(self) -> tuple[Option, Option]:
        return Option("true", "Yes", self.yes), Option("false", "No", self.no)

    def clean(self, raw: Any, pointer: str) -> Cleaned:
        if raw is None or raw == "":
            return Cleaned()
        if not isinstance(raw, bool):
            return self.wrong_type(pointer, "yes or no (true or false)")
        return Cleaned(stored=raw, sound=raw)

    def parse(self, data: QueryDict, name: str) -> Any:
        text = data.get(name, "").strip()
        return {"true": True, "yes": True, "on": True, "false": False, "no": False}.get(text.lower(), text)

    def words(self, value: Any) -> str:
        return "Yes" if value is True else "No"

    def schema(self) -> dict[str, Any]:
        return self.described({"type": "boolean"})
