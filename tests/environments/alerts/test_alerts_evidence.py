"""A confirmed test alert is what makes the checklist's item true, as long as it proves what stands."""

from datetime import timedelta

import pytest
import time_machine
from django.db import transaction

from environments.alerts.services import links, sending
from environments.checklist import messages
from environments.models import ChecklistItem, ChecklistTemplate
from environments.provisioning.ports import CallFailed, Failure
from environments.services import checklist, checklist_moves
from environments.states import ItemKind, ItemState
from environments.views import evidence
from portal.core import clock
from portal.outbox.models import Notice
from tests.environments.alerts.acts import sent, token_in
from tests.factories import environments, people

pytestmark = pytest.mark.django_db(transaction=True)


def item(environment) -> ChecklistItem:
    return environment.checklist_items.get(key="alert_received")


def why(environment) -> str:
    return " ".join(item(environment).evidence["why"])


def look(environment) -> None:
    checklist.verify(environment.pk)


@pytest.fixture
def proven(production, cloud):
    sent(production)
    links.confirm(token_in(cloud), name="Ada")
    look(production)
    assert item(production).state == ItemState.GREEN
    return production


def subscriptions(cloud):
    return cloud.cloud.rows("sns", "subscription")


def test_item_waits_for_a_test_alert_although_everything_stands(production):
    look(production)
    assert item(production).state == ItemState.OPEN
    assert item(production).evidence["missing"] == ["Test alert"]


def test_alert_that_is_only_sent_proves_nothing(production):
    sent(production)
    look(production)
    assert item(production).state == ItemState.OPEN


def test_confirmed_alert_makes_it_true_and_is_kept_as_its_proof(proven):
    found = item(proven)
    (kept,) = found.evidence["messages"]
    assert kept["step"] == "A test alert arrived: somebody confirmed it by its link, giving the name Ada"
    assert kept["seen"]["recipients"] == ["night@acme.example", "operations@acme.example"]
    shown = evidence.of(found).proofs[-1]
    assert ("Recipients", "night@acme.example, operations@acme.example") in shown.values


def test_confirming_has_the_checklist_looked_at(production, cloud):
    sent(production)
    links.confirm(token_in(cloud))
    production.refresh_from_db()
    assert production.check_requested_at


def test_recipient_who_left_makes_it_red_and_the_same_one_coming_back_needs_a_new_test(proven, cloud):
    leaver = next(row for row in subscriptions(cloud) if row["Endpoint"].startswith("night"))
    before, leaver["SubscriptionArn"] = leaver["SubscriptionArn"], "Deleted"
    look(proven)
    assert item(proven).state == ItemState.RED
    leaver["SubscriptionArn"] = f"{before}-anew"
    look(proven)
    assert item(proven).state == ItemState.RED
    assert why(proven) == (
        "A test alert arrived, but night@acme.example was added or confirmed anew since it was sent. Send another one."
    )
    assert Notice.objects.filter(event="checklist_item.regressed").exists()
    sent(proven)
    links.confirm(token_in(cloud))
    look(proven)
    assert item(proven).state == ItemState.GREEN


def test_what_could_not_be_seen_for_a_while_needs_no_new_test(proven, cloud):
    kept = cloud.cloud.worlds.pop("sns")
    look(proven)
    assert item(proven).state == ItemState.RED
    cloud.cloud.worlds["sns"] = kept
    look(proven)
    assert item(proven).state == ItemState.GREEN


def test_newer_answers_that_name_others_open_it_until_they_are_tested(proven, cloud):
    environments.specify(proven)
    specification = proven.specifications.order_by("-version")[0]
    specification.content |= {"monitoring": {"alert_emails": ["operations@acme.example"]}}
    specification.save()
    gone = next(row for row in subscriptions(cloud) if row["Endpoint"].startswith("night"))
    gone["SubscriptionArn"] = "Deleted"
    with transaction.atomic():
        checklist.ensure(proven)
    look(proven)
    assert item(proven).state == ItemState.OPEN
    assert "night@acme.example gets none any more" in why(proven)


def test_newer_test_that_was_not_sent_makes_it_red(proven, cloud):
    def fail(operation: str) -> None:
        if operation == "sns.publish":
            raise CallFailed(Failure.DENIED, "AuthorizationError", "", operation="publish")

    cloud.cloud.before = fail
    sent(proven)
    look(proven)
    assert item(proven).state == ItemState.RED
    assert "was not sent: AWS denied publish" in why(proven)


def test_newer_test_under_way_takes_nothing_from_the_one_before_until_nobody_confirmed_it_in_time(proven):
    sent(proven)
    look(proven)
    assert item(proven).state == ItemState.GREEN
    with time_machine.travel(clock.now() + timedelta(days=8)):
        look(proven)
        assert item(proven).state == ItemState.RED
        assert "within 7 days" in why(proven)


def test_what_the_stand_in_does_not_do_stands_beside_the_proof(production, cloud, settings):
    settings.AWS_STAND_IN_CUSTOMER_ROLE = "Administrator"
    sent(production)
    links.confirm(token_in(cloud))
    look(production)
    assert "sends no mail" in evidence.of(item(production)).proofs[-1].simulated


def test_environment_of_version_1_keeps_its_signature_until_it_is_moved(production, cloud):
    first, second = (ChecklistTemplate.objects.get(number=number) for number in (1, 2))
    production.checklist_template = first
    production.save()
    checklist.ensure(production)
    assert item(production).kind == ItemKind.MANUAL
    sending.send(production, by=people.engineer())
    assert item(production).state == ItemState.OPEN
    checklist_moves.move(production, second, by=people.engineer())
    assert item(production).kind == ItemKind.AUTOMATIC


def test_message_that_nobody_knows_proves_nothing(production):
    found = messages.find("letter", production, {})
    assert isinstance(found, messages.NotReceived)
    assert "letter" in found.why
