"""Nothing that was typed is lost, in a real browser: the session ends, the network fails, the tab closes, another is faster."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from onboarding.models import Section
from portal.accounts.models import User
from tests.factories import onboardings, people
from tests.services import CHROMIUM, needs_chromium

pytestmark = [needs_chromium, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread as long as it lives, which Django takes for asynchronous code.
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield chromium
        chromium.close()


class Desk:
    """Somebody with a browser at one section."""

    def __init__(self, browser: Browser, url: str) -> None:
        self.url = url
        self.onboarding = onboardings.onboarding()
        self.user: User = people.contact(self.onboarding.customer)
        self.context: BrowserContext = browser.new_context(base_url=url, reduced_motion="reduce")
        self.page: Page = self.context.new_page()
        self.log_in()

    def log_in(self) -> None:
        client = Client()
        client.force_login(self.user)
        name = settings.SESSION_COOKIE_NAME
        self.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": self.url}])

    def open(self, key: str) -> None:
        self.page.goto(f"/onboardings/{self.onboarding.pk}/sections/{key}/")

    def type(self, name: str, value: str) -> None:
        self.page.locator(f"form.intake-form [name='{name}']").first.fill(value)

    def choose(self, name: str, value: str) -> None:
        self.page.locator(f"form.intake-form [name='{name}'][value='{value}']").check()

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def kept(self) -> str:
        return str(self.page.evaluate("JSON.stringify(localStorage)"))

    def wait_until_kept(self, value: str) -> None:
        self.page.wait_for_function("value => JSON.stringify(localStorage).includes(value)", arg=value)

    def stored(self, key: str) -> Section:
        return onboardings.section(self.onboarding, key)

    @property
    def offer(self) -> Any:
        return self.page.get_by_text("Something you typed is not saved")

    def value(self, name: str) -> str:
        return self.page.locator(f"form.intake-form [name='{name}']").first.input_value()


@pytest.fixture
def desk(browser: Browser, live_server: Any) -> Iterator[Desk]:
    made = Desk(browser, live_server.url)
    yield made
    made.context.close()


def test_what_was_typed_when_the_session_ended_comes_back_after_the_log_in(desk: Desk) -> None:
    desk.open("smtp")
    desk.choose("choice", "own")
    desk.type("host", "mail.acme.example")
    desk.type("password", "mail-Password-73f")
    desk.wait_until_kept("mail.acme.example")
    assert "mail-Password-73f" not in desk.kept()
    desk.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)

    desk.press("Save and continue")
    desk.page.get_by_label("E-mail address").fill(desk.user.email)
    desk.page.get_by_label("Password", exact=True).fill(people.PASSWORD)
    desk.press("Log in")

    expect(desk.offer).to_be_visible()
    desk.press("Use it")
    assert desk.value("host") == "mail.acme.example"
    assert desk.value("password") == ""
    expect(desk.page.locator("[name='host']")).to_be_visible()
    desk.type("password", "mail-Password-73f")
    desk.press("Save and come back later")
    expect(desk.page.get_by_text("is saved as a draft")).to_be_visible()
    assert "kept:" not in desk.kept()
    assert desk.stored("smtp").answers["host"] == "mail.acme.example"


def test_a_save_without_a_network_says_so_and_keeps_the_page(desk: Desk) -> None:
    desk.open("dns")
    desk.choose("choice", "own")
    desk.type("zone", "acme.internal")
    desk.context.set_offline(True)

    desk.press("Save and come back later")

    expect(desk.page.get_by_text("The portal does not answer.")).to_be_visible()
    assert desk.value("zone") == "acme.internal"
    desk.context.set_offline(False)
    desk.press("Save and come back later")
    expect(desk.page.get_by_text("is saved as a draft")).to_be_visible()
    assert desk.stored("dns").answers["zone"] == "acme.internal"


def test_rows_and_lists_come_back_in_their_number(desk: Desk) -> None:
    desk.open("remote_access")
    for number, name in enumerate(("Production", "Test")):
        if not desk.page.locator(f"[name='environments-{number}-name']").count():
            desk.page.locator("button[value='add:environments']").click()
        desk.type(f"environments-{number}-name", name)
        desk.type(f"environments-{number}-cidr_blocks", f"10.2{number}.0.0/16")
    desk.page.locator("#field-environments-1-cidr_blocks [data-row-add]").click()
    desk.page.locator("[name='environments-1-cidr_blocks']").nth(1).fill("10.31.0.0/16")
    desk.wait_until_kept("10.31.0.0/16")

    second = desk.context.new_page()
    desk.page.close(run_before_unload=False)
    desk.page = second
    desk.open("remote_access")
    desk.press("Use it")

    names = [desk.value(f"environments-{number}-name") for number in range(2)]
    blocks = desk.page.locator("[name='environments-1-cidr_blocks']")
    assert names == ["Production", "Test"]
    assert [blocks.nth(place).input_value() for place in range(blocks.count())] == ["10.21.0.0/16", "10.31.0.0/16"]


def test_thrown_away_is_gone(desk: Desk) -> None:
    desk.open("dns")
    desk.type("zone", "acme.internal")
    desk.wait_until_kept("acme.internal")
    desk.page.reload()

    desk.press("Throw it away")
    desk.page.reload()

    expect(desk.offer).to_be_hidden()
    assert desk.value("zone") != "acme.internal"


def test_what_somebody_else_changed_since_is_compared_and_not_overwritten(desk: Desk) -> None:
    desk.open("dns")
    desk.choose("choice", "own")
    desk.type("zone", "mine.internal")
    desk.wait_until_kept("mine.internal")
    onboardings.answer(
        desk.onboarding, "dns", {"choice": "own", "zone": "theirs.internal"}, people.contact(desk.onboarding.customer)
    )
    desk.page.reload()
    expect(desk.page.get_by_text("you see both versions")).to_be_visible()

    desk.press("Use it")
    desk.press("Save and continue")

    expect(desk.page.get_by_role("heading", name="Somebody else changed this section")).to_be_visible()
    desk.page.locator("[name='keep-zone'][value='mine']").check()
    desk.press("Save these answers")
    expect(desk.page.get_by_text("Your draft is saved")).to_be_visible()
    assert desk.stored("dns").answers["zone"] == "mine.internal"
    desk.open("dns")
    expect(desk.offer).to_be_hidden()


def test_typing_on_keeps_what_was_offered_besides(desk: Desk) -> None:
    desk.open("dns")
    desk.type("zone", "first.internal")
    desk.wait_until_kept("first.internal")
    desk.page.reload()
    desk.type("zone", "second.internal")
    desk.wait_until_kept("second.internal")
    desk.page.reload()

    desk.press("Use it")
    assert desk.value("zone") == "second.internal"
    desk.press("Use it")
    assert desk.value("zone") == "first.internal"


def test_logging_out_forgets_and_nobody_else_is_offered_it(desk: Desk) -> None:
    desk.open("dns")
    desk.type("zone", "acme.internal")
    desk.wait_until_kept("acme.internal")

    first, desk.user = desk.user, people.contact(desk.onboarding.customer)
    desk.log_in()
    desk.page.reload()
    expect(desk.offer).to_be_hidden()
    desk.page.goto("/account/logout/")
    desk.page.locator("main form[action='/account/logout/'] button").first.click()
    desk.page.wait_for_url("**/login/**")

    assert first != desk.user
    assert "acme.internal" not in desk.kept()
