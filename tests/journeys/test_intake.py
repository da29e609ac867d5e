"""The intake in a real browser, by people who make mistakes: what they are told is all they have to mend them by.

Two of one customer fill in together, a third is asked for one section, a reviewer sends three answers back.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect, sync_playwright

from onboarding.models import Onboarding, Section
from onboarding.states import SectionState
from portal.accounts.models import User
from portal.accounts.states import CustomerRole
from portal.outbox import delivery
from tests.factories import onboardings, people
from tests.factories.answers import answers_for
from tests.journeys.browser import Person
from tests.services import CHROMIUM, needs_chromium

pytestmark = [
    needs_chromium,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(1200),
]

DORA = "dora@fjord.example"
VPC = "vpc-0f1e2d3c4b5a60001"
TEST_VPC = "vpc-0f1e2d3c4b5a60002"

# What they know besides, and look up when a sentence sends them there: the account as AWS shows it, the VPC of the subnet that
# was copied, that of the test environment, the address of the device that translates, and the mail address in full.
FACTS = {
    "account_id": "012345678901",
    "vpc_id": VPC,
    "test_vpc_id": TEST_VPC,
    "gateway_ip": "52.16.10.20",
    "sender": "alerts@fjord.example",
    "dr_region": "eu-central-1",
}


@pytest.fixture
def browser() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread as long as it lives, which Django takes for asynchronous code.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


class Intake:
    """One onboarding, and its people at their browsers."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.browser, self.url = browser, url
        self.onboarding: Onboarding = onboardings.onboarding(people.customer("Fjord Logistics"))
        customer = self.onboarding.customer
        self.astrid = self._at_the_desk(people.contact(customer, CustomerRole.ADMINISTRATOR, name="Astrid Berg"))
        self.bjorn = self._at_the_desk(people.contact(customer, name="Björn Dahl"))
        self.nimal = self._at_the_desk(people.engineer())
        self.dora = Person(browser, url, "Dora Eide")

    def _at_the_desk(self, user: User) -> Person:
        person = Person(self.browser, self.url, user.full_name)
        person.log_in(user.email, people.PASSWORD)
        return person

    def open(self, person: Person, page: str = "") -> None:
        person.page.goto(f"/onboardings/{self.onboarding.pk}/{page}")

    def fill_in(self, person: Person, key: str, given: dict[str, Any]) -> None:
        self.open(person, f"sections/{key}/")
        person.fill_in(given)
        self.save(person)
        expect(person.page.locator(".flash[data-hue=done]")).to_be_visible()

    def save(self, person: Person) -> None:
        with person.page.expect_navigation():
            person.press("Save and continue")

    def told(self, person: Person, field: str, sentence: str) -> str:
        """Return what the sentence at this field offers: its first group, or nothing where it has none."""
        error = error_at(person, field)
        found = re.search(sentence, error)
        assert found, f"{field}: {error}"
        assert error in person.page.locator(".error-summary").inner_text()
        return found[1] if found.groups() else ""

    def states(self) -> dict[str, str]:
        return dict(Section.objects.filter(onboarding=self.onboarding).values_list("key", "state"))


def error_at(person: Person, field: str) -> str:
    """Return the sentence that stands at a control, or in the group of controls that answer one question."""
    control: Locator = person.page.locator(f"form.intake-form [name='{field}']").first
    own = control.locator(
        "xpath=ancestor::*[contains(@class, 'field') or contains(@class, 'line')][.//p[@class='field__error']][1]"
    )
    return own.locator(".field__error").first.inner_text().strip()


def test_mistakes_are_mended_by_what_the_page_says_and_what_is_sent_back_is_approved(
    browser: Browser, live_server: Any, settings: Any
) -> None:
    settings.EMAIL_BACKEND, settings.PORTAL_URL = "portal.outbox.mailbox.MailboxBackend", live_server.url
    intake = Intake(browser, live_server.url)

    hand_the_monitoring_to_dora(intake)
    mistakes_of_the_network(intake)
    mistakes_of_the_connection(intake)
    mistakes_of_the_mail(intake)
    mistake_of_the_recovery(intake)
    both_change_the_time_servers(intake)
    for key in ("products", "dns", "operating_system", "logs", "users"):
        intake.fill_in(intake.bjorn, key, answers()[key])
    submit(intake)

    send_three_back(intake)
    mend_only_these_three(intake)
    approve_the_three(intake)

    assert set(intake.states().values()) == {SectionState.APPROVED}
    for person in (intake.astrid, intake.bjorn, intake.dora, intake.nimal):
        assert person.broken == [], person.name


