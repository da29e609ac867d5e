"""People at the portal, each with a browser of their own."""

import re
from typing import Any

from playwright.sync_api import Browser, ConsoleMessage, Page, expect

SECONDS = 1000


class Person:
    """Somebody with a browser window at the portal. Says what a person does, in their words."""

    def __init__(self, browser: Browser, url: str, name: str) -> None:
        self.url = url
        self.name = name
        self.page: Page = browser.new_context(base_url=url, reduced_motion="reduce").new_page()
        self.page.set_default_timeout(20 * SECONDS)
        self.broken: list[str] = []
        self.page.on("pageerror", lambda error: self.broken.append(str(error)))
        self.page.on("console", self._listen)

    def _listen(self, said: ConsoleMessage) -> None:
        """Note what the browser complains of; a refused form (422) and two who save at once (412) are part of the journey."""
        if said.type == "error" and not any(f"status of {status}" in said.text for status in (412, 422)):
            self.broken.append(said.text)

    def log_in(self, email: str, password: str) -> None:
        self.page.goto("/account/login/")
        self.page.get_by_label("E-mail address").fill(email)
        self.page.get_by_label("Password", exact=True).fill(password)
        self.page.get_by_role("button", name="Log in").click()
        self.page.wait_for_url(re.compile("^(?!.*login)"))

    def join(self, email: str, password: str) -> None:
        """Follow the invitation to this address in the mailbox, and set a password."""
        for _ in range(30):
            self.page.goto("/mailbox/")
            rows = self.page.locator("li").filter(has_text=email).filter(has_text=re.compile("invit", re.IGNORECASE))
            if rows.count():
                break
            self.page.wait_for_timeout(SECONDS)
        rows.first.get_by_role("link").click()
        self.page.locator("main a[href*='/invitations/']").first.click()
        self.page.locator("[name=full_name]").fill(self.name)
        self.page.locator("[name=password]").fill(password)
        self.press("Create the account and log in")
        self.page.wait_for_url(re.compile("^(?!.*invitations)"))

    def press(self, name: str, *, confirm: str = "") -> None:
        """Press a button; where it asks, confirm in its dialog."""
        self.page.get_by_role("button", name=name).first.click()
        if confirm:
            self.page.get_by_role("dialog").get_by_role("button", name=confirm).click()

    def sees(self, text: str | re.Pattern[str], *, within_seconds: float = 20) -> None:
        expect(self.page.locator("main").get_by_text(text).first).to_be_visible(timeout=within_seconds * SECONDS)

    def fill_in(self, answers: dict[str, Any]) -> None:
        """Fill the form of an intake section with these answers."""
        for key, value in answers.items():
            self._answer(key, value)

    def _answer(self, name: str, value: Any) -> None:
        form = self.page.locator("form.intake-form")
        if isinstance(value, list) and value and isinstance(value[0], dict):
            self._rows(name, value)
        elif isinstance(value, bool):
            form.locator(f"input[name='{name}'][value='{'true' if value else 'false'}']").check()
        elif isinstance(value, list):
            self._several(name, value)
        else:
            self._one(name, str(value))

    def _rows(self, name: str, rows: list[dict[str, Any]]) -> None:
        for number, row in enumerate(rows):
            if not self.page.locator(f"[name^='{name}-{number}-']").count():
                self.page.locator(f"button[data-row-add][value='add:{name}']").click()
            for key, value in row.items():
                self._answer(f"{name}-{number}-{key}", value)

    def _several(self, name: str, values: list[str]) -> None:
        boxes = self.page.locator(f"input[type=checkbox][name='{name}']")
        if boxes.count():
            for value in values:
                self.page.locator(f"input[type=checkbox][name='{name}'][value='{value}']").check()
        else:
            self._lines(name, values)

    def _lines(self, name: str, values: list[str]) -> None:
        lines = self.page.locator(f"input[name='{name}']:visible")
        for number, value in enumerate(values):
            if lines.count() <= number:
                self.page.locator(f"button[data-row-add][value='add:{name}']").click()
            lines.nth(number).fill(value)

    def _one(self, name: str, value: str) -> None:
        radio = self.page.locator(f"input[type=radio][name='{name}'][value='{value}']")
        chooser = self.page.locator(f"select[name='{name}']")
        if radio.count():
            radio.check()
        elif chooser.count():
            chooser.select_option(value)
        else:
            self.page.locator(f"[name='{name}']").fill(value)
