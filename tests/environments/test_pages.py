"""The list of environments, the page about one, its plans and its resources."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from backups.models import BackupPolicy
from environments.models import Environment, Plan, Run, Specification
from environments.services import steering
from environments.states import ItemState, PlanState
from portal.core import clock
from tests.environments import pages
from tests.environments.pages import page, signed_in, status
from tests.factories import environments, people

pytestmark = pytest.mark.django_db


def statements(client: Client, name: str, *args: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(reverse(name, args=args)).status_code == 200
    return len(captured)


def test_environment_list_shows_only_ones_own():
    mine, other = pages.production(), pages.production()

    html = page(people.viewer(mine.customer), "environment_list")

    assert mine.vpc_id in html
    assert other.vpc_id not in html


def test_environment_list_filters_by_words_and_kind():
    mine, other = pages.production(), pages.production()

    html = page(people.engineer(), "environment_list", q=mine.customer.name, kind="production")

    assert mine.vpc_id in html
    assert other.vpc_id not in html
    assert "Clear filters" in html
    assert "No environment fits" in page(people.engineer(), "environment_list", q="\x00nothing")


def test_environment_list_without_any_says_what_comes():
    assert "No environment yet" in page(people.engineer(), "environment_list")


def many(like: Environment, number: int) -> None:
    Environment.objects.bulk_create(
        Environment(
            customer=like.customer,
            name=f"Environment {index}",
            kind="test",
            aws_account=like.aws_account,
            region=like.region,
            vpc_id=f"vpc-{index:08x}",
        )
        for index in range(number)
    )


def test_environment_list_asks_the_database_the_same_for_10_and_1000_rows():
    environment = pages.production()
    client = signed_in(people.engineer())
    many(environment, 10)
    few = statements(client, "environment_list")
    Environment.objects.filter(name__startswith="Environment ").delete()

    many(environment, 1000)

    assert statements(client, "environment_list") == few <= 10


def test_environment_list_turns_pages():
    many(pages.production(), 60)
    client = signed_in(people.engineer())

    first = client.get(reverse("environment_list"))
    older = client.get(f"{reverse('environment_list')}?{first.context['page'].older}")
    back = client.get(f"{reverse('environment_list')}?{older.context['page'].newer}")

    assert len(first.context["page"].rows) == 50
    assert len(older.context["page"].rows) == 11
    assert list(back.context["page"].rows) == list(first.context["page"].rows)


def test_environment_of_another_customer_does_not_exist():
    environment, stranger = pages.production(), people.contact(people.customer())

    for name in ("environment", "environment_checklist", "plan_request", "environment_runs", "environment_resources"):
        assert status(stranger, name, environment.pk) == 404
    for name in ("environment_verify", "plan_request", "stand_in_role", "stand_in_accept"):
        assert status(stranger, name, environment.pk, method="post") == 404


def test_environment_shows_its_facts():
    environment = pages.production()

    html = page(people.viewer(environment.customer), "environment", environment.pk)

    assert environment.aws_account.account_id in html
    assert environment.vpc_id in html
    assert environment.cidr_blocks[0] in html
    assert environment.product_deployments.first().hostname in html
    assert "Starts when the customer accepts the VPC peering" in html
    assert f"{reverse('environment_checklist', args=[environment.pk])}#item-routes_both_sides" in html


def next_act(user, environment: Environment):
    response = signed_in(user).get(reverse("environment", args=[environment.pk]))
    assert response.status_code == 200
    return response.context["next"]


def test_next_act_of_a_plan_depends_on_who_looks():
    environment = pages.production()
    plan = pages.planned(environment)

    assert next_act(people.engineer(), environment).label == "Review plan"
    assert next_act(people.viewer(environment.customer), environment).label == "See the plan"
    assert next_act(people.engineer(), environment).url == reverse("plan", args=[plan.pk])


def test_next_act_of_a_blocked_plan_is_to_see_why():
    environment = pages.production()
    pages.planned(environment, PlanState.BLOCKED)

    assert next_act(people.engineer(), environment).label == "See what is blocking"


@pytest.mark.parametrize(
    ("step", "label"),
    [("customer_access", "Create the provider's role"), ("peering_acceptance", "Accept the VPC peering")],
)
def test_next_act_of_a_run_that_waits_for_the_customer_is_theirs(step: str, label: str):
    environment = pages.production()
    pages.waiting(environment, step)

    assert next_act(people.contact(environment.customer), environment).label == label
    assert next_act(people.viewer(environment.customer), environment).label == "Watch the run"
    assert next_act(people.engineer(), environment).label == "Watch the run"


def test_next_act_of_a_stopped_run_is_to_see_what_stopped():
    environment = pages.production()
    pages.failed(environment)

    assert next_act(people.engineer(), environment).label == "See what stopped"


def test_next_act_of_a_paused_run_is_to_see_why():
    environment = pages.production()
    steering.pause(pages.waiting(environment), by=people.engineer(), note="The customer moves its DNS")

    for person in (people.engineer(), people.contact(environment.customer)):
        act = next_act(person, environment)
        assert (act.label, act.why) == ("Open the paused run", "The customer moves its DNS")


def test_next_act_after_a_run_is_the_checklist_and_then_the_hand_over():
    environment = pages.production()
    pages.finished(environment)

    assert next_act(people.engineer(), environment).label == "See what is blocking"

    environment.checklist_items.update(state=ItemState.GREEN, due_at=clock.now())
    assert next_act(people.engineer(), environment).label == "Open hand-over"
    assert next_act(people.auditor(), environment) is None


def test_next_act_on_what_was_seen_too_long_ago_is_to_check_again():
    environment = pages.production()
    pages.finished(environment)
    environment.checklist_items.update(state=ItemState.GREEN, due_at=clock.now() - timedelta(days=1))

    act = next_act(people.engineer(), environment)

    assert (act.label, act.url, act.posts) == (
        "Check again",
        reverse("environment_verify", args=[environment.pk]),
        True,
    )
    assert "was last looked at on" in act.why
    html = page(people.engineer(), "environment_checklist", environment.pk)
    assert "The hand-over goes on once AWS was looked at again." in html
    assert "Open hand-over" not in html


def test_next_act_without_a_plan_is_to_make_one():
    environment = pages.production()
    environment.plans.all().delete()

    assert next_act(people.engineer(), environment).posts
    assert next_act(people.auditor(), environment) is None


def test_backups_of_production_and_of_anything_else():
    environment = pages.production()
    other = environments.environment(environment.customer, kind="test")
    BackupPolicy.objects.create(customer=environment.customer, environment=environment, archive_to_glacier=True)

    assert "Archive" in page(people.engineer(), "environment", environment.pk)
    assert "Not backed up (S41)" in page(people.engineer(), "environment", other.pk)


# Plans.


def test_plan_shows_what_would_change():
    environment = pages.production()
    plan = pages.planned(environment)

    html = page(people.viewer(environment.customer), "plan", plan.pk)

    assert "Peering request" in html
    assert f"Needs <strong>{environment.customer.name}</strong>" in html
    assert plan.digest[:12] in html
    assert "Approve plan and start" not in html


def test_plan_shows_what_would_be_taken_away():
    plan = pages.planned(pages.production())
    plan.findings[1] |= {"action": "remove", "removes": True}
    plan.save(update_fields=["findings"])

    html = page(people.engineer(), "plan", plan.pk)

    assert html.count("Remove</") == 2, "once counted, once at its step"


def test_plan_that_is_computed_asks_again_by_itself():
    environment = pages.production()
    plan = environment.plans.get()

    html = page(people.engineer(), "plan", plan.pk)
    assert 'hx-trigger="every 2s"' in html

    pages.planned(environment)
    assert "hx-trigger" not in page(people.engineer(), "plan", plan.pk)


def test_engineer_approves_exactly_the_plan_that_was_shown():
    plan = pages.planned(pages.production())
    engineer = people.engineer()
    assert "Approve plan and start" in page(engineer, "plan", plan.pk)

    assert status(engineer, "plan_approve", plan.pk, method="post", digest="another") == 409
    response = signed_in(engineer).post(reverse("plan_approve", args=[plan.pk]), {"digest": plan.digest})

    assert response["Location"] == reverse("run", args=[Run.objects.get().pk])
    assert "Open its run" in page(engineer, "plan", plan.pk)


def test_only_engineers_approve():
    plan = pages.planned(pages.production())

    for person in (people.account_manager(), people.auditor(), people.contact(plan.customer)):
        assert "Approve plan and start" not in page(person, "plan", plan.pk)
        assert status(person, "plan_approve", plan.pk, method="post", digest=plan.digest) == 403
    assert status(people.contact(people.customer()), "plan", plan.pk) == 404


def test_stale_plan_cannot_be_approved():
    environment = pages.production()
    plan = pages.planned(environment)
    Specification.objects.create(
        customer=environment.customer,
        environment=environment,
        version=2,
        content=plan.specification.content,
        digest="2",
    )

    html = page(people.engineer(), "plan", plan.pk)

    assert "Answers changed since this plan" in html
    assert "Make a new plan" in html
    assert "Approve plan and start" not in html


def test_blocked_plan_says_how_to_mend_it():
    plan = pages.planned(pages.production(), PlanState.BLOCKED)

    html = page(people.engineer(), "plan", plan.pk)

    assert "The role is not there." in html
    assert "Create the role." in html


def test_new_plan_replaces_the_one_before():
    environment = pages.production()
    first = pages.planned(environment)

    response = signed_in(people.account_manager()).post(reverse("plan_request", args=[environment.pk]))

    assert response["Location"] == reverse("plan", args=[environment.plans.latest("id").pk])
    assert "A newer plan replaced this one" in page(people.engineer(), "plan", first.pk)
    assert status(people.contact(environment.customer), "plan_request", environment.pk, method="post") == 403


def test_plan_list_asks_the_database_the_same_for_10_and_1000_rows():
    environment = pages.production()
    specification, client = environment.specifications.get(), signed_in(people.engineer())

    def grow(number: int) -> None:
        Plan.objects.bulk_create(
            Plan(
                customer=environment.customer, environment=environment, specification=specification, state="superseded"
            )
            for _ in range(number)
        )

    grow(9)
    few = statements(client, "plan_request", environment.pk)
    grow(990)

    assert statements(client, "plan_request", environment.pk) == few <= 10


def test_resources_ask_the_database_the_same_for_10_and_1000_rows():
    environment = pages.production()
    client = signed_in(people.viewer(environment.customer))
    assert "Nothing in AWS yet" in client.get(reverse("environment_resources", args=[environment.pk])).content.decode()
    pages.resources(environment, 10)
    few = statements(client, "environment_resources", environment.pk)
    environment.resources.all().delete()

    pages.resources(environment, 1000)

    assert statements(client, "environment_resources", environment.pk) == few <= 10
    assert "VPC route" in client.get(reverse("environment_resources", args=[environment.pk])).content.decode()
