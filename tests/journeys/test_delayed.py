"""A delayed onboarding in a real browser: the customer is late, is reminded by real mail, does their part, and the clock says
whose time it was. At the end the hand-over pack is downloaded, and a program that knows nothing of the portal verifies its
digests.

Three days pass by moving what was noted three days back; everything else is the portal as `python3 manage.py up` starts it,
with a mail server that takes whatever comes.
"""

import re
import subprocess
import zipfile
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from time import monotonic, sleep

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from portal.embedded.seed.people import PASSWORD, STAFF
from tests.journeys.browser import Person
from tests.outbox.sinks import Sink
from tests.probes.servers import serving
from tests.services import CHROMIUM, needs_chromium
from tests.stack import Stack, running

pytestmark = [
    needs_chromium,
    pytest.mark.browser,
    pytest.mark.stateful,
    pytest.mark.timeout(1200),
    pytest.mark.xdist_group("stack"),
]

MARCUS = "marcus@moreau.example"
LATE = """
from datetime import timedelta
from django.db.models import F
from onboarding.actions.models import CustomerAction
from onboarding.clocks.models import Clock, ClockPart
from onboarding.models import Onboarding
three_days = timedelta(days=3, minutes=5)
late = Onboarding.objects.get(title="Dealer portal identity")
Clock.objects.filter(onboarding=late).update(started_at=F("started_at") - three_days)
parts = ClockPart.objects.filter(clock__onboarding=late)
parts.update(started_at=F("started_at") - three_days)
parts.exclude(ended_at=None).update(ended_at=F("ended_at") - three_days)
asked = CustomerAction.objects.filter(onboarding=late, kind="peering_acceptance", state="open")
asked.update(opened_at=F("opened_at") - three_days, due_at=F("due_at") - three_days, remind_at=F("remind_at") - three_days)
print(late.pk, *asked.values_list("pk", flat=True))
"""
LOOK = "from onboarding.actions.services import reminders; reminders.remind_of_due()"
"""What the scheduler has a worker do every five minutes."""


@pytest.fixture(scope="module")
def sink() -> Iterator[tuple[Sink, int]]:
    taking = Sink()
    with serving(taking) as port:
        yield taking, port


@pytest.fixture(scope="module")
def stack(sink: tuple[Sink, int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    mail = {
        "MAIL_DELIVERY": "smtp",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(sink[1]),
        "EMAIL_USE_TLS": "off",
    }
    with running(tmp_path_factory.mktemp("stack"), **mail) as started:
        yield started


@pytest.fixture
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield chromium
        chromium.close()


def test_a_delayed_onboarding(stack: Stack, sink: tuple[Sink, int], browser: Browser, tmp_path: Path) -> None:
    marcus, engineer = Person(browser, stack.url, "Marcus Lefevre"), Person(browser, stack.url, "Nimal")
    engineer.log_in(STAFF["engineer"].email, PASSWORD)

    onboarding, *asked = stack.tell(LATE).split()
    assert asked, "nothing waits for the customer's acceptance"
    timeline = f"/onboardings/{onboarding}/timeline/"

    stack.tell(LOOK)
    reminder = wait_for_mail(sink[0], MARCUS, "Reminder: accept the peering request")
    look_link = link_in(reminder, "/look/")
    customers_turn_runs(engineer, timeline)
    accept_from_the_mail(marcus, link_in(reminder, "/actions/"))
    look_without_log_in(Person(browser, stack.url, "Marcus's phone"), look_link)
    clock_rests_and_goes_on(engineer, marcus, timeline)
    download_and_verify(engineer, onboarding, tmp_path)

    for person in (marcus, engineer):
        assert person.broken == [], person.name


def wait_for_mail(sink: Sink, recipient: str, words: str, *, seconds: float = 120) -> EmailMessage:
    until = monotonic() + seconds
    while monotonic() < until:
        for raw in list(sink.taken):
            mail = message_from_bytes(raw, policy=policy.default)
            if recipient in str(mail["To"]) and str(mail["Subject"]).lower().startswith(words.lower()):
                return mail
        sleep(1)
    subjects = [str(message_from_bytes(raw, policy=policy.default)["Subject"]) for raw in sink.taken]
    raise AssertionError(f"no reminder came; what came: {subjects}")


def link_in(mail: EmailMessage, path: str) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    found = re.search(rf"https?://\S+{path}\S+", body.get_content())
    assert found, body.get_content()
    return found[0]


def customers_turn_runs(engineer: Person, timeline: str) -> None:
    engineer.page.goto(timeline)
    engineer.sees("Waiting for Moreau Automobiles")
    engineer.sees(re.compile(r"Moreau Automobiles: \d+ %, 3 days"))


def accept_from_the_mail(marcus: Person, link: str) -> None:
    """The link leads to the log-in, and from there to the action it is about."""
    marcus.page.goto(link)
    marcus.page.get_by_label("E-mail address").fill(MARCUS)
    marcus.page.get_by_label("Password", exact=True).fill(PASSWORD)
    marcus.press("Log in")
    marcus.sees("Accept the peering request")
    marcus.press("Accept as the customer's AWS account would")
    marcus.page.wait_for_load_state()


def look_without_log_in(phone: Person, link: str) -> None:
    """The portal may have seen it by itself: before the link is opened, or between opening it and pressing the button."""
    phone.page.goto(link)
    if phone.page.get_by_role("button", name="We did it, look now").count():
        phone.press("We did it, look now")
        phone.sees(re.compile("We look now|there is nothing to look for any more"))
    else:
        phone.sees("Nothing is left to do")


def clock_rests_and_goes_on(engineer: Person, marcus: Person, timeline: str) -> None:
    """The one day begins with the acceptance, rests while records are waited for, and goes on once they are published."""
    wait_until(engineer, timeline, re.compile("It rests"))
    for _ in range(60):
        marcus.page.goto("/actions/")
        acts = marcus.page.locator(".stand-in-act button")
        if not acts.count():
            break
        acts.first.click()
        marcus.page.wait_for_load_state()
    wait_until(engineer, timeline, re.compile("Kept"))


def wait_until(person: Person, page: str, words: re.Pattern[str], seconds: int = 120) -> None:
    for _ in range(seconds):
        person.page.goto(page)
        if person.page.locator("main").get_by_text(words).count():
            return
        person.page.wait_for_timeout(1000)
    raise AssertionError(f"{words.pattern!r} did not appear: {person.page.locator('main').inner_text()}")


def download_and_verify(engineer: Person, onboarding: str, where: Path) -> None:
    engineer.page.goto(f"/onboardings/{onboarding}/")
    environment = engineer.page.locator("main a[href^='/environments/env_']").first.get_attribute("href") or ""
    engineer.page.goto(re.sub(r"(/environments/[^/]+/).*", r"\1hand-over-pack/", environment))
    with engineer.page.expect_download() as downloading:
        engineer.page.get_by_role("button", name="Download all").click()
    archive = where / "pack.zip"
    downloading.value.save_as(archive)
    with zipfile.ZipFile(archive) as pack:
        pack.extractall(where / "pack")
    sums = next((where / "pack").rglob("SHA256SUMS"))
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", sums.name], cwd=sums.parent, capture_output=True, text=True
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert checked.stdout.count(": OK") >= 5
    expect(engineer.page.locator("main")).to_contain_text(sha256(archive))


def sha256(path: Path) -> str:
    return subprocess.run(["sha256sum", str(path)], capture_output=True, text=True, check=True).stdout.split()[0]
