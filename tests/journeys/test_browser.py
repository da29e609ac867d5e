"""The whole way in a real browser: two people of a customer, two of the provider, from the first question to the hand-over.

The portal runs as `python3 manage.py up` starts it. At the end a client that knows nothing of the portal confirms in the AWS
stand-in what was built.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from portal.embedded.aws_stand_in.accounts import CUSTOMER_ACCOUNTS
from portal.embedded.seed.people import PASSWORD as SAMPLE_PASSWORD
from portal.embedded.seed.people import STAFF
from tests.factories.answers import answers_for
from tests.journeys.browser import Person
from tests.journeys.confirmation import Confirmation
from tests.services import CHROMIUM, needs_chromium
from tests.stack import Stack, running

pytestmark = [
    needs_chromium,
    pytest.mark.browser,
    pytest.mark.stateful,
    pytest.mark.timeout(1200),
    pytest.mark.xdist_group("stack"),
]

FJORD = CUSTOMER_ACCOUNTS[-1]
MOST_ITEMS = 12
"""More than anybody has to sign of one environment."""
PASSWORD = "seventeen grey herons"
FIRST, SECOND = "astrid@fjord.example", "bjorn@fjord.example"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with running(tmp_path_factory.mktemp("stack"), "--no-samples") as started:
        assert "create_administrator" in "".join(started.printed)
        started.manage("seed_demo", "--people")
        yield started


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield chromium
        chromium.close()


def answers() -> dict[str, dict[str, Any]]:
    given = answers_for(
        FJORD.account_id,
        FJORD.region,
        FJORD.production_vpc_id,
        FJORD.production_cidr,
        FJORD.test_vpc_id,
        FJORD.test_cidr,
        zone="fjord.internal",
    )
    given["backup"]["dr_region"] = "eu-west-1"
    return given


def test_from_the_first_question_to_the_hand_over(stack: Stack, browser: Browser) -> None:
    manager, engineer, approver, astrid, bjorn = (
        Person(browser, stack.url, name) for name in ("Dilini", "Nimal", "Ruwan", "Astrid Berg", "Björn Dahl")
    )
    for person, part in ((manager, "manager"), (engineer, "engineer"), (approver, "approver")):
        person.log_in(STAFF[part].email, SAMPLE_PASSWORD)

    open_onboarding(manager)
    astrid.join(FIRST, PASSWORD)
    invite_colleague(astrid)
    bjorn.join(SECOND, PASSWORD)
    onboarding_url = fill_in_together(astrid, bjorn)
    mend_what_the_reviewer_sends_back(engineer, astrid, onboarding_url)
    approve_plans(engineer, onboarding_url)
    do_the_customers_part(astrid)
    production_url = wait_until_provisioned(engineer)
    prove_that_alerts_arrive(engineer, astrid, production_url)
    sign_checklist(engineer, production_url)
    sign_checklist(astrid, production_url)
    confirm_checklist(manager, production_url)
    request_hand_over(engineer, production_url)
    hand_over_url = release(approver, engineer.page.url)
    reveal(astrid, hand_over_url)
    is_refused(bjorn, hand_over_url)

    Confirmation(stack.endpoint, FJORD).of_everything(answers())
    for person in (manager, engineer, approver, astrid, bjorn):
        assert person.broken == [], person.name


def open_onboarding(manager: Person) -> None:
    manager.page.goto("/onboardings/new/")
    manager.page.get_by_label("Name of the new customer").fill(FJORD.name)
    manager.page.get_by_label("Title").fill("Freight visibility")
    manager.page.get_by_label("Account manager").select_option(label=STAFF["manager"].name)
    manager.page.get_by_label("E-mail address of the first contact").fill(FIRST)
    manager.page.locator("main form button.button--primary").click()
    manager.sees("Freight visibility")


def invite_colleague(astrid: Person) -> None:
    astrid.page.goto("/people/")
    astrid.page.get_by_label("E-mail").fill(SECOND)
    astrid.page.locator("form[action$='/invitations/new/'] select[name=role]").select_option("contributor")
    astrid.press("Send the invitation")
    astrid.sees(SECOND)


def fill_in_together(astrid: Person, bjorn: Person) -> str:
    """Each fills in half of the sections; a wrong VPC ID is told at once and mended."""
    astrid.page.goto("/")
    onboarding_url = astrid.page.url
    for number, (key, given) in enumerate(answers().items()):
        person = (astrid, bjorn)[number % 2]
        person.page.goto(f"{onboarding_url}sections/{key}/")
        if key == "remote_access":
            wrong = {**given, "environments": [{**given["environments"][0], "vpc_id": "subnet-0a1b2c3d"}]}
            person.fill_in(wrong)
            person.press("Save and continue")
            expect(person.page).to_have_title(re.compile("^Error: "))
            person.sees("There is a problem")
            assert person.page.locator("[name='environments-0-vpc_id']").input_value() == "subnet-0a1b2c3d"
        person.fill_in(given)
        person.press("Save and continue")
        expect(person.page).not_to_have_url(re.compile(f"sections/{key}/$"))
    astrid.page.goto(f"{onboarding_url}check/")
    astrid.press("Submit to WSO2 for review")
    astrid.sees(re.compile("ONB-[0-9]{4}-0001"))
    return onboarding_url


def mend_what_the_reviewer_sends_back(engineer: Person, astrid: Person, onboarding_url: str) -> None:
    """The reviewer asks for a change of one answer, by mouse and keys; the customer changes that one, and all is approved."""
    engineer.page.goto(f"{onboarding_url}review/ntp/")
    servers = engineer.page.locator("#field-judge-servers")
    servers.get_by_text("Request a change").click()
    servers.get_by_label("What must change, and why").fill("Name a third server, so that one may be wrong.")
    engineer.page.locator("#field-judge-choice").focus()
    engineer.page.keyboard.press("a")
    expect(engineer.page.locator("[data-judged]")).to_have_text("2")
    engineer.press("Finish review")
    engineer.page.goto(f"{onboarding_url}review/ntp/")
    engineer.sees("Name a third server, so that one may be wrong.")

    astrid.page.goto(f"{onboarding_url}sections/ntp/")
    astrid.sees("Name a third server, so that one may be wrong.")
    expect(astrid.page.locator("input[name=choice]")).to_have_attribute("type", "hidden")
    astrid.fill_in({"servers": ["ntp1.fjord.example", "ntp2.fjord.example", "ntp3.fjord.example"]})
    astrid.press("Submit this section")

    for key in answers():
        engineer.page.goto(f"{onboarding_url}review/{key}/")
        engineer.press("Approve the rest and finish")


def approve_plans(engineer: Person, onboarding_url: str) -> None:
    for number in range(2):
        engineer.page.goto(onboarding_url)
        engineer.page.locator("main a[href*='/environments/']").nth(0).wait_for()
        links = {
            link.get_attribute("href") for link in engineer.page.locator("main a[href^='/environments/env_']").all()
        }
        environments = sorted({re.sub(r"(/environments/[^/]+/).*", r"\1", link or "") for link in links})
        engineer.page.goto(environments[number])
        engineer.page.locator("main a[href^='/plans/']").first.click()
        engineer.page.get_by_role("button", name="Approve plan and start").wait_for(timeout=60_000)
        engineer.press("Approve plan and start")
        engineer.page.wait_for_url(re.compile("/runs/"))


def do_the_customers_part(astrid: Person) -> None:
    astrid.page.goto("/actions/")
    wait_for_action(astrid, "Create it as the customer's AWS account would")
    astrid.press("Create it as the customer's AWS account would")
    wait_for_action(astrid, "Accept as the customer's AWS account would")
    press_until_nothing_is_left(astrid)


def press_until_nothing_is_left(astrid: Person) -> None:
    """Do whatever the runs ask for, until nothing new was asked for some seconds."""
    quiet_seconds = 0
    while quiet_seconds < 15:
        astrid.page.goto("/actions/")
        acts = astrid.page.locator(".stand-in-act button")
        if acts.count():
            acts.first.click()
            astrid.page.wait_for_load_state()
            quiet_seconds = 0
        else:
            astrid.page.wait_for_timeout(1000)
            quiet_seconds += 1


def wait_for_action(person: Person, button: str) -> None:
    """The most urgent action stands on the page with its button, the others are named below it."""
    for _ in range(60):
        person.page.goto("/actions/")
        if person.page.get_by_role("button", name=button).count():
            return
        person.page.wait_for_timeout(1000)
    raise AssertionError(f"no button {button!r} in a minute: {person.page.locator('main').inner_text()}")


def wait_until_provisioned(engineer: Person) -> str:
    """Watch the run's live page until it is through; return production's address."""
    engineer.page.goto("/environments/")
    row = engineer.page.locator("tr, li").filter(has_text="Fjord Logistics").filter(has_text="Production").first
    href = row.locator("a[href^='/environments/env_']").first.get_attribute("href") or ""
    engineer.page.goto(href)
    engineer.page.locator("main a[href^='/runs/']").first.click()
    engineer.sees(re.compile(r"\b(\d+) of \1\b"), within_seconds=90)
    engineer.sees("Added routes in the customer's VPC")
    return href


def prove_that_alerts_arrive(engineer: Person, recipient: Person, environment_url: str) -> None:
    """The engineer sends a test alert; who finds it in the mailbox says so by its link, and the checklist shows the proof."""
    engineer.page.goto(f"{environment_url}checklist/")
    engineer.press("Send a test alert")
    engineer.sees("Sent, waits for somebody to confirm", within_seconds=60)
    recipient.page.goto("/mailbox/")
    mail = recipient.page.locator("li").filter(has_text="Test alert").filter(has_text=FJORD.name).first
    mail.get_by_role("link").click()
    recipient.page.locator("main a[href*='/test-alerts/']").first.click()
    recipient.press("It arrived")
    recipient.sees("It is on record that the test alert arrived")
    for _ in range(60):
        engineer.page.goto(f"{environment_url}checklist/")
        if engineer.page.locator("#item-alert_received").get_by_text("A test alert arrived").count():
            return
        engineer.page.wait_for_timeout(1000)
    raise AssertionError(f"no proof in a minute: {engineer.page.locator('#item-alert_received').inner_text()}")


def sign_checklist(person: Person, environment_url: str) -> None:
    """Sign one item after the other: each makes the page anew."""
    for _ in range(MOST_ITEMS):
        person.page.goto(f"{environment_url}checklist/")
        sign = person.page.locator("form[action$='/sign/']")
        if not sign.count():
            return
        form = sign.first
        form.evaluate("form => form.closest('details')?.setAttribute('open', '')")
        form.locator("textarea, input[type=text]").first.fill("Looked at it together with the network team.")
        form.get_by_role("button", name="Sign: it is true").click()
        person.page.wait_for_load_state()
    raise AssertionError(f"signing does not end: {person.page.locator('main').inner_text()}")


def confirm_checklist(person: Person, environment_url: str) -> None:
    """A second person says the same of the gates."""
    for _ in range(MOST_ITEMS):
        person.page.goto(f"{environment_url}checklist/")
        confirm = person.page.locator("form[action$='/confirm/']")
        if not confirm.count():
            return
        confirm.first.get_by_role("button").click()
        person.page.wait_for_load_state()
    raise AssertionError(f"confirming does not end: {person.page.locator('main').inner_text()}")


def request_hand_over(engineer: Person, environment_url: str) -> None:
    engineer.page.goto(f"{environment_url}hand-over/")
    recipients = engineer.page.get_by_label("Recipient")
    astrid = recipients.locator("option").filter(has_text="Astrid Berg").first
    recipients.select_option(value=astrid.get_attribute("value"))
    engineer.page.get_by_label(re.compile("Reason|Why")).fill("Go-live is agreed for Monday.")
    engineer.press("Request release of Production's credentials to Fjord Logistics")
    engineer.page.wait_for_url(re.compile("/hand-overs/"))
    assert not engineer.page.get_by_role("button", name=re.compile("^Release")).count()


def release(approver: Person, hand_over_url: str) -> str:
    approver.page.goto(hand_over_url)
    approver.page.locator("form[action$='/release/'] button").click()
    dialog = approver.page.get_by_role("dialog")
    dialog.get_by_role("button").last.click()
    approver.sees("Released")
    return hand_over_url


def reveal(astrid: Person, hand_over_url: str) -> None:
    astrid.page.goto(hand_over_url)
    astrid.page.get_by_label("Your password").fill(PASSWORD)
    astrid.press("Reveal credentials")
    shown = astrid.page.locator("[data-reveal-output]")
    expect(shown).to_contain_text("admin")
    expect(shown).to_contain_text("fjord.internal")
    astrid.press("I have stored them")
    astrid.sees("Acknowledged")


def is_refused(bjorn: Person, hand_over_url: str) -> None:
    bjorn.page.goto(hand_over_url)

    bjorn.sees(re.compile("Astrid Berg"))
    assert not bjorn.page.get_by_role("button", name="Reveal credentials").count()