def answers() -> dict[str, dict[str, Any]]:
    given = answers_for(zone="fjord.internal")
    given["products"]["domain"] = "integration.fjord.example"
    return given


def hand_the_monitoring_to_dora(intake: Intake) -> None:
    """Astrid asks a colleague who is new here; the mail leads her through her account to that section, and she answers it."""
    astrid, dora = intake.astrid, intake.dora
    intake.open(astrid, "sections/monitoring/")
    astrid.page.get_by_text("Hand this section to somebody").click()
    astrid.page.get_by_label("E-mail address of the colleague").fill(DORA)
    astrid.page.get_by_label("Note to them").fill("You know who is on call.")
    astrid.press("Ask them")
    astrid.sees(f"{DORA} is invited.")

    delivery.deliver()
    dora.join(DORA, "seventeen grey herons")
    dora.sees("You are asked to answer this section")
    dora.sees("You know who is on call.")
    dora.fill_in(answers()["monitoring"])
    intake.save(dora)

    intake.open(astrid)
    delivery.deliver()
    astrid.page.goto("/messages/")
    astrid.sees("Dora Eide answered “Monitoring and alerts”")


def mistakes_of_the_network(intake: Intake) -> None:
    """An account without its leading zero, a subnet for a VPC, host bits, the provider's own range; then one VPC for both."""
    astrid, given = intake.astrid, answers()["remote_access"]
    production, test = given["environments"]
    production |= {"account_id": "12345678901", "vpc_id": "subnet-0a1b2c3d", "cidr_blocks": ["10.77.0.1/16"]}
    test |= {"account_id": FACTS["account_id"], "vpc_id": TEST_VPC, "cidr_blocks": ["10.200.4.0/22"]}
    intake.open(astrid, "sections/remote_access/")
    astrid.fill_in(given)
    intake.save(astrid)

    intake.told(astrid, "environments-0-account_id", "12 digits; you gave 11. Keep leading zeros")
    intake.told(astrid, "environments-0-vpc_id", "this is a subnet ID. Copy the ID of its VPC")
    meant = intake.told(
        astrid, "environments-0-cidr_blocks", r"Host bits are set in 10.77.0.1/16. Did you mean (\S+)\?"
    )
    free = intake.told(astrid, "environments-1-cidr_blocks", r"overlaps 10.200.0.0/16 of WSO2's VPC.*: (\S+) is free")
    production |= {"account_id": FACTS["account_id"], "vpc_id": FACTS["vpc_id"], "cidr_blocks": [meant]}
    test |= {"vpc_id": FACTS["vpc_id"], "cidr_blocks": [free]}
    astrid.fill_in(given)
    intake.save(astrid)

    intake.told(astrid, "environments-1-vpc_id", f"must be different VPCs; {VPC} is given for both. Give each its own")
    test["vpc_id"] = FACTS["test_vpc_id"]
    astrid.fill_in(given)
    intake.save(astrid)
    astrid.sees("Remote access is saved")


def mistakes_of_the_connection(intake: Intake) -> None:
    """The gateway's inside address, and an ASN that AWS keeps for itself."""
    bjorn = intake.bjorn
    given = {**answers()["data_centre"], "gateway_ip": "192.168.1.1", "routing": "bgp", "bgp_asn": 7224}
    del given["prefixes"]
    intake.open(bjorn, "sections/data_centre/")
    bjorn.fill_in(given)
    intake.save(bjorn)

    intake.told(
        bjorn, "gateway_ip", "must be public. 192.168.1.1 is a private address. Behind NAT, give the NAT device's"
    )
    asn = intake.told(bjorn, "bgp_asn", r"7224 is reserved by AWS in every Region. Use your router's own ASN, or (\d+)")
    bjorn.fill_in({"gateway_ip": FACTS["gateway_ip"], "bgp_asn": asn})
    intake.save(bjorn)
    bjorn.sees("Data-centre connection is saved")


def mistakes_of_the_mail(intake: Intake) -> None:
    """The port that AWS throttles, and an address that ends at its @."""
    bjorn = intake.bjorn
    intake.open(bjorn, "sections/smtp/")
    bjorn.fill_in({**answers()["smtp"], "port": 25, "sender": "alerts@"})
    intake.save(bjorn)

    port = intake.told(bjorn, "port", r"Port 25 is throttled from AWS. Use (\d+) with STARTTLS")
    intake.told(bjorn, "sender", "after @")
    bjorn.fill_in({"port": port, "sender": FACTS["sender"]})
    intake.save(bjorn)
    bjorn.sees("SMTP is saved")


