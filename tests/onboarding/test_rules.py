"""Every rule that looks at more than one answer, by itself."""

import re
import sys
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from onboarding.sections import SECTIONS, across, definition
from onboarding.sections.across.intake import Intake
from portal.core.errors import FieldProblem
from tests.onboarding.section_cases import ACCEPT, CASES, EDGE, REJECT, Case

_OF_SECTIONS = {rule.__name__: rule for section in SECTIONS for rule in section.rules}
_ACROSS = {rule.__name__: rule for _, rule in (*across.RULES, *across.HINTS)}


def _judged(case: Case) -> Iterable[FieldProblem]:
    sound = {section.key: section.sound(case.answers[section.key]) for section in SECTIONS}
    if case.rule in _ACROSS:
        return _ACROSS[case.rule](Intake(case.key, sound, case.around))
    rule: Callable[[dict[str, Any]], Iterable[FieldProblem]] = _OF_SECTIONS[case.rule]
    return rule(sound[case.key])


@pytest.mark.parametrize("case", CASES, ids=str)
def test_rule_says_what_and_where_or_nothing(case: Case, settings: Any) -> None:
    for name, value in case.settings.items():
        setattr(settings, name, value)

    found = list(_judged(case))

    assert [problem.pointer for problem in found if case.words in problem.message] == (
        [case.pointer] if case.pointer else []
    )
    assert bool(found) is bool(case.pointer)
    for problem in found:
        assert not {"invalid", "please", "sorry", "oops"} & set(problem.message.lower().split())


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case_is_asked_in_the_section_that_the_rule_judges(case: Case) -> None:
    if case.rule in _ACROSS:
        sections = next(keys for keys, rule in (*across.RULES, *across.HINTS) if rule.__name__ == case.rule)
        assert case.key in sections
    else:
        assert case.rule in {rule.__name__ for rule in definition(case.key).rules}


def test_every_rule_has_a_case_that_it_accepts_one_that_it_refuses_and_one_at_its_edge() -> None:
    kinds: dict[str, set[str]] = {}
    for case in CASES:
        kinds.setdefault(case.rule, set()).add(case.kind)
        assert case.kind == EDGE or (case.kind == REJECT) is bool(case.pointer), case

    assert {*_OF_SECTIONS, *_ACROSS} == set(kinds)
    assert [rule for rule, found in kinds.items() if found != {ACCEPT, REJECT, EDGE}] == []


@pytest.mark.parametrize("rule", [*_OF_SECTIONS.values(), *_ACROSS.values()], ids=lambda rule: rule.__name__)
def test_every_rule_says_where_it_comes_from(rule: Callable[..., Any]) -> None:
    told = f"{rule.__doc__} {'' if rule.__name__ in _OF_SECTIONS else sys.modules[rule.__module__].__doc__}"

    assert re.search(r"Sources?: |The same, told where|VPC Peering Guide|VPC user guide", told)


def test_no_two_rules_have_one_name() -> None:
    names = [rule.__name__ for _, rule in (*across.RULES, *across.HINTS)]

    assert len({*names, *_OF_SECTIONS}) == len(names) + len(_OF_SECTIONS)
