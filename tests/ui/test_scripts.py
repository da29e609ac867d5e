"""The scripts, in a browser."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.services import needs_chromium

pytestmark = [
    needs_chromium,
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("tests.ui.addresses"),
]


def test_row_is_added_and_removed_with_numbers_in_order(page: Page) -> None:
    page.goto("/styleguide/")
    page.get_by_role("button", name="Add an environment").click()
    page.get_by_role("button", name="Add an environment").click()

    assert names(page) == [f"environments-{index}-vpc_id" for index in range(3)]
    expect(page.locator("[name=environments-2-vpc_id]")).to_be_focused()

    page.get_by_role("button", name="Remove").nth(1).click()

    assert names(page) == ["environments-0-vpc_id", "environments-1-vpc_id"]
    expect(page.locator("[name=environments-1-vpc_id]")).to_be_focused()
    expect(page.locator("label[for=field-environments-1-vpc_id]")).to_be_visible()
    assert page.locator("[data-row-number]").all_text_contents() == ["1", "2"]


def names(page: Page) -> list[str | None]:
    return [field.get_attribute("name") for field in page.locator("[data-row] .input--mono").all()]


def test_question_is_shown_only_where_the_choice_asks_for_it(page: Page) -> None:
    page.goto("/trials/")
    server = page.get_by_label("Server")

    expect(server).to_be_hidden()
    page.get_by_label("Own").check()
    expect(server).to_be_visible()


def test_theme_changes_at_once_and_stays(page: Page) -> None:
    page.goto("/styleguide/")
    page.locator(".menu__summary").click()
    page.get_by_role("button", name="Dark").click()

    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_copy_button_takes_the_value_along_and_says_so(page: Page) -> None:
    page.goto("/styleguide/")
    page.get_by_role("button", name="Copy the command").click()

    assert page.evaluate("navigator.clipboard.readText()").startswith("aws ec2 accept-vpc-peering-connection")
    expect(page.locator("[data-announcer]")).to_have_text("Copied")


def test_grave_act_asks_for_the_name_first(page: Page) -> None:
    page.goto("/styleguide/")
    page.get_by_role("button", name="Withdraw").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name="Withdraw").click()

    expect(dialog.get_by_role("textbox")).to_be_focused()

    dialog.get_by_role("textbox").fill("Production")
    dialog.get_by_role("button", name="Withdraw").click()

    expect(dialog).to_be_hidden()


def test_wrong_password_reveals_nothing(page: Page) -> None:
    page.goto("/trials/")
    page.get_by_label("Your password").fill("wrong")
    page.get_by_role("button", name="Reveal credentials").click()

    expect(page.get_by_role("alert")).to_have_text("That is not your password.")
    expect(page.locator("[data-reveal-output]")).to_be_hidden()


def test_credentials_are_shown_masked_after_a_minute_and_wiped_on_leaving(page: Page) -> None:
    page.clock.install()
    page.goto("/trials/")
    page.get_by_label("Your password").fill("right")
    page.get_by_role("button", name="Reveal credentials").click()

    expect(page.get_by_role("heading", name="Your credentials")).to_be_focused()
    expect(page.get_by_text("s3cret", exact=True)).to_be_visible()
    expect(page.get_by_text("Say that you stored them")).to_be_visible()

    page.clock.fast_forward(61_000)
    expect(page.get_by_text("s3cret", exact=True)).to_have_count(0)
    page.get_by_role("button", name="Keep showing").click()
    expect(page.get_by_text("s3cret", exact=True)).to_be_visible()

    page.evaluate("window.dispatchEvent(new PageTransitionEvent('pagehide'))")
    assert "s3cret" not in page.content()


def test_live_region_updates_announces_and_can_be_paused(page: Page) -> None:
    page.goto("/trials/")
    region = page.locator("#steps")
    expect(region).to_contain_text("Asked")
    expect(page.locator("[data-announcer]")).to_have_text("Created peering")

    page.get_by_role("button", name="Pause updates").click()
    page.wait_for_timeout(400)
    shown = region.inner_text()
    page.wait_for_timeout(700)
    assert region.inner_text() == shown

    page.get_by_role("button", name="Resume updates").click()
    expect(region).not_to_have_text(shown)


def test_live_region_that_fails_keeps_its_data_and_stops_asking(page: Page) -> None:
    page.goto("/trials/")
    region = page.locator("#steps")
    expect(region).to_contain_text("Asked")
    page.context.add_cookies([{"name": "broken", "value": "yes", "url": page.url}])

    expect(page.get_by_text("Live updates stopped at")).to_have_count(2)
    expect(region).to_contain_text("Asked")

    page.context.clear_cookies(name="broken")
    shown = region.inner_text()
    page.get_by_role("button", name="Try again").click()
    expect(region).not_to_have_text(shown)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_style_guide_passes_the_accessibility_rules(page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.goto("/styleguide/")
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})

    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("path", ["/styleguide/", "/account/password/reset/", "/nothing/"])
def test_page_fits_a_narrow_phone(page: Page, path: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(path)

    assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_at_sign_offers_the_people_of_the_form_and_writes_the_name(page: Page) -> None:
    page.goto("/trials/")
    comment, offered = page.get_by_label("Comment"), page.get_by_role("listbox", name="People to mention")
    comment.press_sequentially("Write to ops@dahl, and ")
    expect(offered).to_be_hidden()

    comment.press_sequentially("@da")
    assert offered.get_by_role("option").all_text_contents() == ["Björn Dahl", "Alan Dahl"]
    assert Axe().run(page, context="form:has(#said)").response["violations"] == []
    comment.press("ArrowDown")
    expect(comment).to_have_attribute("aria-activedescendant", "mention-1")
    comment.press("Enter")
    expect(comment).to_have_value("Write to ops@dahl, and @Alan Dahl ")
    expect(offered).to_be_hidden()

    comment.press_sequentially("or @")
    expect(offered.get_by_role("option")).to_have_count(3)
    comment.press("Escape")
    expect(offered).to_be_hidden()
    comment.press_sequentially("a")
    offered.get_by_role("option", name="Ada Lovelace").click()
    expect(comment).to_have_value("Write to ops@dahl, and @Alan Dahl or @Ada Lovelace ")
    expect(comment).to_be_focused()
