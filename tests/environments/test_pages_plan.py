"""The page of a plan: what happens to each resource, what it takes, whom it waits for; and adopting what stands in its way."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from environments.models import Adoption, Plan, Run
from environments.provisioning.step import ADOPT, CHANGE, CREATE, KEEP, REMOVE
from environments.provisioning.steps import STEPS
from environments.services import tear_downs
from environments.states import PlanPurpose, PlanState
from environments.views import plan_page
from portal.audit.models import AuditEvent
from tests.api.caller import Caller
from tests.environments import pages
from tests.environments.pages import page, signed_in, status
from tests.factories import environments, people

pytestmark = pytest.mark.django_db

ESTIMATE = {
    "seconds": 412,
    "measured_steps": 34,
    "monthly_usd": 1284.5,
    "added_usd": 230.1,
    "prices_as_of": "2026-11-24",
}
OURS, THEIRS = "sg-0a1b2c3d4e5f60718", "sg-0777777777777777"


def change(action: str, name: str, *differences: str, aws_id: str = "") -> dict[str, Any]:
    told = list(differences)
    return {"action": action, "kind": "security_group", "name": name, "differences": told, "aws_id": aws_id}


def finding(action: str, *changes: dict[str, Any], number: int = 0, **values: Any) -> dict[str, Any]:
    step = STEPS[number]
    found = {"step": step.key, "title": step.title, "action": action, "details": [], "waits_for": "", "reason": ""}
    rest = {"remedy": "", "code": "", "outputs": {}, "seconds": 1, "looked": True, "removes": action == REMOVE}
    return {**found, **rest, "changes": list(changes), **values}


def planned(*findings: dict[str, Any], state: str = PlanState.READY, **values: Any) -> Plan:
    return pages.planned(pages.production(), state, findings=list(findings), **values)


def blocked() -> Plan:
    stands = finding(
        "blocked",
        change(ADOPT, "acme-nodes", aws_id=THEIRS),
        reason="There is already something that we did not make.",
        remedy="Adopt it, or remove it.",
        code="not_ours",
        number=14,
    )
    return planned(finding(CREATE), stands, state=PlanState.BLOCKED)


def test_each_resource_has_its_word_and_what_differs() -> None:
    plan = planned(
        finding(CHANGE, change(CHANGE, "nodes", "rules are none instead of tcp 443"), change(KEEP, "db"), number=1),
        finding(
            CREATE,
            change(CREATE, "loads"),
            details=["Security group loads (zone eu-west-1a)", "It takes a while."],
            number=2,
        ),
        finding(REMOVE, change(REMOVE, "old", aws_id=OURS), number=3),
    )

    html = page(people.viewer(plan.customer), "plan", plan.pk)

    assert "rules are none instead of tcp 443" in html
    assert "zone eu-west-1a" in html
    assert "It takes a while." in html
    assert "<del>Security group <strong>old</strong></del>" in html, "not by colour alone"
    assert OURS in html
    counts = signed_in(people.engineer()).get(reverse("plan", args=[plan.pk])).context["resources"]
    assert {look["word"]: count for look, count in counts} == {"Create": 1, "Change": 1, "Remove": 1, "Keep": 1}


def test_what_stays_is_folded_and_can_be_left_out() -> None:
    plan = planned(finding(KEEP, change(KEEP, "stays-as-is"), number=1), finding(CREATE, number=2))

    everything = page(people.engineer(), "plan", plan.pk)
    assert 'id="plan-kept"' in everything
    assert "stays-as-is" in everything
    assert "stays-as-is" not in page(people.engineer(), "plan", plan.pk, only="changes")


def test_blocked_steps_come_first_and_stand_open() -> None:
    rows = plan_page.rows(blocked(), ())

    assert [row.action for row in rows] == ["blocked", CREATE]
    assert [row.is_open for row in rows] == [True, False]


def test_plan_says_what_it_takes_and_where_that_comes_from() -> None:
    html = page(people.engineer(), "plan", planned(finding(CREATE), estimate=ESTIMATE).pk)

    for told in ("About 6 min 52 s", "Every step was timed", "1,284.50 USD", "230.10 USD", "24 Nov 2026"):
        assert told in html
    assert "AWS&#x27;s bill" in html or "AWS's bill" in html


def test_plan_says_who_is_waited_for() -> None:
    plan = planned(finding("wait", waits_for="customer", number=5), finding("wait", waits_for="aws", number=6))

    response = signed_in(people.engineer()).get(reverse("plan", args=[plan.pk]))

    names = [(name, [row.key for row in rows]) for name, rows in response.context["awaited"]]
    assert names == [(plan.customer.name, [STEPS[5].key]), ("AWS", [STEPS[6].key])]


def test_step_that_could_not_be_looked_at_says_so() -> None:
    assert "AWS could not be asked about it yet" in page(
        people.engineer(), "plan", planned(finding(CREATE, looked=False)).pk
    )


def test_plan_asks_the_database_the_same_for_1_and_60_steps() -> None:
    client, engineer = signed_in(people.engineer()), []
    for number in (1, 60):
        steps = [finding(CREATE, change(CREATE, "a"), change(KEEP, "b"), number=n) for n in range(number)]
        address = reverse("plan", args=[planned(*steps, estimate=ESTIMATE).pk])
        with CaptureQueriesContext(connection) as captured:
            assert client.get(address).status_code == 200
        engineer.append(len(captured))
    assert engineer[0] == engineer[1] <= 10


# Adopting.


def test_engineer_uses_what_is_there_and_a_new_plan_is_made() -> None:
    plan, engineer = blocked(), people.engineer()
    assert "stays the customer&#x27;s" in page(engineer, "plan", plan.pk).replace("'", "&#x27;")

    response = signed_in(engineer).post(reverse("plan_adopt", args=[plan.pk]), {"aws_id": THEIRS})

    made = plan.environment.plans.latest("id")
    assert response["Location"] == reverse("plan", args=[made.pk])
    assert (made.state, made.pk != plan.pk) == (PlanState.REQUESTED, True)
    assert Adoption.objects.get().aws_id == THEIRS
    assert AuditEvent.objects.filter(action="resource.adopted").exists()
    resources = page(people.viewer(plan.customer), "environment_resources", plan.environment_id)
    assert THEIRS in resources
    assert str(engineer) in resources


def test_only_engineers_adopt_and_only_what_the_plan_offers() -> None:
    plan = blocked()

    for person in (people.account_manager(), people.contact(plan.customer)):
        assert "Use this one" not in page(person, "plan", plan.pk)
        assert status(person, "plan_adopt", plan.pk, method="post", aws_id=THEIRS) == 403
    assert status(people.engineer(), "plan_adopt", plan.pk, method="post", aws_id=OURS) == 409
    assert not Adoption.objects.exists()


def test_what_differs_is_not_offered() -> None:
    plan = blocked()
    plan.findings[1]["changes"][0]["differences"] = ["description is x instead of y"]
    plan.save(update_fields=["findings"])

    html = page(people.engineer(), "plan", plan.pk)

    assert "Use this one" not in html
    assert "description is x instead of y" in html


def test_adopted_resource_is_marked_in_later_plans() -> None:
    plan = planned(finding(CHANGE, change(KEEP, "acme-nodes", aws_id=THEIRS), change(CREATE, "b"), number=14))
    Adoption.objects.create(
        customer=plan.customer,
        environment=plan.environment,
        step="security_groups",
        kind="security_group",
        name="acme-nodes",
        aws_id=THEIRS,
        adopted_by=people.engineer(),
    )

    assert "own, adopted" in page(people.engineer(), "plan", plan.pk)


def test_adoption_by_the_api() -> None:
    plan, engineer = blocked(), Caller(people.engineer())

    made = engineer.post(f"/plans/{plan.pk}/adoptions", {"aws_id": THEIRS})

    assert (made.status_code, made.data["state"], made.data["purpose"]) == (202, "requested", "provision")
    [listed] = engineer.get(f"/environments/{plan.environment_id}/adoptions").data["data"]
    assert (listed["aws_id"], listed["kind"], listed["step"]) == (THEIRS, "security_group", STEPS[14].key)
    again = engineer.post(f"/plans/{plan.pk}/adoptions", {"aws_id": THEIRS})
    assert again.status_code == 409, "the plan is out of date by now"


def test_plan_in_the_api_has_purpose_estimate_and_changes() -> None:
    plan = planned(finding(CREATE, change(CREATE, "loads")), estimate=ESTIMATE)

    read = Caller(people.viewer(plan.customer)).get(f"/plans/{plan.pk}").data

    assert (read["purpose"], read["estimate"]) == ("provision", ESTIMATE)
    assert read["findings"][0]["changes"] == [change(CREATE, "loads")]


# Plans that take an environment away.


def taken_away(kind: str = "production", purpose: str = PlanPurpose.TEAR_DOWN, by: Any = None) -> Plan:
    environment = environments.environment(kind=kind)
    asked = tear_downs.request(environment, PlanPurpose(purpose), name=environment.name, by=by or people.engineer())
    asked.findings = [
        finding(REMOVE, change(REMOVE, "goes"), number=4),
        finding(KEEP, number=STEPS.index(next(step for step in STEPS if step.remains)), removes=True),
    ]
    asked.state, asked.digest = PlanState.READY, "d" * 64
    asked.save()
    return asked


def test_plan_of_a_tear_down_says_so_and_what_stays() -> None:
    html = page(people.engineer(), "plan", taken_away().pk)

    remains = next(step.remains for step in STEPS if step.remains)
    assert "Plan to tear down Production" in html
    assert remains in html
    assert "Stays</" in html


def test_name_has_to_be_typed_to_approve_it() -> None:
    plan, second = taken_away("test"), people.engineer()

    refused = signed_in(second).post(
        reverse("plan_approve", args=[plan.pk]), {"digest": plan.digest, "name": "Production"}
    )
    assert refused.status_code == 422
    assert "Type the environment&#x27;s name" in refused.text.replace("'", "&#x27;")
    assert not Run.objects.exists()

    status(second, "plan_approve", plan.pk, method="post", digest=plan.digest, name="Test")
    assert Run.objects.get().plan == plan


def test_who_asked_for_it_sees_that_somebody_else_approves() -> None:
    first, second = people.engineer(), people.engineer()
    plan = taken_away(by=first)

    assert "Somebody else approves this" in page(first, "plan", plan.pk)
    assert "Approve and tear down" not in page(first, "plan", plan.pk)
    assert "You are the second person" in page(second, "plan", plan.pk)
    assert status(first, "plan_approve", plan.pk, method="post", digest=plan.digest, name="Production") == 403


def test_approval_of_a_tear_down_by_the_api_takes_the_name() -> None:
    plan, caller = taken_away("test"), Caller(people.engineer())

    without = caller.post(f"/plans/{plan.pk}/approvals", {"digest": plan.digest})
    assert (without.status_code, without.data["errors"][0]["pointer"]) == (400, "/name")
    assert caller.post(f"/plans/{plan.pk}/approvals", {"digest": plan.digest, "name": "Test"}).status_code == 202
