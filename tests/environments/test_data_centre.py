"""The data-centre link as people meet it: the router's configuration, the tunnels of the stand-in, a line's milestones."""

import pytest
from django.urls import reverse

from environments.models import EnvironmentSecret, Run
from environments.provisioning.steps.vpn_configuration import SECRET
from environments.services import runs, steering, vpn_configurations
from environments.services import stand_in as acts
from onboarding.actions import selectors as actions
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.core.errors import Conflict, Forbidden, Invalid, NotFound
from portal.embedded.aws_stand_in import accounts
from portal.vault import services as vault
from tests.api.caller import Caller
from tests.aws import RunningStandIn
from tests.environments import pages
from tests.factories import environments, people
from tests.factories.actions import follow_all, onboard
from tests.factories.people import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
TEXT = "! VPN connection vpn-1 for Cisco IOS.\ncrypto keyring key-of-tunnel-1\n"
NORTHWIND = accounts.CUSTOMER_ACCOUNTS[0]


@pytest.fixture
def linked():
    """An environment whose VPN is built; its router's configuration is sealed."""
    made = environments.environment(data_centre="vpn")
    sealed = vault.seal(TEXT, customer=made.customer, purpose="environment vpn_configuration")
    EnvironmentSecret.objects.create(
        customer=made.customer, environment=made, name=SECRET, secret=sealed, sealed_at=clock.now()
    )
    run = environments.run_of(made, "vpn_configuration", "vpn_tunnels")
    run.steps.filter(key="vpn_configuration").update(
        state="ready", outputs={"router": "Cisco IOS"}, finished_at=clock.now()
    )
    run.steps.filter(key="vpn_tunnels").update(
        state="waiting", waits_on="customer", reason="Configure the router.", waiting_since=clock.now()
    )
    return made


@pytest.fixture
def contact(linked):
    return people.contact(linked.customer)


class TestReveal:
    def test_customers_editor_gets_it_for_their_password_each_time_on_record(self, linked, contact):
        for _ in range(2):
            found = vpn_configurations.reveal(linked, password=PASSWORD, by=contact)
            assert (found.text, found.router, found.is_sample) == (TEXT, "Cisco IOS", False)
            assert found.file_name.startswith("vpn-")
        events = AuditEvent.objects.filter(action="vpn_configuration.revealed", actor=contact)
        assert events.count() == 2
        assert "key-of-tunnel-1" not in "".join(f"{event.before} {event.after}" for event in AuditEvent.objects.all())

    def test_what_a_stand_in_made_is_labelled_as_a_sample(self, linked, contact, settings):
        settings.AWS_STAND_IN_CUSTOMER_ROLE = accounts.CUSTOMER_ADMINISTRATOR
        found = vpn_configurations.reveal(linked, password=PASSWORD, by=contact)
        assert found.is_sample
        assert found.file_name.startswith("sample-")
        first, rest = found.text.split("\n", 1)
        assert first.startswith("! SAMPLE")
        assert rest == TEXT

    def test_wrong_password_opens_nothing_and_is_on_record(self, linked, contact):
        with pytest.raises(Invalid) as refused:
            vpn_configurations.reveal(linked, password="guess", by=contact)
        assert refused.value.problems[0].pointer == "password"
        assert AuditEvent.objects.filter(action="vpn_configuration.password_refused", actor=contact).exists()

    def test_engineers_may_and_viewers_managers_and_others_may_not(self, linked):
        assert vpn_configurations.reveal(linked, password=PASSWORD, by=people.engineer()).text == TEXT
        for person in (
            people.viewer(linked.customer),
            people.account_manager(),
            people.auditor(),
            people.contact(people.customer()),
        ):
            with pytest.raises(Forbidden):
                vpn_configurations.reveal(linked, password=PASSWORD, by=person)
            assert AuditEvent.objects.filter(action="vpn_configuration.reveal_refused", actor=person).exists()

    def test_before_it_is_written_there_is_a_sentence(self, contact):
        other = environments.environment(contact.memberships.get().customer, data_centre="vpn", kind="test")
        with pytest.raises(Conflict, match="No configuration is written yet"):
            vpn_configurations.reveal(other, password=PASSWORD, by=contact)

    def test_destroyed_one_is_a_sentence(self, linked, contact):
        vault.destroy(linked.secrets.get().secret)
        with pytest.raises(Conflict, match="could not be opened"):
            vpn_configurations.reveal(linked, password=PASSWORD, by=contact)


class TestPage:
    def test_reading_the_page_reveals_nothing(self, linked, contact):
        html = pages.page(contact, "data_centre", linked.pk)
        assert "Download the configuration" in html
        assert "Cisco IOS" in html
        assert "key-of-tunnel-1" not in html
        assert not AuditEvent.objects.filter(action="vpn_configuration.revealed").exists()

    def test_download_is_a_file_that_nobody_keeps(self, linked, contact):
        address = reverse("vpn_configuration", args=[linked.pk])
        response = pages.signed_in(contact).post(address, {"password": PASSWORD})
        assert response.content.decode() == TEXT
        assert response["Content-Disposition"].startswith('attachment; filename="vpn-')
        assert "no-store" in response["Cache-Control"]
        assert pages.signed_in(contact).get(address).status_code == 405

    def test_wrong_password_is_said_at_its_field(self, linked, contact):
        response = pages.signed_in(contact).post(reverse("vpn_configuration", args=[linked.pk]), {"password": "guess"})
        assert response.status_code == 422
        assert "The one you entered is not right" in response.content.decode()
        assert "guess" not in response.content.decode()

    def test_viewer_sees_state_and_no_form(self, linked):
        html = pages.page(people.viewer(linked.customer), "data_centre", linked.pk)
        assert "Download the configuration" not in html

    def test_environment_leads_to_it_only_where_there_is_a_link(self, linked, contact):
        without = environments.environment(linked.customer, kind="test")
        assert reverse("data_centre", args=[linked.pk]) in pages.page(contact, "environment", linked.pk)
        assert reverse("data_centre", args=[without.pk]) not in pages.page(contact, "environment", without.pk)
        assert "No connection to a data centre" in pages.page(contact, "data_centre", without.pk)

    def test_waiting_tunnels_are_an_action_of_the_customer(self, linked, contact):
        onboard(linked)
        follow_all()
        (action,) = actions.asked(contact).filter(kind="vpn_tunnels")
        assert action.title == "Configure your VPN router"
        assert reverse("data_centre", args=[linked.pk]) in pages.page(contact, "actions")


