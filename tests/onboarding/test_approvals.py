"""What becomes of approvals when answers are saved again: pure, over one section with rows and one without."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from onboarding import approvals
from onboarding.sections import definition

USERS, DNS = definition("users"), definition("dns")


def person(name: str, access: str = "administrator") -> dict[str, str]:
    return {"name": name, "email": f"{name.lower()}@acme.example", "access": access}


ADA, BEN, CY = person("Ada"), person("Ben", "developer"), person("Cy", "viewer")


def people(*rows: dict[str, str]) -> dict[str, Any]:
    return {"people": list(rows)}


def approved(answers: dict[str, Any], *opened: str) -> approvals.Approved:
    return {key: digest for key, digest in approvals.digests(USERS, answers).items() if key not in opened}


BEFORE = people(ADA, BEN, CY)

CASES: dict[str, tuple[tuple[str, ...], dict[str, Any], list[str]]] = {
    "nothing changed": ((), BEFORE, []),
    "an approved answer changed": ((), people(ADA, {**BEN, "name": "Bo"}, CY), ["people/1/name"]),
    "an open answer changed": (("people/1/name",), people(ADA, {**BEN, "name": "Bo"}, CY), []),
    "an approved answer beside an open one changed": (
        ("people/1/name",),
        people(ADA, {**BEN, "access": "viewer"}, CY),
        ["people/1/access"],
    ),
    "a row with an open answer taken away": (("people/0/name",), people(BEN, CY), []),
    "an approved row taken away": (("people/0/name",), people(ADA, BEN), ["people/2"]),
    "a row added to an open list": (("people/0/name",), people(ADA, BEN, CY, person("Di")), []),
    "a row added to an approved list": ((), people(ADA, BEN, CY, person("Di")), ["people"]),
    "an open row taken away and an approved answer changed": (
        ("people/0/name",),
        people(BEN, {**CY, "access": "developer"}),
        ["people/1/access"],
    ),
    "everything taken away": ((), people(), ["people/0", "people/1", "people/2"]),
    "rows swapped": (
        (),
        people(BEN, ADA, CY),
        [f"people/{row}/{name}" for row in (0, 1) for name in ("name", "email", "access")],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_approved_answers_stay_as_they_are(case: str) -> None:
    opened, after, broken = CASES[case]

    carried = approvals.carry(USERS, BEFORE, after, approved(BEFORE, *opened))

    assert carried.broken == broken


def test_approvals_move_up_with_their_rows() -> None:
    after = people(BEN, CY)

    carried = approvals.carry(USERS, BEFORE, after, approved(BEFORE, "people/0/name"))

    assert carried.approved == approvals.digests(USERS, after)


def test_an_approved_answer_that_is_not_asked_for_is_kept_and_does_not_stand() -> None:
    before = {"choice": "own", "zone": "acme.internal", "servers": ["10.30.0.2"]}
    given = {key: digest for key, digest in approvals.digests(DNS, before).items() if key != "choice"}
    after = {**before, "choice": "route53"}

    carried = approvals.carry(DNS, before, after, given)

    assert carried.broken == []
    assert set(carried.approved) == {"zone", "servers"}
    assert set(approvals.standing(carried.approved, approvals.digests(DNS, after))) == {"zone"}


def test_a_digest_tells_types_apart_and_not_the_order_of_keys() -> None:
    assert approvals.digest_of({"a": 1, "b": 2}) == approvals.digest_of({"b": 2, "a": 1})
    assert len({approvals.digest_of(value) for value in (1, "1", True, None, [1], "")}) == 6


def test_changed_names_what_differs_and_what_is_gone() -> None:
    then = {"choice": "own", "zone": "acme.internal", "servers": ["10.30.0.2"]}
    now = {"choice": "route53", "zone": "acme.internal"}

    assert approvals.changed(DNS, then, now) == ["choice", "servers"]


ROWS = some.lists(some.sampled_from([ADA, BEN, CY, {**BEN, "access": "viewer"}, {**ADA, "name": "Ada B"}]), max_size=5)


@settings(max_examples=300, deadline=None)
@given(before=ROWS, after=ROWS, opened=some.sets(some.integers(0, 14)))
def test_whatever_is_saved_no_approval_outlives_its_answer(before: Any, after: Any, opened: set[int]) -> None:
    asked = approvals.digests(USERS, people(*before))
    kept = {key: digest for number, (key, digest) in enumerate(asked.items()) if number not in opened}

    carried = approvals.carry(USERS, people(*before), people(*after), kept)

    now = approvals.digests(USERS, people(*after))
    assert approvals.standing(carried.approved, now) == carried.approved
    if not carried.broken:
        closed = [row for number, row in enumerate(before) if all(f"people/{number}/{name}" in kept for name in row)]
        assert is_within(closed, after)
    if before == after:
        assert (carried.broken, carried.approved) == ([], kept)


def is_within(rows: list[Any], others: list[Any]) -> bool:
    """Return whether the rows are among the others, in their order."""
    rest = iter(others)
    return all(row in rest for row in rows)
