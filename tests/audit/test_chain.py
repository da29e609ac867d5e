import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from portal.audit import services as audit
from portal.audit import triggers, verifier
from portal.audit.models import AuditEvent, ChainHead
from portal.core import context
from tests import at_once
from tests.factories import people


@pytest.fixture
def customer(db):
    return people.customer()


@pytest.fixture
def chain(customer) -> str:
    """Five events of one customer."""
    by = people.contact(customer)
    for number in range(1, 6):
        audit.record("customer.renamed", customer, by=by, customer=customer, after={"name": f"Name {number}"})
    return customer.pk


def test_chain_that_nobody_touched_is_whole(chain):
    found = verifier.verify_chain(chain)

    assert (found.length, found.broken) == (5, None)
    assert found.digest == ChainHead.objects.get(pk=chain).digest


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("action", "customer.deleted"),
        ("after", {"name": "Mallory"}),
        ("actor_label", "Somebody else"),
        ("actor", None),
        ("subject_id", "cus_other"),
        ("occurred_at", "2020-01-01T00:00:00Z"),
        ("ip_address", "203.0.113.9"),
        ("digest", "0" * 64),
        ("previous_digest", "0" * 64),
    ],
)
def test_altered_event_is_named(chain, field, value):
    event = AuditEvent.objects.get(chain=chain, sequence=3)
    AuditEvent.objects.filter(pk=event.pk).update(**{field: value})

    broken = verifier.verify_chain(chain).broken

    assert (broken.sequence, broken.event_id, broken.what) == (3, event.pk, "it was altered")


def test_altered_event_whose_digest_was_made_without_the_key_is_named(chain, settings):
    event = AuditEvent.objects.get(chain=chain, sequence=2)
    event.after = {"name": "Mallory"}
    settings.SECRET_KEY = "the forger's guess of the key, which is another one"
    AuditEvent.objects.filter(pk=event.pk).update(after=event.after, digest=audit.digest_of(event))
    settings.SECRET_KEY = "a key for tests only, never used anywhere else, 0123456789"

    assert verifier.verify_chain(chain).broken.sequence == 2


def test_missing_event_is_named(chain):
    AuditEvent.objects.filter(chain=chain, sequence=2).delete()

    broken = verifier.verify_chain(chain).broken

    assert (broken.sequence, broken.what) == (3, "event 2 is missing")


def test_missing_first_event_is_named(chain):
    AuditEvent.objects.filter(chain=chain, sequence=1).delete()

    assert verifier.verify_chain(chain).broken.what == "event 1 is missing"


def test_reordered_events_are_named(chain):
    second, third = AuditEvent.objects.filter(chain=chain, sequence__in=(2, 3)).order_by("sequence")
    AuditEvent.objects.filter(pk=second.pk).update(sequence=100)
    AuditEvent.objects.filter(pk=third.pk).update(sequence=2)
    AuditEvent.objects.filter(pk=second.pk).update(sequence=3)

    broken = verifier.verify_chain(chain).broken

    assert (broken.sequence, broken.event_id, broken.what) == (2, third.pk, "it was altered")


@pytest.mark.parametrize("left", [4, 0])
def test_cut_tail_is_found_by_the_head(chain, left):
    AuditEvent.objects.filter(chain=chain, sequence__gt=left).delete()

    broken = verifier.verify_chain(chain).broken

    assert broken.what == f"the tail is missing: 5 events were written, {left} are there"


def test_event_moved_to_another_customer_is_named(chain):
    AuditEvent.objects.filter(chain=chain, sequence=4).update(customer=people.customer())

    assert verifier.verify_chain(chain).broken.what == "it was moved to another customer"


def test_renumbered_chain_with_the_first_event_gone_is_named(chain):
    AuditEvent.objects.filter(chain=chain, sequence=1).delete()
    for sequence in range(2, 6):
        AuditEvent.objects.filter(chain=chain, sequence=sequence).update(sequence=sequence - 1)

    assert verifier.verify_chain(chain).broken.sequence == 1


def test_command_ends_with_status_1_on_a_broken_chain(chain):
    call_command("verify_audit", stdout=StringIO())
    AuditEvent.objects.filter(chain=chain, sequence=3).update(action="x.y")

    with pytest.raises(CommandError, match="it was altered") as caught:
        call_command("verify_audit", stdout=StringIO())

    assert caught.value.returncode == 1


def test_export_writes_every_event_as_a_json_line(chain):
    out = StringIO()

    call_command("export_audit", "--chain", chain, stdout=out)

    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [line["sequence"] for line in lines] == [1, 2, 3, 4, 5]
    assert {line["id"] for line in lines} == set(AuditEvent.objects.values_list("pk", flat=True))


def test_values_that_databases_write_in_their_own_way_stay_verifiable(customer):
    odd = {"fraction": 1e16, "tiny": 1.10, "text": "ünï\u2028 'quoted'", "nested": {"b": [1, None, True], "a": ""}}
    token = context.enter(context.RequestContext(request_id="req_1", ip_address="::FFFF:192.0.2.1"))
    audit.record("customer.renamed", customer, by=None, customer=customer, after=odd)
    context.leave(token)
    audit.record("customer.renamed", customer, by=people.contact(customer, name="N" * 120), customer=customer)

    assert verifier.verify_chain(customer.pk).broken is None
    assert AuditEvent.objects.get(chain=customer.pk, sequence=1).ip_address == "192.0.2.1"


@pytest.mark.parametrize("address", ["", None, "/run/socket", "fe80::1%eth0", "::1", "192.0.2.7"])
def test_any_peer_can_be_recorded(customer, address):
    token = context.enter(context.RequestContext(ip_address=address))
    audit.record("customer.renamed", customer, by=None, customer=customer)
    context.leave(token)

    assert verifier.verify_chain(customer.pk).broken is None


@pytest.mark.django_db(transaction=True)
def test_record_outside_a_transaction_is_a_defect():
    with pytest.raises(RuntimeError):
        audit.record("customer.renamed", people.customer(), by=None, customer=None)


@pytest.mark.django_db(transaction=True)
def test_writers_at_once_make_one_chain_without_a_fork():
    customer = people.customer()

    def write() -> None:
        for _ in range(10):
            with transaction.atomic():
                audit.record("customer.renamed", customer, by=None, customer=customer)

    assert at_once.outcomes([write] * 8) == [None] * 8
    found = verifier.verify_chain(customer.pk)
    assert (found.length, found.broken) == (80, None)


@pytest.fixture
def with_triggers(chain):
    triggers.install(connection)
    yield chain
    triggers.remove(connection)


@pytest.mark.parametrize(
    "act", [lambda rows: rows.update(action="x.y"), lambda rows: rows.delete()], ids=["update", "delete"]
)
def test_database_refuses_to_change_the_record(with_triggers, act):
    rows = AuditEvent.objects.filter(chain=with_triggers)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        act(rows)

    assert verifier.verify_chain(with_triggers).broken is None


def test_database_with_triggers_still_takes_new_events(with_triggers):
    customer = people.Customer.objects.get(pk=with_triggers)

    audit.record("customer.renamed", customer, by=None, customer=customer)

    assert verifier.verify_chain(with_triggers).length == 6


def test_triggers_can_be_installed_twice_and_removed_twice(db):
    for change in (triggers.install, triggers.install, triggers.remove, triggers.remove):
        change(connection)