class TestLinePage:
    @pytest.fixture
    def line(self):
        return environments.environment(data_centre="direct_connect")

    def test_milestones_are_recorded_and_taken_back_on_the_page(self, line):
        contact = people.contact(line.customer)
        client = pages.signed_in(contact)
        given = {"key": "ordered", "done_on": "2026-01-05", "evidence": "order 4711", "note": "by Colt"}
        assert client.post(reverse("milestones", args=[line.pk]), given).status_code == 302
        html = pages.page(contact, "data_centre", line.pk)
        assert "order 4711" in html
        assert "Record: Letter of authorisation received" in html
        assert client.post(reverse("milestone_take_back", args=[line.pk, "ordered"])).status_code == 302
        assert not line.milestones.exists()

    def test_missing_evidence_is_said_at_its_field(self, line):
        client = pages.signed_in(people.engineer())
        response = client.post(reverse("milestones", args=[line.pk]), {"key": "ordered", "done_on": "2026-01-05"})
        assert response.status_code == 422
        assert "Enter what proves it" in response.content.decode()


class TestApi:
    def test_reveal_answers_with_the_text_and_is_never_kept(self, linked, contact):
        answer = Caller(contact).post(
            f"/environments/{linked.pk}/vpn-configuration-reveals", {"password": PASSWORD}, Idempotency_Key="a" * 20
        )
        assert answer.status_code == 200
        assert answer.data["text"] == TEXT
        assert answer["Cache-Control"] == "no-store"

    def test_milestones_by_program(self):
        line = environments.environment(data_centre="direct_connect")
        caller = Caller(people.contact(line.customer))
        address = f"/environments/{line.pk}/milestones"
        given = {"key": "ordered", "done_on": "2026-01-05", "evidence": "order 4711"}
        assert caller.post(address, given).status_code == 201
        (row,) = caller.get(address).data["data"]
        assert (row["title"], row["evidence"], row["note"]) == ("Line ordered", "order 4711", "")
        assert caller.delete(f"{address}/ordered").status_code == 204
        assert caller.get(address).data["data"] == []


class TestStandInTunnels:
    @pytest.fixture
    def production(self, stand_in: RunningStandIn, settings):
        settings.AWS_STAND_IN_CUSTOMER_ROLE = accounts.CUSTOMER_ADMINISTRATOR
        return environments.environment(
            account_id=NORTHWIND.account_id,
            vpc_id=NORTHWIND.production_vpc_id,
            cidr=NORTHWIND.production_cidr,
            data_centre="vpn",
        )

    def test_customer_brings_them_up_and_the_run_ends_with_the_configuration_sealed(self, production, stand_in):
        contact = people.contact(production.customer)
        acts.create_role(production, by=contact)
        keys = ("customer_gateway", "vpn_gateway", "vpn_connection", "vpn_routes", "vpn_configuration", "vpn_tunnels")
        run = environments.run_of(production, "customer_access", *keys)
        runs.advance(run.pk)
        while run.steps.get(key="vpn_tunnels").waits_on != "customer":
            steering.look_again(Run.objects.get(pk=run.pk), by=None)
            runs.advance(run.pk)
        tunnels = run.steps.get(key="vpn_tunnels")
        assert (tunnels.state, tunnels.waits_on) == ("waiting", "customer"), tunnels.error
        acts.bring_tunnels_up(production, by=contact)
        runs.advance(run.pk)
        run.refresh_from_db()
        assert run.state == "finished"
        found = vpn_configurations.reveal(production, password=PASSWORD, by=contact)
        assert found.is_sample
        assert production.resources.filter(kind="vpn_tunnel", attributes__status="UP").count() == 2
        html = pages.page(contact, "data_centre", production.pk)
        assert html.count('<td data-label="State">Up</td>') == 2
        assert "The stand-in for AWS wrote it" in html
        said = "".join(f"{step.outputs}{step.reason}{step.error}" for step in run.steps.all())
        assert "key" not in said.replace("keyring", "")

    def test_without_a_connection_it_is_a_conflict(self, production):
        with pytest.raises(Conflict, match="No VPN connection stands"):
            acts.bring_tunnels_up(production, by=people.engineer())

    def test_on_aws_there_is_no_such_act_and_others_do_not_act(self, production, settings):
        with pytest.raises(Forbidden):
            acts.bring_tunnels_up(production, by=people.viewer(production.customer))
        settings.AWS_STAND_IN_CUSTOMER_ROLE = ""
        with pytest.raises(NotFound):
            acts.bring_tunnels_up(production, by=people.engineer())
