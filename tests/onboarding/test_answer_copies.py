"""Beginning with the answers of an earlier onboarding: drafts only, no secrets, and what is bound to environments is asked."""

from typing import Any

import pytest

from onboarding import selectors
from onboarding.models import Onboarding
from onboarding.sections import SECTIONS
from onboarding.services import answer_copies
from onboarding.services.bringing_in import Outcome
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.core.errors import Conflict, Forbidden, Invalid
from tests.api.caller import Caller
from tests.factories import onboardings, people

pytestmark = pytest.mark.django_db


def two(**answers: dict[str, Any]) -> tuple[Onboarding, Onboarding, User]:
    """An earlier onboarding that is answered, and a fresh one of the same customer."""
    earlier = onboardings.onboarding()
    author = people.contact(earlier.customer)
    onboardings.answered(earlier, author)
    for key, given in answers.items():
        onboardings.answer(earlier, key, given, author)
    return earlier, onboardings.onboarding(earlier.customer), author


def answers(onboarding: Onboarding) -> dict[str, Any]:
    return {row.key: row.answers for row in onboarding.sections.all()}


def test_every_section_becomes_a_draft_with_the_same_answers():
    earlier, onboarding, author = two()

    changes = answer_copies.copy(onboarding, earlier, by=author)

    assert [change.key for change in changes if change.outcome == Outcome.CHANGED] == [key.key for key in SECTIONS]
    bound = ("remote_access", "smtp")
    assert {key: given for key, given in answers(onboarding).items() if key not in bound} == {
        key: given for key, given in answers(earlier).items() if key not in bound
    }
    assert {row.state for row in onboarding.sections.all()} == {"draft"}


def test_what_holds_for_one_environment_only_is_to_find_out():
    earlier, onboarding, author = two()

    answer_copies.copy(onboarding, earlier, by=author)

    assert answers(onboarding)["remote_access"]["environments"] == [
        {
            "kind": kind,
            "name": name,
            "region": "eu-west-1",
            "unknown": ["account_id", "vpc_id", "cidr_blocks"],
        }
        for kind, name in (("production", "Production"), ("test", "Test"))
    ]


def test_it_is_copied_too_where_the_person_says_so():
    earlier, onboarding, author = two()

    answer_copies.copy(onboarding, earlier, by=author, environments=True)

    assert answers(onboarding)["remote_access"] == answers(earlier)["remote_access"]


def test_a_secret_is_never_copied_and_is_to_find_out():
    earlier, onboarding, author = two()

    answer_copies.copy(onboarding, earlier, by=author, environments=True)

    given = answers(onboarding)["smtp"]
    assert "password" not in given
    assert given["unknown"] == ["password"]


def test_a_section_that_was_begun_here_stays():
    earlier, onboarding, author = two()
    onboardings.answer(onboarding, "ntp", {"choice": "amazon"}, author)

    changes = answer_copies.copy(onboarding, earlier, by=author)

    assert answers(onboarding)["ntp"] == {"choice": "amazon"}
    assert [(change.key, change.outcome) for change in changes if change.outcome != Outcome.CHANGED] == [
        ("ntp", Outcome.LEFT)
    ]


def test_looking_changes_nothing_and_says_the_same():
    earlier, onboarding, author = two()
    events = AuditEvent.objects.count()

    seen = answer_copies.preview(onboarding, earlier, by=author)
    untouched = (answers(onboarding), AuditEvent.objects.count())
    done = answer_copies.copy(onboarding, earlier, by=author)

    assert untouched == ({section.key: {} for section in SECTIONS}, events)
    assert seen == done


def test_copying_twice_has_nothing_left():
    earlier, onboarding, author = two()
    answer_copies.copy(onboarding, earlier, by=author)

    with pytest.raises(Conflict, match="nothing to copy"):
        answer_copies.copy(onboarding, earlier, by=author)


def test_it_is_on_record_where_they_came_from():
    earlier, onboarding, author = two()

    answer_copies.copy(onboarding, earlier, by=author)

    event = AuditEvent.objects.get(action="onboarding.answers_copied")
    assert (event.subject_id, event.after["from"]) == (onboarding.pk, earlier.reference)


def test_another_customers_answers_are_never_copied_even_by_the_provider():
    earlier, _, _ = two()
    onboarding = onboardings.onboarding()

    for source in (earlier, onboarding):
        with pytest.raises(Invalid):
            answer_copies.copy(onboarding, source, by=people.account_manager())
    assert set(map(str, answers(onboarding).values())) == {"{}"}


def test_who_may_only_read_copies_nothing():
    earlier, onboarding, _ = two()

    with pytest.raises(Forbidden):
        answer_copies.copy(onboarding, earlier, by=people.viewer(onboarding.customer))


def test_offered_are_the_customers_other_onboardings_that_have_answers():
    earlier, onboarding, author = two()
    onboardings.onboarding(onboarding.customer)
    two()

    assert list(selectors.earlier_onboardings(author, onboarding)) == [earlier]
    assert list(selectors.earlier_onboardings(people.account_manager(), earlier)) == []


def test_the_api_looks_and_copies():
    earlier, onboarding, author = two()
    caller, path = Caller(author), f"/onboardings/{onboarding.pk}/copies"

    looked = caller.post(path, {"onboarding": earlier.pk, "dry_run": True}).data
    done = caller.post(path, {"onboarding": earlier.pk}).data

    assert (looked["applied"], done["applied"]) == (False, True)
    assert looked["sections"] == done["sections"]
    assert sum(section["to_find_out"] for section in done["sections"]) == 7


def test_the_api_refuses_anothers_onboarding_as_one_that_is_not_there():
    foreign, _, _ = two()
    _, onboarding, author = two()
    path = f"/onboardings/{onboarding.pk}/copies"

    there, nowhere = (
        Caller(author).post(path, {"onboarding": id}).data["errors"] for id in (foreign.pk, "onb_nothing")
    )

    assert (
        there == nowhere == [{"pointer": "/onboarding", "code": "unknown_id", "message": "There is no such onboarding"}]
    )
