"""Single keys on the pages that have them, in a browser."""

import pytest
from playwright.sync_api import Locator, Page, expect

from onboarding.reports.services import views
from tests.factories import onboardings, people
from tests.services import needs_chromium

pytestmark = [needs_chromium, pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def portfolio(page: Page) -> Page:
    """The portfolio of three onboardings, with a view that everybody has."""
    for _ in range(3):
        onboardings.onboarding()
    views.save(name="In review", query="stage=review", shared=True, by=people.account_manager())
    page.goto("/onboardings/")
    return page


def rows(page: Page) -> Locator:
    return page.locator("[data-portfolio] tbody th a")


def test_keys_walk_from_row_to_row_and_stop_at_the_ends(portfolio: Page) -> None:
    for key, row in (("j", 0), ("j", 1), ("j", 2), ("j", 2), ("k", 1), ("k", 0), ("k", 0)):
        portfolio.keyboard.press(key)
        expect(rows(portfolio).nth(row)).to_be_focused()


def test_enter_opens_the_row_that_was_walked_to(portfolio: Page) -> None:
    wanted = rows(portfolio).nth(1).get_attribute("href")
    portfolio.keyboard.press("j")
    portfolio.keyboard.press("j")
    portfolio.keyboard.press("Enter")
    portfolio.wait_for_url(f"**{wanted}")


def test_search_takes_the_letters_that_are_keys_elsewhere(portfolio: Page) -> None:
    portfolio.keyboard.press("f")
    expect(portfolio.get_by_label("Search")).to_be_focused()
    portfolio.keyboard.type("jf2")
    expect(portfolio.get_by_label("Search")).to_have_value("jf2")


def test_number_opens_a_view(portfolio: Page) -> None:
    portfolio.keyboard.press("2")
    portfolio.wait_for_url("**/onboardings/?stage=review")


def test_keys_that_are_off_stay_off_on_every_page(portfolio: Page) -> None:
    portfolio.get_by_label("Single keys").uncheck()
    portfolio.reload()
    portfolio.locator("h1").click()
    portfolio.keyboard.press("j")

    expect(portfolio.get_by_label("Single keys")).not_to_be_checked()
    expect(rows(portfolio).first).not_to_be_focused()


def test_a_key_with_a_modifier_is_the_browsers(portfolio: Page) -> None:
    portfolio.keyboard.press("Control+j")
    expect(rows(portfolio).first).not_to_be_focused()
