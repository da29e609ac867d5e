"""The port matrix: what the customer's firewall lets through, what it says about it, and who says that it is done."""

import csv
import io
import json

import pytest

from environments.models import TemplateItem
from environments.services import checklist
from environments.states import ItemState
from onboarding import port_files, port_matrix
from onboarding.models import PortOpening
from onboarding.services import onboardings as services
from onboarding.services import ports
from portal.audit.models import AuditEvent
from portal.core.errors import Conflict, Forbidden, Invalid
from tests.factories import onboardings, people
from tests.factories.answers import answers_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def answered():
    return onboardings.submitted(onboardings.onboarding())


@pytest.fixture
def contact(answered):
    return people.contact(answered.customer)


def rows(**changed):
    return port_matrix.rows({**answers_for(), **changed})


def _of(found, **fields):
    return [row for row in found if all(getattr(row, name) == value for name, value in fields.items())]


def test_products_bring_their_ports_and_those_that_stay_closed_say_so():
    found = _of(rows(), environment="Production", product="API Manager")
    assert {(row.port, row.opens) for row in found} == {
        (9443, True),
        (8243, True),
        (9099, True),
        (9763, False),
        (8280, False),
    }
    assert all("Leave it closed" in row.purpose for row in found if not row.opens)


def test_ports_between_nodes_never_pass_the_customers_firewall():
    assert not _of(rows(), port=5672)


def test_offset_of_a_product_is_in_its_ports_and_said():
    products = {"products": [{"product": "micro-integrator", "version": "4.4.0", "pattern": "ha"}]}
    found = _of(rows(products=products), environment="Production", direction="to_products")
    assert {row.port for row in found if row.opens} == {8253, 9164}
    assert found[0].product_in_words == "Micro Integrator 4.4.0, offset 10"


def test_servers_of_the_customer_are_reached_from_the_environments():
    answers = answers_for(dns="own")
    found = {
        (row.target, row.port, row.protocol)
        for row in _of(port_matrix.rows(answers), environment="Test", direction="from_products")
    }
    assert found == {
        ("10.30.0.2", 53, "udp"),
        ("10.30.0.2", 53, "tcp"),
        ("mail.acme.example", 587, "tcp"),
        *((f"ntp{number}.acme.example", 123, "udp") for number in (1, 2, 3)),
        ("logs.acme.example", 6514, "tcp"),
    }


def test_services_of_aws_need_no_rows():
    found = rows(ntp={"choice": "amazon"}, smtp={"choice": "ses"}, logs={"forward": False})
    assert not _of(found, direction="from_products")


def test_proxy_is_named_by_host_and_port():
    found = _of(rows(monitoring={"http_proxy": "http://[2001:db8::8]:3128"}), port=3128)
    assert {row.target for row in found} == {"2001:db8::8"}


def test_tunnel_needs_two_ports_and_a_protocol_without_ports():
    found = _of(rows(), environment="Production", direction="tunnel")
    assert [(row.port, row.protocol) for row in found] == [(500, "udp"), (4500, "udp"), (None, "esp")]
    assert found[2].port_in_words == "no ports"


def test_nothing_answered_is_an_empty_matrix():
    assert port_matrix.rows({}) == []
    assert port_matrix.rows({"remote_access": {"environments": [{"name": "Production"}]}}) == []


def test_a_row_is_another_one_when_its_range_changes():
    before, after = (
        rows(),
        rows(data_centre={"choice": "vpn", "gateway_ip": "52.16.10.20", "prefixes": ["10.99.0.0/16"]}),
    )
    known = {row.key for row in before}
    assert len(known) == len(before)
    assert not {row.key for row in _of(after, direction="to_products")} & known
    assert {row.key for row in _of(after, environment="Test", direction="tunnel")} <= known | {row.key for row in after}


def test_opened_rows_say_who_and_when_and_can_be_taken_back(answered, contact):
    key = next(found.row.key for found in ports.matrix(answered) if found.row.opens)
    ports.set_opened(answered, keys=[key], opened=True, by=contact)
    opening = PortOpening.objects.get(onboarding=answered)
    assert (opening.row, opening.opened_by) == (key, contact)
    assert AuditEvent.objects.filter(action="ports.opened", actor=contact).exists()
    ports.set_opened(answered, keys=[key], opened=True, by=contact)
    assert PortOpening.objects.count() == 1
    ports.set_opened(answered, keys=[key], opened=False, by=contact)
    assert not PortOpening.objects.exists()
    assert AuditEvent.objects.filter(action="ports.taken_back").count() == 1


@pytest.mark.parametrize("who", [people.engineer, people.account_manager, people.auditor])
def test_only_the_customers_people_say_that_their_firewall_is_open(answered, who):
    key = ports.matrix(answered)[0].row.key
    with pytest.raises(Forbidden, match="customer's own people"):
        ports.set_opened(answered, keys=[key], opened=True, by=who())


