"""The audit log's pages, and the mailbox."""

import csv
import io
import json
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from portal.accounts.models import Customer, User
from portal.audit.models import AuditEvent
from portal.audit.services import record
from portal.core import clock
from portal.outbox.models import MailboxMessage
from tests.factories import people

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    AuditEvent.objects.filter(action="user.logged_in").delete()
    return client


def page(user: User, **query: str) -> str:
    response = signed_in(user).get(reverse("audit_log"), query)
    assert response.status_code == 200
    return response.content.decode()


def event(
    customer: Customer, by: User | None = None, action: str = "customer.created", label: str = "", **after: object
) -> AuditEvent:
    with transaction.atomic():
        made = record(action, customer, by=by, customer=customer, before={"name": "old"}, after=after)
    if label:
        AuditEvent.objects.filter(pk=made.pk).update(subject_label=label)
    return made


def test_audit_log_shows_who_did_what():
    customer, actor = people.customer("Acme"), people.account_manager()
    made = event(customer, actor, name="new")

    html = page(people.auditor())

    assert actor.full_name in html
    assert "customer.created" in html
    assert "&quot;name&quot;: &quot;new&quot;" in html
    assert made.digest[:12] in html


def test_audit_log_is_read_by_staff_and_administrators_of_their_own():
    mine, other = people.customer("Mine"), people.customer("Other")
    event(mine, label="My event")
    event(other, label="Their event")

    html = page(people.customer_administrator(mine))

    assert "My event" in html
    assert "Their event" not in html
    for name in ("audit_log", "audit_export", "audit_chains"):
        assert signed_in(people.contact(mine)).get(reverse(name)).status_code == 403


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"actor": "ada"}, True),
        ({"actor": "nobody"}, False),
        ({"action": "plan.approved"}, True),
        ({"action": "plan"}, True),
        ({"action": "run"}, False),
        ({"object": "the plan"}, True),
        ({"object": "another"}, False),
        ({"request_id": "req_none"}, False),
        ({"since": "2020-01-01"}, True),
        ({"until": "2020-01-01"}, False),
        ({"since": "9999-12-31"}, False),
        ({"until": "9999-12-31"}, True),
        ({"before": "\x00"}, True),
        ({"actor": "usr_00000000000000000000000000"}, False),
    ],
)
def test_audit_log_filters_by_address(query: dict[str, str], found: bool):
    customer = people.customer()
    event(customer, people.contact(customer, name="Ada Admin"), "plan.approved", "The plan")

    html = page(people.auditor(), **query)

    assert ("The plan" in html) is found
    assert found or "No event fits these filters" in html


def test_filter_that_is_no_day_is_said():
    event(people.customer(), label="Still here")

    html = page(people.auditor(), since="soon")

    assert "Enter the day as year, month and day" in html
    assert "Still here" in html


def test_audit_log_asks_the_database_the_same_for_10_and_1000_rows():
    customer, client = people.customer(), signed_in(people.auditor())

    def grow(number: int) -> None:
        start = AuditEvent.objects.count()
        AuditEvent.objects.bulk_create(
            AuditEvent(
                chain=customer.pk,
                customer=customer,
                sequence=start + index + 1,
                occurred_at=clock.now() - timedelta(seconds=1),
                actor_label="The portal",
                action="run.started",
                subject_type="run",
                subject_id="run",
                subject_label="A run",
            )
            for index in range(number)
        )

    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("audit_log")).status_code == 200
        return len(captured)

    grow(10)
    few = statements()
    grow(990)

    assert statements() == few <= 10
    first = client.get(reverse("audit_log")).context["page"]
    older = client.get(f"{reverse('audit_log')}?{first.older}").context["page"]
    assert not first.newer
    assert older.newer
    assert {row.pk for row in first.rows}.isdisjoint(row.pk for row in older.rows)


def test_export_holds_the_filtered_view_and_no_formula():
    customer = people.customer()
    event(customer, action="plan.approved", label='=HYPERLINK("http://evil.example")')
    event(customer, action="run.started", label="A run")

    response = signed_in(people.auditor()).get(reverse("audit_export"), {"action": "plan"})

    rows = list(csv.reader(io.StringIO(b"".join(response).decode())))
    assert response["Content-Type"].startswith("text/csv")
    assert len(rows) == 2
    assert rows[1][3] == '\'=HYPERLINK("http://evil.example")'
    assert '"name": "old"' in rows[1][5]


def test_json_export_holds_the_filtered_view_as_it_is():
    customer, client = people.customer(), signed_in(people.auditor())
    event(customer, action="plan.approved", label="=A plan", name="new")
    event(customer, action="plan.requested")
    event(customer, action="run.started")

    response = client.get(reverse("audit_export_json"), {"action": "plan"})
    nothing = client.get(reverse("audit_export_json"), {"action": "nothing"})

    found = json.loads(b"".join(response))
    assert response["Content-Type"] == "application/json"
    assert [row["action"] for row in found] == ["plan.requested", "plan.approved"]
    assert found[1]["object"] == "=A plan"
    assert (found[1]["before"], found[1]["after"]) == ({"name": "old"}, {"name": "new"})
    assert json.loads(b"".join(nothing)) == []


def test_chains_are_walked_and_a_change_is_found():
    customer = people.customer("Acme")
    event(customer)
    auditor, administrator = people.auditor(), people.customer_administrator(customer)
    client = Client()
    client.force_login(auditor)
    assert "Every chain is whole" in client.get(reverse("audit_chains")).content.decode()

    AuditEvent.objects.filter(customer=customer).update(action="customer.renamed")

    for reader in (auditor, administrator):
        client.force_login(reader)
        html = client.get(reverse("audit_chains")).content.decode()
        assert "The record is not what was written" in html
        assert "it was altered" in html
    client.force_login(people.customer_administrator(people.customer()))
    assert "it was altered" not in client.get(reverse("audit_chains")).content.decode()


# The mailbox.


def mail(number: int = 1) -> None:
    MailboxMessage.objects.bulk_create(
        MailboxMessage(
            recipient="eve@acme.example",
            subject=f"Message {index}",
            text="Open http://127.0.0.1:8000/invitations/abc/ <b>now</b>",
        )
        for index in range(number)
    )


def test_mailbox_is_open_to_the_signed_out_and_makes_links_clickable():
    mail()
    message = MailboxMessage.objects.get()

    listed = Client().get(reverse("mailbox")).content.decode()
    response = Client().get(reverse("mailbox_message", args=[message.pk]))

    assert "Message 0" in listed
    html = response.content.decode()
    assert 'href="http://127.0.0.1:8000/invitations/abc/"' in html
    assert "<b>now</b>" not in html
    assert response["Referrer-Policy"] == "same-origin"
    assert Client().get(reverse("mailbox_message", args=["box_none"])).status_code == 404


def test_mailbox_exists_only_where_mail_ends_in_it(settings):
    mail()
    settings.MAIL_DELIVERY = "smtp"

    assert Client().get(reverse("mailbox")).status_code == 404
    assert Client().get(reverse("mailbox_message", args=[MailboxMessage.objects.get().pk])).status_code == 404


def test_mailbox_asks_the_database_the_same_for_10_and_1000_messages():
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert Client().get(reverse("mailbox")).status_code == 200
        return len(captured)

    assert "No e-mail yet" in Client().get(reverse("mailbox")).content.decode()
    mail(10)
    few = statements()
    mail(990)

    assert statements() == few <= 10
