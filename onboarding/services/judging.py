"""What stands against an intake's answers, and what is worth knowing about them: for page, API, import and review alike."""

from collections.abc import Mapping
from typing import Any

from onboarding.models import Onboarding, Section
from onboarding.sections import across, definition
from onboarding.services import accounts, surroundings
from portal.core.errors import FieldProblem

Answers = Mapping[str, dict[str, Any]]
"""Answers as they are stored or sent, by the key of their section."""


def problems(section: Section, instead: Answers | None = None) -> list[FieldProblem]:
    """Return everything that stands against submitting: missing, wrong, or at odds with the other sections.

    `instead`: answers that are judged in the place of those that are stored, of this section or others; nothing is changed.
    """
    answers = _answers(section, instead)
    sound = _sound(answers)
    _, found = definition(section.key).clean(answers[section.key])
    found += across.problems(section.key, sound, _around(section))
    if section.key == accounts.SECTION_KEY:
        found += accounts.problems(section, sound[section.key].get("environments", []))
    return found


def hints(section: Section, instead: Answers | None = None) -> list[FieldProblem]:
    """Return what is worth knowing although the answers can work. Nothing of it stands against submitting."""
    sound = _sound(_answers(section, instead))
    return across.hints_for(section.key, sound, _around(section))


def _answers(section: Section, instead: Answers | None) -> dict[str, dict[str, Any]]:
    others = Section.objects.filter(onboarding=section.onboarding_id).exclude(pk=section.pk)
    return {**dict(others.values_list("key", "answers")), section.key: section.answers, **(instead or {})}


def _sound(answers: Answers) -> dict[str, dict[str, Any]]:
    return {key: definition(key).sound(given) for key, given in answers.items()}


def _around(section: Section) -> across.Around:
    onboarding: Onboarding = section.onboarding
    return surroundings.around(onboarding) if section.key in across.LOOK_AROUND else across.Around()