@pytest.mark.parametrize("which", ["closed", "unknown", "none"])
def test_what_cannot_be_opened_is_refused_by_name(answered, contact, which):
    closed = next(found.row.key for found in ports.matrix(answered) if not found.row.opens)
    keys = {"closed": [closed], "unknown": ["0" * 16], "none": []}[which]
    with pytest.raises(Invalid) as refused:
        ports.set_opened(answered, keys=keys, opened=True, by=contact)
    assert refused.value.problems[0].pointer == ("rows" if which == "none" else "rows/0")
    assert not PortOpening.objects.exists()


def test_a_cancelled_onboarding_is_read_only(answered, contact):
    key = ports.matrix(answered)[0].row.key
    services.cancel(answered, by=people.account_manager())
    with pytest.raises(Conflict, match="cancelled"):
        ports.set_opened(answered, keys=[key], opened=True, by=contact)


def test_environment_whose_rows_are_all_opened_has_its_checklist_item_signed():
    approved = onboardings.approved(onboardings.onboarding())
    contact = people.contact(approved.customer)
    keys = [found.row.key for found in ports.matrix(approved) if found.row.opens]
    items = approved.environments.get(kind="production").checklist_items.filter(key=ports.CHECKLIST_ITEM)
    ports.set_opened(approved, keys=keys, opened=True, by=contact)
    item = items.get()
    assert (item.state, item.signed_by) == (ItemState.GREEN, contact)
    assert approved.reference in item.note
    ports.set_opened(approved, keys=keys[:1], opened=False, by=contact)
    assert items.get().state == ItemState.OPEN


def test_rows_are_opened_though_the_checklist_requires_something_first():
    approved = onboardings.approved(onboardings.onboarding())
    contact = people.contact(approved.customer)
    keys = [found.row.key for found in ports.matrix(approved) if found.row.opens]
    item = approved.environments.get(kind="production").checklist_items.get(key=ports.CHECKLIST_ITEM)
    TemplateItem.objects.filter(pk=item.template_item_id).update(requires=["peering_active"])
    ports.set_opened(approved, keys=keys, opened=True, by=contact)
    assert all(found.opening for found in ports.matrix(approved) if found.row.opens)
    item.refresh_from_db()
    assert item.state == ItemState.OPEN


def test_one_row_more_takes_no_signature_back():
    approved = onboardings.approved(onboardings.onboarding())
    contact = people.contact(approved.customer)
    items = approved.environments.get(kind="production").checklist_items.filter(key=ports.CHECKLIST_ITEM)
    checklist.sign(items.get(), note="The firewall team opened all of them.", revision=items.get().revision, by=contact)
    ports.set_opened(approved, keys=[ports.matrix(approved)[0].row.key], opened=True, by=contact)
    assert (items.get().state, items.get().note) == (ItemState.GREEN, "The firewall team opened all of them.")


def test_files_hold_every_row(answered, contact):
    ports.set_opened(answered, keys=[next(one.row.key for one in ports.matrix(answered))], opened=True, by=contact)
    found = ports.matrix(answered)
    table = list(csv.reader(io.StringIO(port_files.as_csv(answered, found).decode("utf-8-sig"))))
    assert table[0] == list(port_files.COLUMNS)
    assert len(table) == len(found) + 1
    assert json.loads(port_files.as_json(answered, found))["rows"][0]["opened_by"] == str(contact)
    assert port_files.as_pdf(answered, found).startswith(b"%PDF-")


def test_no_cell_is_a_formula(answered):
    section = answered.sections.get(key="remote_access")
    section.answers["environments"][0]["name"] = "=1+1"
    section.save()
    assert b"\r\n=1+1" not in port_files.as_csv(answered, ports.matrix(answered))


def test_page_shows_confirms_and_takes_back(answered, contact, client):
    client.force_login(contact)
    page = f"/onboardings/{answered.pk}/ports/"
    assert "Production: from your networks to the products" in client.get(page).text
    key = next(one.row.key for one in ports.matrix(answered))
    assert "rows are left" in client.post(page, {"row": [key]}, follow=True).text
    assert "Taken back" in client.post(page, {"row": [key], "act": "take_back"}, follow=True).text


def test_page_of_a_viewer_offers_nothing_to_press(answered, client):
    client.force_login(people.viewer(answered.customer))
    html = client.get(f"/onboardings/{answered.pk}/ports/").text
    assert "To open" in html
    assert 'name="row"' not in html


def test_page_without_answers_says_what_is_missing(client):
    fresh = onboardings.onboarding()
    client.force_login(people.contact(fresh.customer))
    assert "No ports yet" in client.get(f"/onboardings/{fresh.pk}/ports/").text


@pytest.mark.parametrize("kind", ["csv", "json", "pdf"])
def test_file_is_downloaded_under_the_reference(answered, contact, client, kind):
    client.force_login(contact)
    response = client.get(f"/onboardings/{answered.pk}/ports.{kind}")
    assert response["Content-Disposition"] == f'attachment; filename="{answered.reference}-ports.{kind}"'
    assert client.get(f"/onboardings/{answered.pk}/ports.exe").status_code == 404
