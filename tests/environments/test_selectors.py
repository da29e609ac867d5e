"""What a person may see, and that lists ask the database as often for a thousand rows as for ten."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from environments import selectors
from environments.services import checklist
from environments.states import ItemState
from portal.core.errors import NotFound
from tests.factories import environments, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def production(behind):
    made = environments.environment()
    behind.stand_for(made)
    checklist.ensure(made)
    return made


def _queries(read) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        read()
    return len(captured)


def test_staff_see_all_and_a_customer_sees_its_own(production):
    other = environments.environment()
    assert set(selectors.environments(people.auditor())) == {production, other}
    assert list(selectors.environments(people.viewer(production.customer))) == [production]


def test_anothers_object_does_not_exist(production):
    stranger = people.contact(people.customer())
    plan = environments.planned(production)
    run = environments.run(production)
    for read, id in (
        (selectors.environment, production.pk),
        (selectors.plan, plan.pk),
        (selectors.run, run.pk),
        (selectors.specification, production.specifications.get().pk),
    ):
        with pytest.raises(NotFound):
            read(stranger, id)
    assert not selectors.resources(stranger, production)
    assert not selectors.aws_calls(stranger, run)
    assert not selectors.checklist(stranger, production)


def test_lists_take_as_many_queries_for_few_rows_as_for_many(production):
    engineer = people.engineer()

    def read():
        for environment in selectors.environments(engineer):
            str(environment), environment.aws_account.account_id, environment.green, environment.items
        for plan in selectors.plans(engineer):
            str(plan), plan.requested_by, plan.specification.version
        for run in selectors.runs(engineer):
            str(run), run.started_by, list(run.steps.all())
        for item in selectors.checklist(engineer):
            str(item.environment), item.signed_by

    environments.run(production)
    few = _queries(read)
    for _ in range(5):
        more = environments.environment(production.customer, kind="test", vpc_id="")
        more.name = more.pk[-20:]
        more.save()
        checklist.ensure(more)
    assert _queries(read) == few == 5


def test_counts_of_the_checklist_are_in_the_list(production):
    production.checklist_items.filter(key="peering_active").update(state=ItemState.GREEN)
    (found,) = selectors.environments(people.engineer())
    assert (found.green, found.items) == (1, production.checklist_items.count())


def test_topology_draws_each_link_with_its_proof(behind):
    production = environments.environment(data_centre="vpn")
    checklist.ensure(production)
    drawn = selectors.topology(production)
    assert {node["lane"] for node in drawn["nodes"]} == {"data centre", "gateway", "customer VPC", "provider VPC"}
    peering = next(edge for edge in drawn["edges"] if edge["label"] == "VPC peering")
    assert peering["status"] == "planned"
    ids = {node["id"] for node in drawn["nodes"]}
    assert all({edge["from"], edge["to"]} <= ids for edge in drawn["edges"])


@pytest.mark.parametrize(
    ("peering", "routes", "shown"),
    [("green", "open", "waiting"), ("green", "green", "verified"), ("green", "red", "failing")],
)
def test_topology_follows_the_evidence(production, peering, routes, shown):
    production.checklist_items.filter(key="peering_active").update(state=peering)
    production.checklist_items.filter(key="routes_both_sides").update(state=routes)
    edge = next(edge for edge in selectors.topology(production)["edges"] if edge["label"] == "VPC peering")
    assert edge["status"] == shown


def test_topology_without_a_data_centre_has_none(behind):
    made = environments.environment(data_centre="none")
    assert {node["lane"] for node in selectors.topology(made)["nodes"]} == {"provider VPC", "customer VPC"}
