"""Drift as people see it: what differs, who decides, since when; and who is told."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from environments.models import DriftCheck, Environment
from environments.provisioning import plan as planning
from environments.provisioning.step import CHANGE, CREATE, Change
from environments.services import checklist, drift, tear_downs
from portal.core import clock
from portal.outbox.models import OutboxMessage
from tests.api.caller import Caller
from tests.environments import pages
from tests.environments.pages import page, signed_in, status
from tests.factories import environments, onboardings, people

pytestmark = pytest.mark.django_db

KEPT = planning.PlannedStep("log_bucket", "Log bucket", planning.KEEP)
RULES = planning.PlannedStep(
    "security_rules",
    "Security group rules",
    planning.CHANGE,
    changes=(Change(CHANGE, "security_group_rules", "nodes", ("rules are none instead of tcp 443",)),),
)
TUNNELS = planning.PlannedStep("vpn_tunnels", "VPN tunnels", planning.WAIT, waits_for="customer", reason="No tunnel.")
REJECTED = planning.PlannedStep(
    "peering_acceptance", "Peering acceptance", planning.BLOCKED, reason="Rejected.", code="peering_rejected"
)
UNSEEN = planning.PlannedStep(
    "dns_records", "Name mappings", CREATE, changes=(Change(CREATE, "dns_record", "am.acme.internal"),), looked=False
)


@pytest.fixture
def production() -> Environment:
    made = pages.production()
    pages.finished(made)
    return made


def found(environment: Environment, *steps: planning.PlannedStep) -> DriftCheck:
    with transaction.atomic():
        return drift.note(environment, steps)


def sides(environment: Environment) -> dict[str, list[str]]:
    response = signed_in(people.engineer()).get(reverse("environment_drift", args=[environment.pk]))
    return {side.name: [row.title for row in side.rows] for side in response.context["sides"]}


def test_page_says_what_differs_in_words_and_who_decides(production: Environment) -> None:
    found(production, KEPT, RULES, TUNNELS, REJECTED)

    html = page(people.viewer(production.customer), "environment_drift", production.pk)

    assert "rules are none instead of tcp 443" in html
    assert sides(production) == {
        production.customer.name: ["Peering acceptance", "VPN tunnels"],
        "WSO2 operations": ["Security group rules"],
    }


def test_what_could_not_be_compared_is_not_called_missing(production: Environment) -> None:
    found(production, RULES, UNSEEN)

    html = page(people.engineer(), "environment_drift", production.pk)

    assert "Not compared" in html
    assert "am.acme.internal" not in html.split("How it was found")[0].split("Name mappings")[1].split("</li>")[0]


def test_page_says_when_it_was_and_when_it_will_be_compared(production: Environment, settings) -> None:
    settings.DRIFT_INTERVAL = timedelta(hours=2)
    check = found(production, KEPT)

    response = signed_in(people.engineer()).get(reverse("environment_drift", args=[production.pk]))

    assert response.context["next_at"] == check.checked_at + timedelta(hours=2)
    assert "Everything in AWS is as approved" in response.text


def test_earlier_states_are_kept(production: Environment) -> None:
    for steps in ((KEPT,), (RULES,), (KEPT,)):
        found(production, *steps)

    response = signed_in(people.engineer()).get(reverse("environment_drift", args=[production.pk]))

    assert [titles for _, titles in response.context["history"]] == [[], ["Security group rules"], []]
    assert not response.context["sides"]


def test_check_now_is_asked_for_and_followed(production: Environment) -> None:
    contact = people.contact(production.customer)
    assert "Check now" in page(contact, "environment_drift", production.pk)

    assert status(contact, "environment_drift", production.pk, method="post") == 302

    production.refresh_from_db()
    assert production.check_requested_at
    html = page(contact, "environment_drift", production.pk)
    assert 'hx-trigger="every 2s"' in html
    assert "Check now" not in html
    assert status(people.viewer(production.customer), "environment_drift", production.pk, method="post") == 403


def test_repair_is_a_plan_that_the_provider_asks_for(production: Environment) -> None:
    found(production, RULES)

    assert "Plan the repair" in page(people.engineer(), "environment_drift", production.pk)
    assert "Plan the repair" not in page(people.contact(production.customer), "environment_drift", production.pk)


def test_environment_that_was_never_provisioned_is_not_compared() -> None:
    environment = pages.production()

    html = page(people.engineer(), "environment_drift", environment.pk)

    assert "Once a run has finished" in html
    assert "Check now" not in html


def test_badge_stands_on_the_list_the_tabs_and_the_portfolio(production: Environment) -> None:
    engineer = people.engineer()
    onboarding = onboardings.onboarding(production.customer)
    onboarding.environments.add(production)
    addresses = (("environment_list",), ("environment_runs", production.pk), ("onboarding_list",))
    words = ("Drifted", "AWS differs", "Drifted")
    found(production, KEPT)
    assert [word in page(engineer, *address) for address, word in zip(addresses, words, strict=True)] == [False] * 3

    found(production, RULES)

    assert [word in page(engineer, *address) for address, word in zip(addresses, words, strict=True)] == [True] * 3
    assert Caller(engineer).get(f"/environments/{production.pk}").data["has_drifted"] is True


def test_environment_that_is_torn_down_has_not_drifted(production: Environment) -> None:
    found(production, RULES)
    Environment.objects.filter(pk=production.pk).update(torn_down_at=clock.now())

    assert "Drifted" not in page(people.engineer(), "environment_list")
    assert Caller(people.engineer()).get(f"/environments/{production.pk}").data["has_drifted"] is None


def test_engineers_are_told_once_of_each_state(production: Environment) -> None:
    engineer, manager = people.engineer(), people.account_manager()

    for steps in ((RULES,), (RULES,), (KEPT,), (RULES, TUNNELS)):
        found(production, *steps)

    told = OutboxMessage.objects.filter(key__startswith="drift:", recipient=engineer.email)
    assert told.count() == 2, "two states in which something differed"
    assert not OutboxMessage.objects.filter(key__startswith="drift:", recipient=manager.email).exists()


def test_check_before_anything_is_provisioned_is_no_drift(behind) -> None:
    made = environments.environment()
    behind.stand_for(made)
    environments.run(made)

    checklist.verify(made.pk)

    assert not DriftCheck.objects.exists()


def test_page_asks_the_database_the_same_for_1_and_1000_states(production: Environment) -> None:
    client, counts = signed_in(people.engineer()), []
    for number in (1, 1000):
        DriftCheck.objects.all().delete()
        DriftCheck.objects.bulk_create(
            DriftCheck(
                customer=production.customer,
                environment=production,
                findings=planning.findings([RULES]),
                found_at=clock.now(),
                checked_at=clock.now(),
            )
            for _ in range(number)
        )
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("environment_drift", args=[production.pk])).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 10


def test_by_the_api(production: Environment) -> None:
    found(production, KEPT)
    found(production, RULES)
    caller = Caller(people.engineer())

    first = caller.get(f"/environments/{production.pk}/drift-checks?limit=1").data

    assert first["has_more"]
    assert [step["step"] for step in first["data"][0]["findings"]] == ["security_rules"]
    assert caller.post(f"/environments/{production.pk}/drift-checks").status_code == 202
    production.refresh_from_db()
    assert production.check_requested_at


def test_environment_that_differed_is_compared_anew_when_a_run_has_ended(production: Environment) -> None:
    run = production.runs.latest("id")
    found(production, KEPT)
    tear_downs.note_end(run)
    production.refresh_from_db()
    assert production.check_requested_at is None

    found(production, RULES)
    tear_downs.note_end(run)

    production.refresh_from_db()
    assert production.check_requested_at
