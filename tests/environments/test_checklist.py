from datetime import timedelta

import pytest
from django.conf import settings
from django.db import transaction

from environments import selectors
from environments.checklist import age, conditions, first
from environments.models import ChecklistItem, Environment, RunStep
from environments.provisioning.ports import CallFailed
from environments.provisioning.specification import Dns, Mail
from environments.provisioning.steps import BY_KEY
from environments.services import checklist, plans, runs, steering
from environments.states import EnvironmentKind, ItemKind, ItemState, Owner
from portal import aws
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from portal.ui import times
from tests.factories import alerts, environments, people
from tests.fakes.engine import spec

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def production(behind):
    made = environments.environment()
    behind.stand_for(made)
    checklist.ensure(made)
    return made


@pytest.fixture
def provisioned(production, behind):
    run = environments.run(production)
    runs.advance(run.pk)
    behind.cloud.accept()
    steering.look_again(run, by=people.engineer())
    runs.advance(run.pk)
    alerts.arrived(production)
    return production


@pytest.fixture
def signable(production):
    """Production, of which the operators' log-in can be signed: the routes that it requires lead where they shall."""
    production.checklist_items.filter(key="routes_both_sides").update(state=ItemState.GREEN)
    return production


def _item(environment, key) -> ChecklistItem:
    return environment.checklist_items.get(key=key)


def _sign_all(environment) -> None:
    signers = {Owner.PROVIDER: people.engineer(), Owner.CUSTOMER: people.contact(environment.customer)}
    for item in environment.checklist_items.filter(kind=ItemKind.MANUAL):
        signed = checklist.sign(item, note="Seen in the report", revision=item.revision, by=signers[item.owner])
        if signed.state == ItemState.SIGNED:
            checklist.confirm(signed, revision=signed.revision, by=people.account_manager())


def test_every_automatic_item_names_steps_that_exist():
    named = {step for item in first.rows() for step in item["steps"]}
    assert named == set(BY_KEY)


def test_production_is_monitored_and_backed_up_and_a_test_environment_is_not(production, behind):
    test = environments.environment(production.customer, kind=EnvironmentKind.TEST)
    checklist.ensure(test)
    only = {
        "alarms_set",
        "alert_received",
        "alert_recipients_confirmed",
        "backups_scheduled",
        "first_backup_taken",
    }
    keys = set(production.checklist_items.values_list("key", flat=True))
    assert keys - set(test.checklist_items.values_list("key", flat=True)) == only


def test_own_dns_changes_what_must_be_true():
    made = environments.environment(zone="")
    checklist.ensure(made)
    keys = set(made.checklist_items.values_list("key", flat=True))
    assert "own_dns_answers" in keys
    assert not keys & {"private_zone", "name_mappings"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"mail": Mail("ses")}, {"private_zone", "name_mappings", "zone_seen_by_operators", "mail_domain_verified"}),
        ({"mail": Mail("own")}, {"private_zone", "name_mappings", "zone_seen_by_operators", "mail_server_log_in"}),
        (
            {"mail": Mail(), "zone": "", "dns": Dns("own", "acme.internal", ("10.20.0.2",))},
            {"own_dns_asked", "own_dns_answers"},
        ),
        ({"mail": Mail(), "zone": "", "dns": Dns("own", "acme.internal")}, {"own_dns_answers"}),
    ],
    ids=["SES", "own mail server", "own DNS servers", "own DNS without servers"],
)
def test_names_and_mail_follow_the_customers_choices(changes, expected):
    of = spec(**changes)
    environment = Environment(kind=EnvironmentKind.PRODUCTION)
    items = [item for item in first.rows() if item["group"] in ("Names", "Mail")]
    assert {item["key"] for item in items if conditions.hold(item["conditions"], environment, of)} == expected


def test_all_items_are_made_by_a_handful_of_statements(production, django_assert_max_num_queries):
    fresh = environments.environment(production.customer, kind=EnvironmentKind.TEST)
    with django_assert_max_num_queries(14):
        checklist.ensure(fresh)
    assert fresh.checklist_items.count() > 10


def test_ensure_twice_keeps_signatures(signable):
    item = _item(signable, "operators_reach_environment")
    checklist.sign(item, note="Report 7", revision=0, by=people.engineer())
    checklist.ensure(signable)
    assert _item(signable, "operators_reach_environment").state == ItemState.GREEN


