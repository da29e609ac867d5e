"""Milestones of a Direct Connect line, recorded by people."""

from datetime import timedelta

import pytest

from environments.models import Milestone, Run
from environments.provisioning.steps.direct_connect import MILESTONES
from environments.services import milestones, runs
from environments.states import RunState
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.core.errors import Conflict, Forbidden, Invalid
from tests.factories import environments, people

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def production(behind):
    made = environments.environment(data_centre="direct_connect")
    behind.stand_for(made)
    return made


@pytest.fixture
def contact(production):
    return people.contact(production.customer)


def reach(production, key, by, **changes):
    given = {"done_on": clock.now().date(), "evidence": "dxcon-ffabc123", "note": "", **changes}
    return milestones.record(production, key, by=by, **given)


def test_milestones_are_recorded_in_their_order_with_evidence(production, contact):
    made = reach(production, "ordered", contact, evidence=" order 4711 ", note="by Colt")
    assert (made.evidence, made.note, made.recorded_by) == ("order 4711", "by Colt", contact)
    with pytest.raises(Conflict, match="next milestone is: Letter of authorisation"):
        reach(production, "cross_connect", contact)
    with pytest.raises(Conflict):
        reach(production, "ordered", contact)
    event = AuditEvent.objects.get(action="milestone.recorded")
    assert (event.actor, event.after["milestone"]) == (contact, "ordered")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"evidence": "  "}, "evidence"),
        ({"evidence": "x" * 501}, "evidence"),
        ({"note": "x" * 501}, "note"),
        ({"done_on": timedelta(days=1)}, "done_on"),
    ],
)
def test_what_is_not_sound_is_refused_at_its_field(production, contact, changes, field):
    if "done_on" in changes:  # counted from the day of the test: midnight may pass after the tests were gathered
        changes = {"done_on": clock.now().date() + changes["done_on"]}
    with pytest.raises(Invalid) as refused:
        reach(production, "ordered", contact, **changes)
    assert [problem.pointer for problem in refused.value.problems] == [field]
    assert not Milestone.objects.exists()


def test_only_the_latest_is_taken_back(production, contact):
    reach(production, "ordered", contact)
    reach(production, "letter_of_authorisation", contact)
    with pytest.raises(Conflict, match="Only the latest"):
        milestones.take_back(production, "ordered", by=contact)
    milestones.take_back(production, "letter_of_authorisation", by=contact)
    assert [made.key for made in production.milestones.all()] == ["ordered"]


def test_customers_editors_and_engineers_may_and_nobody_else(production):
    reach(production, "ordered", people.engineer())
    for person in (people.viewer(production.customer), people.auditor(), people.contact(people.customer())):
        with pytest.raises(Forbidden):
            reach(production, "letter_of_authorisation", person)
        with pytest.raises(Forbidden):
            milestones.take_back(production, "ordered", by=person)


def test_environment_without_a_line_has_none(behind):
    other = environments.environment()
    with pytest.raises(Conflict, match="no Direct Connect line"):
        reach(other, "ordered", people.engineer())


def test_run_waits_for_each_and_is_woken_by_it(production, contact, behind):
    run = environments.run_of(production, "direct_connect")
    for milestone in MILESTONES:
        runs.advance(run.pk)
        step = run.steps.get(key="direct_connect")
        assert (step.state, step.waits_on) == ("waiting", "customer")
        reach(production, milestone.key, contact)
        assert Run.objects.get(pk=run.pk).state == RunState.QUEUED
    runs.advance(run.pk)
    assert run.steps.get(key="direct_connect").state == "ready"
