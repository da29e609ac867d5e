"""Whatever JSON or a form holds, a section answers with problems, never with an error."""

import json
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from onboarding.sections import SECTIONS
from onboarding.sections.definition import Rows, SectionDefinition, group_schema
from onboarding.sections.questions import Question

BY_KEY = pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.key)
_WORDS = st.sampled_from(
    [
        *("own", "route53", "ses", "vpn", "static", "bgp", "true", "production", "10.0.0.0/16", "0.0.0.0/0", "::/0"),
        *("vpc-0a1b2c3d", "a@b.example", "fe80::1%x", "http://[::", "xn--a.example", "\uff10.example", "ß.example"),
    ]
)
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(alphabet=st.characters(), max_size=30)
    | _WORDS
)
_JSON = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


def _near(questions: tuple[Question, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Objects with the right keys and any values: they reach the rules."""
    options = {}
    for question in questions:
        value: st.SearchStrategy[Any] = _JSON
        if isinstance(question, Rows):
            value = value | st.lists(_near(question.questions), max_size=3)
        options[question.key] = value | st.lists(_WORDS, max_size=3)
    required = [question.key for question in questions if question.required]
    options["unknown"] = st.lists(st.sampled_from(required), max_size=4) | _JSON
    return st.fixed_dictionaries({}, optional=options)


def _check(section: SectionDefinition, raw: Any) -> None:
    answers, problems = section.clean(raw)

    assert all(problem.message and problem.code for problem in problems)
    assert json.loads(json.dumps(answers)) == answers
    kept, again = section.clean(answers)
    assert kept == answers
    assert not {"wrong_type", "unknown_field"} & {problem.code for problem in again}
    section.summarise(answers)
    section.visible(answers)
    section.sound(answers)


@BY_KEY
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_any_json_is_answered_with_problems_only(section: SectionDefinition, data: st.DataObject) -> None:
    _check(section, data.draw(_JSON | _near(section.questions)))


@BY_KEY
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_any_form_is_answered_with_problems_only(section: SectionDefinition, data: st.DataObject) -> None:
    names = list(group_schema(section.questions)["properties"])
    rows = [
        f"{question.key}-{number}-{inner.key}"
        for question in section.questions
        if isinstance(question, Rows)
        for inner in question.questions
        for number in (0, 3)
    ]
    form = QueryDict(mutable=True)
    for name in data.draw(st.lists(st.sampled_from([*names, *rows]), max_size=12)):
        form.appendlist(name, data.draw(st.text(max_size=20) | _WORDS))

    _check(section, section.parse_form(form))
