"""Two versions of a section's answers, line by line."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onboarding.sections.definition import NOT_ANSWERED, NOT_PROVIDED, Entry, SectionDefinition

ABSENT = "Not there"


@dataclass(frozen=True, slots=True)
class Difference:
    """One line that is not the same in both versions."""

    pointer: str
    label: str
    old: str
    new: str


def differences(definition: SectionDefinition, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Difference]:
    """Return the lines that differ, in the order of the newer version."""
    before, after = _lines(definition, old), _lines(definition, new)
    pointers = [*after, *(pointer for pointer in before if pointer not in after)]
    return [
        Difference(
            pointer, (after.get(pointer) or before[pointer]).label, _value(before, pointer), _value(after, pointer)
        )
        for pointer in pointers
        if _value(before, pointer) != _value(after, pointer)
        and not (_is_nothing(before, pointer) and _is_nothing(after, pointer))
    ]


def _lines(definition: SectionDefinition, answers: Mapping[str, Any]) -> dict[str, Entry]:
    return {entry.pointer: entry for entry in definition.entries(answers)}


def _value(lines: Mapping[str, Entry], pointer: str) -> str:
    return lines[pointer].value if pointer in lines else ABSENT


def _is_nothing(lines: Mapping[str, Entry], pointer: str) -> bool:
    """A question that is asked and not answered, and one that is not asked, have no answer alike."""
    return _value(lines, pointer) in (ABSENT, NOT_ANSWERED, NOT_PROVIDED)