def mistake_of_the_recovery(intake: Intake) -> None:
    """Disaster recovery in the Region that the disaster would be in."""
    astrid = intake.astrid
    intake.open(astrid, "sections/backup/")
    astrid.fill_in({**answers()["backup"], "dr_region": "eu-west-1"})
    intake.save(astrid)

    intake.told(astrid, "dr_region", "eu-west-1 is production's own Region. Disaster recovery needs another one")
    astrid.fill_in({"dr_region": FACTS["dr_region"]})
    intake.save(astrid)
    astrid.sees("is saved")


def both_change_the_time_servers(intake: Intake) -> None:
    """Both open the section; who saves second sees both versions, and keeps of each what is right."""
    astrid, bjorn = intake.astrid, intake.bjorn
    intake.fill_in(astrid, "ntp", {"choice": "own", "servers": ["ntp1.fjord.example", "ntp2.fjord.example"]})
    for person in (astrid, bjorn):
        intake.open(person, "sections/ntp/")
    astrid.fill_in({"servers": ["time1.fjord.example", "time2.fjord.example"]})
    intake.save(astrid)
    bjorn.fill_in({"servers": ["ntp1.fjord.example", "ntp2.fjord.example", "ntp3.fjord.example"]})
    intake.save(bjorn)

    bjorn.sees("Astrid Berg changed this section since you opened it.")
    dispute = bjorn.page.locator("#field-keep-servers")
    expect(dispute).to_contain_text("time1.fjord.example")
    expect(dispute).to_contain_text("ntp3.fjord.example")
    dispute.get_by_text("Use what you entered").click()
    with bjorn.page.expect_navigation():
        bjorn.press("Save these answers")
    bjorn.sees("NTP is saved")
    stored = Section.objects.get(onboarding=intake.onboarding, key="ntp")
    assert stored.answers["servers"] == ["ntp1.fjord.example", "ntp2.fjord.example", "ntp3.fjord.example"]


def submit(intake: Intake) -> None:
    intake.open(intake.astrid, "check/")
    with intake.astrid.page.expect_navigation():
        intake.astrid.press("Submit to WSO2 for review")
    assert set(intake.states().values()) == {SectionState.SUBMITTED}


BACK = {
    "smtp": ("host", "This name does not resolve for us: give the one that your partners use."),
    "ntp": ("servers", "The third server is of another site: name one of yours."),
    "logs": ("host", "Logs go to the collector in Oslo from January: name that one."),
}
MENDED: dict[str, dict[str, Any]] = {
    "smtp": {"host": "relay.fjord.example"},
    "ntp": {"servers": ["ntp1.fjord.example", "ntp2.fjord.example", "ntp4.fjord.example"]},
    "logs": {"host": "logs.oslo.fjord.example"},
}


def send_three_back(intake: Intake) -> None:
    """Three answers with a reason each; every other answer of every section is approved."""
    nimal = intake.nimal
    for key in intake.states():
        intake.open(nimal, f"review/{key}/")
        if key in BACK:
            answer, reason = BACK[key]
            judged = nimal.page.locator(f"#field-judge-{answer}")
            judged.get_by_text("Request a change").click()
            judged.get_by_label("What must change, and why").fill(reason)
        with nimal.page.expect_navigation():
            nimal.press("Approve the rest and finish")
    back = {key for key, state in intake.states().items() if state == SectionState.CHANGES_REQUESTED}
    assert back == set(BACK)


def mend_only_these_three(intake: Intake) -> None:
    """The home names the three sections; in each, only the answer with the reason above it can be changed."""
    bjorn = intake.bjorn
    intake.open(bjorn)
    owed = bjorn.page.locator("main").inner_text()
    assert owed.count("Change: ") >= len(BACK)
    intake.open(bjorn, "sections/dns/")
    expect(bjorn.page.locator("form.intake-form")).to_have_count(0)
    for key, (answer, reason) in BACK.items():
        intake.open(bjorn, f"sections/{key}/")
        bjorn.sees(reason)
        open_names = bjorn.page.locator("form.intake-form :is(input, select, textarea):visible").evaluate_all(
            "controls => [...new Set(controls.map((control) => control.name))]"
        )
        assert open_names == [answer], key
        bjorn.fill_in(MENDED[key])
        intake.save(bjorn)
    intake.open(bjorn, "check/")
    with bjorn.page.expect_navigation():
        bjorn.press("Submit to WSO2 for review")


def approve_the_three(intake: Intake) -> None:
    nimal = intake.nimal
    for key in BACK:
        intake.open(nimal, f"review/{key}/")
        expect(nimal.page.locator(f"#field-judge-{BACK[key][0]}")).to_contain_text(BACK[key][1])
        with nimal.page.expect_navigation():
            nimal.press("Approve the rest and finish")
