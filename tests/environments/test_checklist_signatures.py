"""Signatures: with a note or a file, after what they require, and at the gates of production by two people."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse

from environments.models import ChecklistItem, Environment
from environments.services import checklist
from environments.states import EnvironmentKind, ItemKind, ItemState
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.core.errors import Conflict, Forbidden, Invalid
from portal.files.models import StoredFile
from portal.files.services import NewFile
from tests.environments.pages import page, signed_in, status
from tests.factories import environments, people

pytestmark = pytest.mark.django_db

REPORT = NewFile("report.pdf", b"%PDF-1.7 all well")


def _environment(**given: Any) -> Environment:
    """Everything automatic is true."""
    made = environments.environment(**given)
    checklist.ensure(made)
    made.checklist_items.filter(kind=ItemKind.AUTOMATIC).update(state=ItemState.GREEN)
    return made


@pytest.fixture
def production() -> Environment:
    return _environment()


def _item(environment: Environment, key: str = "smoke_test_passed") -> ChecklistItem:
    return environment.checklist_items.get(key=key)


def _sign(item: ChecklistItem, by: User, note: str = "Report 7", file: NewFile | None = None) -> ChecklistItem:
    return checklist.sign(item, note=note, file=file, revision=item.revision, by=by)


def test_gate_of_production_counts_once_a_second_person_confirms_it(production):
    engineer, manager = people.engineer(), people.account_manager()
    signed = _sign(_item(production), engineer)
    assert (signed.state, signed.signed_by, signed.confirmed_by) == (ItemState.SIGNED, engineer, None)
    confirmed = checklist.confirm(signed, revision=signed.revision, by=manager)
    assert (confirmed.state, confirmed.confirmed_by) == (ItemState.GREEN, manager)
    actions = AuditEvent.objects.filter(subject_id=signed.pk).order_by("sequence").values_list("action", "actor")
    assert list(actions) == [("checklist_item.signed", engineer.pk), ("checklist_item.confirmed", manager.pk)]


def test_nobody_confirms_their_own_signature(production):
    engineer = people.engineer()
    signed = _sign(_item(production), engineer)
    with pytest.raises(Forbidden, match="you signed it"):
        checklist.confirm(signed, revision=signed.revision, by=engineer)
    with pytest.raises(IntegrityError), transaction.atomic():
        ChecklistItem.objects.filter(pk=signed.pk).update(confirmed_by=engineer)


@pytest.mark.parametrize("role", ["approver", "auditor", "contact"])
def test_other_sides_and_readers_do_not_confirm(production, role):
    signed = _sign(_item(production), people.engineer())
    person = people.contact(production.customer) if role == "contact" else getattr(people, role)()
    with pytest.raises(Forbidden):
        checklist.confirm(signed, revision=signed.revision, by=person)


def test_second_person_takes_the_signature_back_as_well(production):
    signed = _sign(_item(production), people.engineer())
    opened = checklist.unsign(signed, revision=signed.revision, by=people.account_manager())
    assert (opened.state, opened.signed_by, opened.signed_at) == (ItemState.OPEN, None, None)
    again = _sign(opened, people.engineer())
    confirmed = checklist.confirm(again, revision=again.revision, by=people.account_manager())
    opened = checklist.unsign(confirmed, revision=confirmed.revision, by=people.engineer())
    assert (opened.confirmed_by, opened.confirmed_at) == (None, None)


def test_what_waits_for_nobody_is_not_confirmed(production):
    item = _item(production)
    with pytest.raises(Conflict):
        checklist.confirm(item, revision=item.revision, by=people.engineer())
    with pytest.raises(Conflict, match="signed already"):
        _sign(_sign(item, people.engineer()), people.engineer())


def test_one_person_is_enough_elsewhere():
    assert _sign(_item(_environment(kind=EnvironmentKind.TEST)), people.engineer()).state == ItemState.GREEN


def test_nothing_is_signed_before_what_it_requires(production):
    required = _item(production, "products_installed")
    ChecklistItem.objects.filter(pk=required.pk).update(state=ItemState.RED)
    with pytest.raises(Conflict, match=required.title):
        _sign(_item(production), people.engineer())


def test_nothing_is_confirmed_once_what_it_requires_is_lost(production):
    signed = _sign(_item(production), people.engineer())
    production.checklist_items.filter(key="products_installed").update(state=ItemState.RED)
    with pytest.raises(Conflict):
        checklist.confirm(signed, revision=signed.revision, by=people.account_manager())


def test_what_an_environment_is_not_asked_is_required_of_nobody():
    """An alert is received only where somebody is to be alerted: the requirement is of the items that there are."""
    made = _environment(kind=EnvironmentKind.TEST)
    made.checklist_items.filter(key="products_installed").delete()
    assert _sign(_item(made), people.engineer()).state == ItemState.GREEN


def test_file_is_enough_and_its_digest_is_on_record(production):
    signed = _sign(_item(production), people.engineer(), note="", file=REPORT)
    assert signed.evidence_file is not None
    event = AuditEvent.objects.get(action="checklist_item.signed", subject_id=signed.pk)
    assert event.after["file"]["sha256"] == signed.evidence_file.sha256
    opened = checklist.unsign(signed, revision=signed.revision, by=people.engineer())
    assert opened.evidence_file is None
    assert StoredFile.objects.filter(pk=event.after["file"]["id"]).exists(), "what was signed with stays on record"


@pytest.mark.parametrize(
    "file",
    [
        NewFile("page.html", b"<script>"),
        NewFile("report.pdf", b"<html>"),
        NewFile("report.txt", b""),
        NewFile("report.txt", b"x" * (5 * 1024 * 1024 + 1)),
    ],
    ids=["kind", "content", "empty", "size"],
)
def test_file_that_is_no_evidence_is_refused_and_nothing_is_signed(production, file):
    with pytest.raises(Invalid) as refused:
        _sign(_item(production), people.engineer(), file=file)
    assert refused.value.problems[0].pointer == "file"
    assert _item(production).state == ItemState.OPEN
    assert not StoredFile.objects.exists()


# The page.


def test_page_signs_with_a_file_and_hands_it_out_as_a_download(production):
    engineer, item = people.engineer(), _item(production)
    upload = SimpleUploadedFile("C:\\reports\\smoke “7”.pdf", REPORT.content, content_type="text/html")
    sent = {"note": "", "file": upload, "revision": item.revision}
    assert signed_in(engineer).post(reverse("checklist_sign", args=[item.pk]), sent).status_code == 302
    viewer = people.viewer(production.customer)
    html = page(viewer, "environment_checklist", production.pk)
    file = StoredFile.objects.get()
    assert file.sha256 in html
    answer = signed_in(viewer).get(reverse("checklist_file", args=[item.pk]))
    assert (answer.content, answer["Content-Type"]) == (REPORT.content, "application/pdf")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert status(people.viewer(people.customer()), "checklist_file", item.pk) == 404
    assert status(viewer, "checklist_file", _item(production, "alert_received").pk) == 404


def test_page_refuses_a_file_beside_the_field_and_keeps_the_note(production):
    item = _item(production)
    sent = {"note": "See the page.", "file": SimpleUploadedFile("a.html", b"<p>"), "revision": item.revision}
    answer = signed_in(people.engineer()).post(reverse("checklist_sign", args=[item.pk]), sent)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Add a file of one of these kinds" in html
    assert "See the page." in html


def test_page_offers_the_second_signature_to_somebody_else_alone(production):
    engineer, manager, item = people.engineer(), people.account_manager(), _item(production)
    _sign(item, engineer)
    confirm = reverse("checklist_confirm", args=[item.pk])
    assert confirm not in page(engineer, "environment_checklist", production.pk)
    assert confirm in page(manager, "environment_checklist", production.pk)
    assert status(engineer, "checklist_confirm", item.pk, method="post", revision=1) == 403
    assert status(manager, "checklist_confirm", item.pk, method="post", revision=0) == 412
    assert status(manager, "checklist_confirm", item.pk, method="post", revision=1) == 302
    assert status(manager, "checklist_confirm", item.pk, method="post", revision=2) == 409
    assert "Signed by two people" in page(manager, "environment_checklist", production.pk)


def test_page_says_what_has_to_be_true_first(production):
    production.checklist_items.filter(key="products_installed").update(state=ItemState.OPEN)
    html = page(people.engineer(), "environment_checklist", production.pk)
    assert "To be signed once this is true: The products are installed" in html
    assert reverse("checklist_sign", args=[_item(production).pk]) not in html


@pytest.mark.parametrize("number", [1, 3, 10])
def test_page_costs_the_same_however_many_items_are_signed(production, number, django_assert_max_num_queries):
    for item in production.checklist_items.all()[:number]:
        file = StoredFile.objects.create(
            customer=production.customer,
            name="a.txt",
            content_type="text/plain",
            size=1,
            sha256="d" * 64,
            content=b"x",
            uploaded_by=people.engineer(),
            uploaded_at=production.created_at,
        )
        ChecklistItem.objects.filter(pk=item.pk).update(
            state=ItemState.GREEN, signed_by=people.engineer(), confirmed_by=people.engineer(), evidence_file=file
        )
    client = signed_in(people.engineer())
    with django_assert_max_num_queries(20) as seen:
        client.get(reverse("environment_checklist", args=[production.pk]))
    assert not any('content"' in query["sql"] and "files_storedfile" in query["sql"] for query in seen.captured_queries)