def test_signature_does_not_vouch_for_answers_that_are_approved_later(signable):
    engineer = people.engineer()
    checklist.sign(_item(signable, "operators_reach_environment"), note="Report 7", revision=0, by=engineer)
    environments.specify(signable, retention_days=31)
    plans.request(signable, by=engineer)
    item = _item(signable, "operators_reach_environment")
    assert (item.state, item.signed_by) == (ItemState.OPEN, None)
    assert AuditEvent.objects.filter(action="checklist_item.signature_withdrawn", subject_id=item.pk).exists()


def test_item_that_is_no_longer_called_for_goes_on_record(production):
    item = _item(production, "name_mappings")
    environments.specify(production, zone="")
    plans.request(production, by=people.engineer())
    assert not production.checklist_items.filter(key="name_mappings").exists()
    assert AuditEvent.objects.filter(action="checklist_item.dropped", subject_id=item.pk).exists()


def test_automatic_items_turn_green_with_their_evidence(provisioned):
    automatic = provisioned.checklist_items.filter(kind=ItemKind.AUTOMATIC)
    assert set(automatic.values_list("state", flat=True)) == {ItemState.GREEN}
    evidence = _item(provisioned, "peering_active").evidence
    assert evidence["steps"][1]["seen"]["peering_id"].startswith("pcx-")


def test_lost_evidence_turns_an_item_red_and_comes_back(provisioned, behind):
    behind.cloud.end_peerings("deleted")
    checklist.verify(provisioned.pk)
    item = _item(provisioned, "peering_active")
    assert item.state == ItemState.RED
    assert item.evidence["missing"]
    assert AuditEvent.objects.filter(action="checklist_item.regressed", subject_id=item.pk).count() == 1
    assert not selectors.hand_over_ready(provisioned)
    for peering in behind.cloud.rows("ec2", "vpc_peering"):
        peering["Status"]["Code"] = "active"
    checklist.verify(provisioned.pk)
    assert _item(provisioned, "peering_active").state == ItemState.GREEN


def test_checking_again_makes_no_changing_call(provisioned, behind):
    behind.cloud.changes.clear()
    checklist.verify(provisioned.pk)
    assert behind.cloud.changes == []


def test_lost_evidence_is_not_forgotten_when_a_run_is_looked_at(provisioned, behind):
    behind.cloud.worlds.pop("s3")
    checklist.verify(provisioned.pk)
    with transaction.atomic():
        checklist.refresh(provisioned)
    assert _item(provisioned, "log_bucket_private").state == ItemState.RED


def test_new_evidence_of_one_step_does_not_make_up_for_lost_evidence_of_another(provisioned, behind):
    behind.cloud.end_peerings("deleted")
    checklist.verify(provisioned.pk)
    assert _item(provisioned, "routes_both_sides").state == ItemState.RED
    RunStep.objects.filter(run__environment=provisioned, key="customer_routes").update(finished_at=clock.now())
    with transaction.atomic():
        checklist.refresh(provisioned)
    assert _item(provisioned, "routes_both_sides").state == ItemState.RED


def _long_before_its_end(environment, key: str):
    """The run came to this step three days ago, and has just ended."""
    seen_at = clock.now() - timedelta(days=3)
    RunStep.objects.filter(run__environment=environment, key=key).update(finished_at=seen_at)
    unknown = {"state": ItemState.OPEN, "changed_at": None, "checked_at": None, "due_at": None}
    environment.checklist_items.filter(kind=ItemKind.AUTOMATIC).update(**unknown)
    Environment.objects.filter(pk=environment.pk).update(check_requested_at=None)
    with transaction.atomic():
        checklist.refresh(environment)
    return seen_at


def test_what_a_run_saw_counts_from_then_on_and_not_from_its_end(provisioned):
    seen_at = _long_before_its_end(provisioned, "peering_request")

    item = _item(provisioned, "peering_active")
    assert (item.state, item.due_at) == (ItemState.GREEN, seen_at + settings.DRIFT_INTERVAL)
    assert f"“{item.title}” was last looked at on {times.absolute(seen_at)}" in age.too_old(provisioned)


def test_what_a_run_saw_long_before_its_end_is_looked_at_again_at_once(provisioned):
    _long_before_its_end(provisioned, "peering_request")
    assert Environment.objects.get(pk=provisioned.pk).check_requested_at

    checklist.verify(provisioned.pk)
    assert age.too_old(provisioned) == ""


def test_short_run_proves_everything_at_its_end(provisioned):
    assert age.too_old(provisioned) == ""
    assert Environment.objects.get(pk=provisioned.pk).check_requested_at is None


