"""Decisions: two sides, two people, unchanged after; and what has to be on record before work starts (S40)."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from environments.states import EnvironmentKind
from onboarding.conversation import selectors
from onboarding.conversation.models import Decision
from onboarding.conversation.services import decisions
from onboarding.conversation.states import DecisionState, Side
from portal.audit.models import AuditEvent
from portal.core.errors import Conflict, Forbidden, Invalid
from tests.factories import environments, people
from tests.onboarding.conversation.conftest import Talk
from tests.onboarding.conversation.test_comments import told


def propose(talk: Talk, by: Any = None, **changes: Any) -> Decision:
    said = {"environment": talk.environment, "kind": "migration", "title": "By dump", "text": "Databases move by dump."}
    return decisions.propose(talk.onboarding, **(said | changes), by=by or talk.manager)


def test_it_holds_once_a_person_of_the_other_side_agrees(talk: Talk) -> None:
    made = propose(talk)
    with pytest.raises(Conflict):
        selectors.require_on_record(talk.environment.pk, "migration")
    decisions.agree(made, by=talk.contact)

    found = selectors.require_on_record(talk.environment.pk, "migration")
    assert (found.proposed_by, found.proposed_side, found.answered_by) == (talk.manager, Side.PROVIDER, talk.contact)
    assert selectors.on_record(talk.environment.pk, "upgrade") is None
    actions = ["decision.proposed", "decision.agreed"]
    assert (
        list(AuditEvent.objects.filter(subject_id=made.pk).order_by("pk").values_list("action", flat=True)) == actions
    )


def test_the_customer_proposes_too(talk: Talk) -> None:
    made = propose(talk, by=talk.contact)
    assert told("decision_proposed") == {talk.manager.email}
    with pytest.raises(Forbidden):
        decisions.agree(made, by=talk.other)
    decisions.agree(made, by=talk.manager)

    assert told("decision_answered") == {talk.contact.email}


def test_every_editor_of_the_customer_is_asked_and_nobody_else(talk: Talk) -> None:
    propose(talk)

    assert told("decision_proposed") == {talk.contact.email, talk.other.email}


def test_who_speaks_for_no_side_neither_proposes_nor_answers(talk: Talk) -> None:
    made = propose(talk)
    for person in (talk.viewer, talk.engineer, talk.stranger, people.auditor(), people.approver()):
        with pytest.raises(Forbidden):
            propose(talk, by=person)
        with pytest.raises(Forbidden):
            decisions.agree(made, by=person)
    with pytest.raises(Forbidden):
        decisions.agree(made, by=talk.manager)
    with pytest.raises(Forbidden):
        decisions.withdraw(made, by=talk.contact)


def test_declining_needs_a_reason_and_ends_it(talk: Talk) -> None:
    made = propose(talk)
    with pytest.raises(Invalid):
        decisions.decline(made, reason=" ", by=talk.contact)
    decisions.decline(made, reason="A dump takes too long.", by=talk.contact)

    assert selectors.on_record(talk.environment.pk, "migration") is None
    for act in (
        lambda: decisions.agree(made, by=talk.contact),
        lambda: decisions.decline(made, reason="x", by=talk.contact),
        lambda: decisions.withdraw(made, by=talk.manager),
    ):
        with pytest.raises(Conflict):
            act()


def test_a_withdrawn_proposal_is_answered_by_nobody(talk: Talk) -> None:
    made = decisions.withdraw(propose(talk), by=talk.manager)

    with pytest.raises(Conflict):
        decisions.agree(made, by=talk.contact)


def test_a_newer_one_takes_the_place_once_it_is_agreed(talk: Talk) -> None:
    old = decisions.agree(propose(talk), by=talk.contact)
    new = propose(talk, by=talk.contact, title="By copy", supersedes=old)
    assert selectors.on_record(talk.environment.pk, "migration") == old
    with pytest.raises(Conflict):
        propose(talk, supersedes=old)
    decisions.agree(new, by=talk.manager)

    old.refresh_from_db()
    assert (old.state, selectors.on_record(talk.environment.pk, "migration")) == (DecisionState.SUPERSEDED, new)
    assert old.text == "Databases move by dump."
    with pytest.raises(Conflict):
        propose(talk, supersedes=old)


def test_a_declined_successor_leaves_the_old_one_and_room_for_another(talk: Talk) -> None:
    old = decisions.agree(propose(talk), by=talk.contact)
    decisions.decline(propose(talk, supersedes=old), reason="No.", by=talk.contact)
    decisions.agree(propose(talk, supersedes=old), by=talk.contact)

    old.refresh_from_db()
    assert old.state == DecisionState.SUPERSEDED


@pytest.mark.parametrize(
    "change", [{"kind": "lunch"}, {"title": " "}, {"title": "x" * 121}, {"text": ""}, {"text": "x" * 5001}]
)
def test_what_is_missing_or_too_long_is_named(talk: Talk, change: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refused:
        propose(talk, **change)

    assert [problem.pointer for problem in refused.value.problems] == list(change)


def test_an_environment_of_another_onboarding_is_refused(talk: Talk) -> None:
    with pytest.raises(Invalid):
        propose(talk, environment=environments.environment(talk.onboarding.customer, kind=EnvironmentKind.TEST))


def test_the_database_refuses_one_person_for_both_sides(talk: Talk) -> None:
    made = propose(talk)
    for change in (
        {"state": DecisionState.AGREED},
        {"state": DecisionState.AGREED, "answered_by": talk.manager, "answered_at": made.proposed_at},
        {"state": DecisionState.DECLINED, "answered_by": talk.contact, "answered_at": made.proposed_at},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Decision.objects.filter(pk=made.pk).update(**change)
