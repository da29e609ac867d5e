"""Reading a stranger's file: what it says and where, and everything that is refused with the line it stands on."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from onboarding.files import reading, writing
from onboarding.files.reading import LARGEST_BYTES, Unreadable, read
from onboarding.sections import SECTIONS

_LETTERS = st.characters(exclude_categories=("Cs",), exclude_characters="\x00")
_ENDS = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_TEXTS = st.text(alphabet=_LETTERS, max_size=60) | st.sampled_from(
    [
        *("no", "yes", "on", "~", "null", "true", "0123", "012345678901", "1:30", "1e3", "2026-01-01", "<<", "=", ""),
        *(
            "- a",
            "a: b",
            " a ",
            "a\n b\n",
            "a\n\nb",
            "%a",
            "---",
            "...",
            "\ufeff",
            "é\u2028b\x85",
            "#",
            "&a",
            "*a",
            "!a",
        ),
    ]
)
_SCALARS = st.none() | st.booleans() | st.integers(-(10**15) + 1, 10**15 - 1) | _TEXTS
_ANSWERS = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(alphabet=_LETTERS, max_size=150), inner, max_size=4)
    ),
    max_leaves=10,
)


@settings(max_examples=100, deadline=None)
@given(
    answers=st.dictionaries(st.sampled_from([section.key for section in SECTIONS]), st.dictionaries(_TEXTS, _ANSWERS))
)
def test_any_answers_survive_as_json(answers: dict[str, Any]):
    file = {"answers": answers}

    assert read(writing.as_json(file)).value == file


@settings(max_examples=200, deadline=None)
@given(value=st.dictionaries(st.text(alphabet=_LETTERS, min_size=1, max_size=150), _ANSWERS, min_size=1))
def test_any_mapping_survives_as_yaml(value: dict[str, Any]):
    assert read("format: x\nanswers:\n" + writing.dumped(value, indent="  ")).value == {"format": "x", "answers": value}


@settings(max_examples=200, deadline=None)
@given(text=st.text(max_size=200) | st.text(alphabet="{}[]:,-&*!|>'\"#%@ \n\tab1", max_size=80))
def test_any_text_is_read_or_refused_in_a_sentence(text: str):
    last = len(_ENDS.findall(text)) + 1

    words, lines = attempt(text)

    assert words
    assert lines <= set(range(1, last + 2))


def attempt(text: str) -> tuple[str, set[int]]:
    """Return what was said, and the lines that were named."""
    try:
        document = read(text)
    except Unreadable as error:
        return error.message, {error.line} - {None}
    return "read", set(document.lines.values())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 222222222222", 222222222222),
        ("a: 012345678901", "012345678901"),
        ("a: 0", 0),
        ("a: -5", -5),
        ("a: 99.9", 99.9),
        ("a: 4.5.0", "4.5.0"),
        ("a: 2026-03-12", "2026-03-12"),
        ("a: yes", "yes"),
        ("a: true", True),
        ("a:", None),
        ("a: ~", None),
        ("a: 'true'", "true"),
        ("a: 99999999999999999999", "99999999999999999999"),
        ("a: [x, 'y', 1]", ["x", "y", 1]),
        ("a: |\n  one\n  two\n", "one\ntwo\n"),
        ("---\na: 1\n...\n", 1),
        ('{"a": 1e400}', float("inf")),
    ],
)
def test_a_value_is_what_it_looks_like(text: str, value: Any):
    assert read(text).value == {"a": value}


LEVELS = "".join(f"{'  ' * level}a:\n" for level in range(reading.DEEPEST + 1))


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", None, "empty"),
        ("# nothing but words\n", None, "empty"),
        ("a: 1\nb: [\n", 3, "not YAML"),
        ("a: 1\n\tb: 2\n", 2, "not YAML"),
        ("a: 1\na: 2\n", 2, "given twice"),
        ("x: 1\na: &bomb [1]\n", 2, "Anchors"),
        ("a: 1\nb: *bomb\n", 2, "Anchors"),
        ("a: 1\n<<: *bomb\n", 2, "Anchors"),
        ("&key a: 1\n", 1, "plain text"),
        ("a: 1\nb: !!python/object/apply:os.system [true]\n", 2, "Tags"),
        ("a: !!str 1\n", 1, "Tags"),
        ("? [a, b]\n: 1\n", 1, "plain text"),
        ("a: 1\n---\nb: 2\n", 2, "two documents"),
        ("a: \x07\n", None, "not YAML"),
        (LEVELS, reading.DEEPEST + 1, "nested"),
        ("[" * 5000, 1, "nested"),
        ("a: " + "[" * 100_000, 1, "nested"),
        ('{"a": 1,\n"b": }', 2, "not JSON"),
        ('{"a": 1, "a": 2}', None, "given twice"),
        ('{"a": NaN}', None, "NaN"),
        ('{"a": ' + "[" * 100_000, None, "not JSON"),
        ('{"a": ' + "[" * 20 + "]" * 20 + "}", None, "nested"),
        ("a: " + "x" * LARGEST_BYTES, None, "256 KiB"),
    ],
)
def test_what_is_refused_says_where(text: str, line: int | None, words: str):
    with pytest.raises(Unreadable) as refused:
        read(text)

    assert words in refused.value.message
    assert refused.value.line == line


def test_every_value_has_its_line_and_what_is_missing_that_of_its_place():
    document = read("answers:\n  dns:\n    choice: own\n    servers:\n      - 10.0.0.2\n      - 10.0.0.3\n")

    assert document.line("answers/dns/servers/1") == 6
    assert document.line("answers/dns/zone") == 2
    assert document.line("answers/smtp") == 1
    assert document.line("colour") is None


def test_json_has_lines_too_whatever_indents_it():
    document = read('{\n\t"answers": {\n\t\t"dns": {"choice":\n"own"}\n\t}\n}')

    assert document.line("answers/dns") == 3
    assert document.line("answers/dns/choice") == 3