def test_run_takes_nothing_from_what_a_later_look_saw(provisioned):
    checklist.verify(provisioned.pk)
    due_at = _item(provisioned, "peering_active").due_at
    with transaction.atomic():
        checklist.refresh(provisioned)
    assert _item(provisioned, "peering_active").due_at == due_at


def test_hand_over_is_ready_only_when_everything_is_true(provisioned):
    assert not selectors.hand_over_ready(provisioned)
    _sign_all(provisioned)
    assert selectors.hand_over_ready(provisioned)


def test_environment_without_items_is_not_ready():
    assert not selectors.hand_over_ready(environments.environment())


def test_signature_is_of_a_person_with_a_note(signable):
    engineer = people.engineer()
    item = _item(signable, "operators_reach_environment")
    signed = checklist.sign(item, note="Report 7", revision=item.revision, by=engineer)
    assert (signed.state, signed.signed_by, signed.note) == (ItemState.GREEN, engineer, "Report 7")
    assert AuditEvent.objects.filter(action="checklist_item.signed", actor=engineer).exists()


def test_signature_without_a_note_is_refused(production):
    item = _item(production, "smoke_test_passed")
    with pytest.raises(Invalid) as refused:
        checklist.sign(item, note="  ", revision=item.revision, by=people.engineer())
    assert refused.value.problems[0].pointer == "note"


def test_each_side_signs_its_own_items(production):
    ours, theirs = _item(production, "smoke_test_passed"), _item(production, "firewall_ports_opened")
    contact = people.contact(production.customer)
    with pytest.raises(Forbidden):
        checklist.sign(ours, note="x", revision=0, by=contact)
    with pytest.raises(Forbidden):
        checklist.sign(theirs, note="x", revision=0, by=people.engineer())
    assert checklist.sign(theirs, note="Opened by A on Monday", revision=0, by=contact)


@pytest.mark.parametrize("person", [people.auditor, people.approver])
def test_auditors_and_approvers_sign_nothing(production, person):
    with pytest.raises(Forbidden):
        checklist.sign(_item(production, "smoke_test_passed"), note="x", revision=0, by=person())


def test_viewer_and_another_customer_sign_nothing(production):
    item = _item(production, "firewall_ports_opened")
    for person in (people.viewer(production.customer), people.contact(people.customer())):
        with pytest.raises(Forbidden):
            checklist.sign(item, note="x", revision=0, by=person)


def test_automatic_item_is_signed_by_nobody(production):
    with pytest.raises(Conflict):
        checklist.sign(_item(production, "peering_active"), note="x", revision=0, by=people.engineer())


def test_stale_signature_is_refused(signable):
    item = _item(signable, "operators_reach_environment")
    checklist.sign(item, note="Report 7", revision=0, by=people.engineer())
    with pytest.raises(Stale):
        checklist.unsign(item, revision=0, by=people.engineer())


def test_signature_is_taken_back_only_where_there_is_one(signable):
    item = _item(signable, "operators_reach_environment")
    with pytest.raises(Conflict):
        checklist.unsign(item, revision=0, by=people.engineer())
    signed = checklist.sign(item, note="Report 7", revision=0, by=people.engineer())
    opened = checklist.unsign(signed, revision=signed.revision, by=people.engineer())
    assert (opened.state, opened.note, opened.signed_by) == (ItemState.OPEN, "", None)


def test_check_whose_hint_was_lost_is_found_by_the_sweep(provisioned, settings):
    settings.RUN_SWEEP = timedelta(0)
    assert runs.sweep() == 0
    checklist.request_verification(provisioned, by=people.engineer())
    assert runs.sweep() == 1
    checklist.verify(provisioned.pk)
    assert runs.sweep() == 0


def test_check_that_aws_does_not_answer_stays_requested(provisioned, behind, monkeypatch, settings):
    settings.RUN_SWEEP = timedelta(0)
    checklist.request_verification(provisioned, by=people.engineer())

    def unanswered(*_, **__):
        raise aws.AwsError(aws.Kind.RETRYABLE, "ReadTimeoutError", "AWS did not answer.")

    with monkeypatch.context() as away:
        away.setattr(aws, "call", unanswered)
        with pytest.raises(CallFailed):
            checklist.verify(provisioned.pk)
    assert runs.sweep() == 1


def test_check_before_a_first_run_is_refused(production):
    with pytest.raises(Conflict):
        checklist.request_verification(production, by=people.engineer())


def test_another_customers_item_does_not_exist(production):
    stranger = people.contact(people.customer())
    with pytest.raises(NotFound):
        selectors.checklist_item(stranger, _item(production, "peering_active").pk)
