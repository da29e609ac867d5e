import re
from typing import Any

import pytest

from onboarding import validators
from tests.onboarding.rule_cases import ACCEPTED, REFUSED


def _named(cases: list[tuple[Any, Any, Any]]) -> list[Any]:
    return [pytest.param(*case, id=f"{case[0].__name__}-{str(case[1])[:40]!a}") for case in cases]


@pytest.mark.parametrize(("rule", "value", "canonical"), _named(ACCEPTED))
def test_sound_value_becomes_canonical(rule: Any, value: Any, canonical: Any) -> None:
    assert rule(value) == canonical
    assert rule(canonical) == canonical


@pytest.mark.parametrize(("rule", "value", "words"), _named(REFUSED))
def test_unsound_value_is_refused_with_what_and_how(rule: Any, value: Any, words: str) -> None:
    with pytest.raises(validators.ValueProblem) as refusal:
        rule(value)

    assert words in refusal.value.message


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case[0].__name__}-{str(case[1])[:30]!a}")
def test_no_message_uses_the_words_we_avoid(case: tuple[Any, Any, str]) -> None:
    with pytest.raises(validators.ValueProblem) as refusal:
        case[0](case[1])

    words = refusal.value.message.lower().split()
    assert not {"invalid", "please", "sorry", "oops", "successfully"} & set(words)


@pytest.mark.parametrize("name", sorted(set(validators.__all__) - {"ValueProblem", "overlap"}))
def test_every_rule_says_where_it_comes_from(name: str) -> None:
    assert re.search(r"Sources?: ", getattr(validators, name).__doc__)


def test_every_rule_is_in_the_tables() -> None:
    tested = {case[0].__name__ for case in ACCEPTED} & {case[0].__name__ for case in REFUSED}
    helpers = {"network", "overlap", "too_few_or_many_time_servers"}
    own = set(validators.__all__) - {"ValueProblem"}

    assert own == tested | helpers


@pytest.mark.parametrize(
    ("block", "others", "expected"),
    [
        ("10.20.0.0/16", ["10.21.0.0/16"], None),
        ("10.20.0.0/16", ["10.21.0.0/16", "10.20.4.0/22"], "10.20.4.0/22"),
        ("10.20.4.0/22", ["10.20.0.0/16"], "10.20.0.0/16"),
        ("10.20.0.0/16", ["fd00::/8"], None),
    ],
)
def test_overlap_names_the_first_block_that_shares_an_address(
    block: str, others: list[str], expected: str | None
) -> None:
    assert validators.overlap(block, others) == expected


def test_four_time_servers_of_a_kind_are_the_limit() -> None:
    four = [f"10.0.0.{number}" for number in range(1, 5)]

    assert validators.too_few_or_many_time_servers([*four, "ntp.acme.example", "2001:db8::1"]) is None
    assert "this is 5" in (validators.too_few_or_many_time_servers([*four, "10.0.0.9"]) or "")
