"""The question whose answer is a secret."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import QueryDict

from onboarding.sections.questions import Cleaned, Question, storable


@dataclass(frozen=True, kw_only=True)
class Secret(Question):
    """A text that is sealed when it is saved and never shown again. What is stored is a reference to the vault.

    A reference in the input keeps what is stored, as an empty field does; only the service knows the right reference.
    """

    longest: int = 500
    rule: Callable[[str], str] | None = None
    kind: ClassVar[str] = "secret"

    def clean(self, raw: Any, pointer: str) -> Cleaned:
        if raw is None or raw == "":
            return Cleaned()
        if isinstance(raw, dict):
            return self._reference(raw, pointer)
        if not isinstance(raw, str) or not storable(raw):
            return self.wrong_type(pointer, "text")
        if len(raw) > self.longest:
            return self.wrong_type(pointer, f"at most {self.longest} characters long")
        return Cleaned(stored=raw, sound=raw)

    def _reference(self, raw: dict[Any, Any], pointer: str) -> Cleaned:
        if set(raw) != {"secret", "set_at", "ends"} or not all(isinstance(part, str) for part in raw.values()):
            return self.wrong_type(pointer, "text")
        return Cleaned(stored=raw, sound=raw)

    def parse(self, data: QueryDict, name: str) -> Any:
        return data.get(name, "")

    def words(self, value: Any) -> str:
        if not isinstance(value, Mapping):
            return "Stored"
        ends = f", ends ••••{value['ends']}" if value["ends"] else ""
        return f"Stored {value['set_at'][:10]}{ends}"

    def schema(self) -> dict[str, Any]:
        return self.described({"type": "string", "writeOnly": True, "maxLength": self.longest})
