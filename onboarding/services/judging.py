"""What stands against an intake's answers, and what is worth knowing about them: for page, API, import and review alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from onboarding.models import Section
from onboarding.sections import across, definition
from onboarding.services import accounts, surroundings
from portal.core.errors import FieldProblem

Answers = Mapping[str, dict[str, Any]]
"""Answers as they are stored or sent, by the key of their section."""


@dataclass(frozen=True, slots=True)
class Judged:
    """`problems` stand against submitting: missing, wrong, or at odds with the other sections or what is known beside them.
    `hints` are worth knowing although the answers can work."""

    problems: list[FieldProblem]
    hints: list[FieldProblem]


def problems(section: Section, instead: Answers | None = None) -> list[FieldProblem]:
    """Return everything that stands against submitting."""
    return judged(section, instead).problems


def judged(section: Section, instead: Answers | None = None) -> Judged:
    """Judge a section in the light of all others, and change nothing.

    `instead`: answers that take the place of those that are stored, of this section or of others.
    """
    answers = _answers(section, instead)
    sound = {key: definition(key).sound(given) for key, given in answers.items()}
    around = surroundings.around(section.onboarding) if section.key in across.LOOK_AROUND else across.Around()
    _, found = definition(section.key).clean(answers[section.key])
    found += across.problems(section.key, sound, around)
    if section.key == accounts.SECTION_KEY:
        found += accounts.problems(section, sound[section.key].get("environments", []))
    return Judged(found, across.hints_for(section.key, sound, around))


def _answers(section: Section, instead: Answers | None) -> dict[str, dict[str, Any]]:
    others = Section.objects.filter(onboarding=section.onboarding_id).exclude(pk=section.pk)
    return {**dict(others.values_list("key", "answers")), section.key: section.answers, **(instead or {})}
