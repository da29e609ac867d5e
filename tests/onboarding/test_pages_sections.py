"""The page of one section: answering, problems, two versions, reading."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.models import Onboarding, Section
from onboarding.services import reviews, sections
from onboarding.states import SectionState
from portal.accounts.models import User
from tests.factories import onboardings, people
from tests.factories.answers import answers_for

pytestmark = pytest.mark.django_db


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


class Page:
    """One person at one section."""

    def __init__(self, onboarding: Onboarding, key: str, user: User | None = None) -> None:
        self.onboarding, self.key = onboarding, key
        self.user = user or people.contact(onboarding.customer)
        self.client = signed_in(self.user)
        self.address = reverse("section", args=[onboarding.pk, key])

    def read(self, **query: str) -> str:
        response = self.client.get(self.address, query)
        assert response.status_code == 200
        return response.content.decode()

    def send(self, act: str = "continue", revision: int | None = None, **answers: Any) -> Any:
        revision = self.stored().revision if revision is None else revision
        return self.client.post(self.address, {"act": act, "revision": revision, **answers})

    def stored(self) -> Section:
        return onboardings.section(self.onboarding, self.key)


@pytest.mark.parametrize("key", list(answers_for()))
def test_every_section_shows_its_questions_and_its_answers(key: str):
    onboarding = onboardings.onboarding()
    page = Page(onboarding, key)

    empty = page.read()
    onboardings.answered(onboarding, page.user)
    answered = page.read()

    assert "Save and continue" in empty
    assert "<form" in answered
    assert "mail-Password-73f" not in answered


def test_saving_goes_on_to_the_next_section_that_needs_answers():
    page = Page(onboardings.onboarding(), "dns")

    response = page.send(choice="own", zone="acme.internal", servers=["10.20.0.2", "10.20.0.3"])

    # SMTP and NTP need nothing but a look at what is suggested.
    assert response["Location"] == reverse("section", args=[page.onboarding.pk, "data_centre"])
    assert page.stored().answers == {"choice": "own", "zone": "acme.internal", "servers": ["10.20.0.2", "10.20.0.3"]}


def test_coming_back_later_saves_a_draft_without_a_word_about_what_is_missing():
    page = Page(onboardings.onboarding(), "dns")

    response = page.send("later", choice="own")

    assert response["Location"] == reverse("onboarding", args=[page.onboarding.pk])
    assert page.stored().state == SectionState.DRAFT


def test_a_problem_is_named_twice_and_everything_entered_is_kept_and_saved():
    page = Page(onboardings.onboarding(), "dns")

    response = page.send(choice="own", zone="acme.internal", servers=["10.20.0.999"])

    html = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error: DNS" in html
    assert html.count("10.20.0.999 is not an IP address") == 2
    assert 'href="#field-servers-0"' in html
    assert 'id="field-servers-0"' in html
    assert 'value="10.20.0.999"' in html
    assert "Your draft is saved" in html
    assert page.stored().answers["servers"] == ["10.20.0.999"]


def test_a_value_no_draft_can_hold_is_shown_again_and_the_rest_is_saved():
    page = Page(onboardings.onboarding(), "smtp")

    response = page.send(
        "later", choice="own", host="mail.acme.example", port="five hundred", password="mail-Password-73f"
    )

    html = response.content.decode()
    assert response.status_code == 422
    assert 'value="five hundred"' in html
    assert 'href="#field-port"' in html
    assert "mail-Password-73f" not in html
    assert page.stored().answers["host"] == "mail.acme.example"
    assert "port" not in page.stored().answers


def test_a_secret_is_sealed_never_shown_and_kept_when_left_empty():
    page = Page(onboardings.onboarding(), "smtp")
    page.send("later", choice="own", password="mail-Password-73f")
    sealed = page.stored().answers["password"]

    html = page.read()
    page.send("later", choice="own", password="", host="mail.acme.example")

    assert "ends ••••3f" in html
    assert "Leave empty to keep it" in html
    assert page.stored().answers["password"] == sealed
    assert sealed["secret"] not in html


def row(number: int, **answers: str) -> dict[str, str]:
    return {f"environments-{number}-{key}": value for key, value in answers.items()}


def test_another_row_is_added_without_scripts_and_what_was_typed_is_kept():
    page = Page(onboardings.onboarding(), "remote_access")

    response = page.send("add:environments", **row(0, name="Production", account_id="12"))
    html = page.client.get(response["Location"].partition("#")[0]).content.decode()

    assert 'value="12"' in html
    assert 'name="environments-1-name"' in html


def test_a_row_is_removed_without_scripts():
    page = Page(onboardings.onboarding(), "remote_access")

    page.send("remove:environments-0", **row(0, name="Production"), **row(1, name="Test"))

    assert [answers["name"] for answers in page.stored().answers["environments"]] == ["Test"]


def test_a_line_of_a_list_inside_a_row_is_removed_without_scripts():
    page = Page(onboardings.onboarding(), "remote_access")
    blocks = {"environments-0-cidr_blocks": ["10.20.0.0/16", "10.21.0.0/16"]}

    page.send("remove:environments-0-cidr_blocks-0", **row(0, name="Production"), **blocks)

    assert page.stored().answers["environments"][0]["cidr_blocks"] == ["10.21.0.0/16"]


def test_a_problem_in_a_row_leads_to_its_field():
    page = Page(onboardings.onboarding(), "remote_access")

    html = page.send(**row(0, name="Production", kind="production", account_id="12")).content.decode()

    assert 'href="#field-environments-0-account_id"' in html
    assert 'id="field-environments-0-account_id"' in html
    assert "field-environments-0-cidr_blocks" in html


def test_a_whole_section_can_be_submitted_from_its_page():
    page = Page(onboardings.onboarding(), "ntp")
    page.send("later", choice="amazon")
    assert "Submit this section" in page.read()

    response = page.send("submit", choice="amazon")

    assert response["Location"] == reverse("onboarding", args=[page.onboarding.pk])
    assert page.stored().state == SectionState.SUBMITTED


def test_an_incomplete_section_is_not_submitted_but_saved():
    page = Page(onboardings.onboarding(), "dns")

    response = page.send("submit", choice="own")

    assert response.status_code == 422
    assert "Enter the zone name" in response.content.decode()
    assert page.stored().state == SectionState.DRAFT


# Two people at once.


def test_a_stale_edit_shows_both_versions_and_saves_nothing():
    page = Page(onboardings.onboarding(), "dns")
    colleague = Page(page.onboarding, "dns")
    colleague.send("later", choice="route53", zone="theirs.internal")

    response = page.send(revision=0, choice="own", zone="mine.internal", servers=["10.20.0.2"])

    html = response.content.decode()
    assert response.status_code == 412
    assert "theirs.internal" in html
    assert "mine.internal" in html
    assert str(colleague.user) in html
    assert page.stored().answers["zone"] == "theirs.internal"


def hidden(html: str, name: str) -> str:
    from html import unescape

    return unescape(html.split(f'name="{name}" value="')[1].split('"')[0])


def test_what_only_one_person_changed_is_chosen_already():
    page = Page(onboardings.onboarding(), "dns")
    page.send("later", choice="route53", zone="old.internal")
    base, revision = hidden(page.read(), "base"), page.stored().revision
    Page(page.onboarding, "dns").send("later", choice="route53", zone="theirs.internal")

    html = page.send(
        revision=revision, base=base, choice="own", zone="old.internal", servers=["10.20.0.2"]
    ).content.decode()

    assert 'name="keep-zone" value="theirs" checked' in html
    assert 'name="keep-choice" value="mine" checked' in html


def test_the_chosen_versions_are_saved():
    page = Page(onboardings.onboarding(), "dns")
    Page(page.onboarding, "dns").send("later", choice="route53", zone="theirs.internal")
    html = page.send(revision=0, choice="own", zone="mine.internal", servers=["10.20.0.2"]).content.decode()
    kept = {"keep-choice": "mine", "keep-zone": "theirs", "keep-servers": "mine"}

    page.send("resolve", mine=hidden(html, "mine"), **kept)

    assert page.stored().answers == {"choice": "own", "zone": "theirs.internal", "servers": ["10.20.0.2"]}


def test_a_choice_that_was_not_made_is_asked_for():
    page = Page(onboardings.onboarding(), "dns")
    Page(page.onboarding, "dns").send("later", zone="theirs.internal")
    html = page.send(revision=0, zone="mine.internal").content.decode()

    response = page.send("resolve", mine=hidden(html, "mine"))

    again = response.content.decode()
    assert response.status_code == 422
    assert "Select which version to keep: Zone name" in again
    assert "mine.internal" in again
    assert page.stored().answers == {"zone": "theirs.internal"}


def test_two_who_change_different_answers_of_one_row_both_keep_theirs():
    page = Page(onboardings.onboarding(), "remote_access")
    two = {**row(0, name="Production", vpc_id=""), **row(1, name="Test", vpc_id="")}
    page.send("later", **two)
    base, revision = hidden(page.read(), "base"), page.stored().revision
    Page(page.onboarding, "remote_access").send("later", **{**two, "environments-0-vpc_id": "vpc-0a1b2c3d4e5f60718"})

    html = page.send(revision=revision, base=base, **{**two, "environments-0-name": "Live"}).content.decode()
    assert 'name="keep-environments-0-vpc_id" value="theirs" checked' in html
    assert 'name="keep-environments-0-name" value="mine" checked' in html
    assert "keep-environments-1" not in html

    kept = {"keep-environments-0-vpc_id": "theirs", "keep-environments-0-name": "mine"}
    page.send("resolve", mine=hidden(html, "mine"), base=base, **kept)
    first, second = page.stored().answers["environments"]
    assert (first["name"], first["vpc_id"]) == ("Live", "vpc-0a1b2c3d4e5f60718")
    assert second["name"] == "Test"


def test_a_row_that_was_added_meanwhile_makes_the_rows_one_choice():
    page = Page(onboardings.onboarding(), "remote_access")
    page.send("later", **row(0, name="Production"))
    base, revision = hidden(page.read(), "base"), page.stored().revision
    Page(page.onboarding, "remote_access").send("later", **row(0, name="Production"), **row(1, name="Test"))

    html = page.send(revision=revision, base=base, **row(0, name="Live")).content.decode()

    assert 'name="keep-environments" value="mine"' in html
    assert "keep-environments-0" not in html


@pytest.mark.parametrize(
    "base", ["", "no json", "[]", json.dumps({"environments/rows": []}), json.dumps({"environments/rows": "9"})]
)
def test_a_forged_beginning_never_breaks_the_page(base: str):
    page = Page(onboardings.onboarding(), "remote_access")
    Page(page.onboarding, "remote_access").send("later", **row(0, name="Production"))

    assert page.send(revision=0, base=base, **row(0, name="Live")).status_code == 412


@pytest.mark.parametrize("mine", ["", "no json", "[]", json.dumps({"choice": 5}), json.dumps({"strange": 1})])
def test_a_forged_version_never_breaks_the_page(mine: str):
    page = Page(onboardings.onboarding(), "dns")

    response = page.send("resolve", mine=mine, **{"keep-choice": "mine", "keep-zone": "mine", "keep-servers": "mine"})

    assert response.status_code in (302, 422)


# Reading.


def test_a_submitted_section_is_read_and_can_be_withdrawn():
    page = Page(onboardings.onboarding(), "ntp")
    page.send("later", choice="amazon")
    page.send("submit", choice="amazon")

    html = page.read()
    response = page.client.post(reverse("section_withdraw", args=[page.onboarding.pk, "ntp"]))

    assert "Save and continue" not in html
    assert "Withdraw and change" in html
    assert response["Location"] == page.address
    assert page.stored().state == SectionState.DRAFT


def test_viewers_read_and_cannot_save():
    onboarding = onboardings.answered(onboardings.onboarding())
    page = Page(onboarding, "dns", people.viewer(onboarding.customer))

    html = page.read()

    assert "acme.internal" in html
    assert "Save and continue" not in html
    assert page.send("later", zone="other.internal").status_code == 403


def test_auditors_read_and_cannot_save():
    page = Page(onboardings.answered(onboardings.onboarding()), "dns", people.auditor())

    assert "acme.internal" in page.read()
    assert page.send("later", zone="other.internal").status_code == 403


def test_another_customers_section_does_not_exist():
    page = Page(onboardings.onboarding(), "dns", people.contact(people.customer()))

    assert page.client.get(page.address).status_code == 404
    assert page.send("later", zone="other.internal", revision=0).status_code == 404


def test_an_unknown_section_does_not_exist():
    assert (
        Page(onboardings.onboarding(), "dns")
        .client.get(reverse("section", args=["onb_unknown", "no-such"]))
        .status_code
        == 404
    )


def test_a_requested_change_stands_above_the_answers_with_old_and_new():
    page = Page(onboardings.onboarding(), "dns")
    page.send("later", choice="route53", zone="old.internal")
    page.send("submit", choice="route53", zone="old.internal")
    reviewer = people.engineer()
    reviews.request_changes(page.stored(), revision=page.stored().revision, reason="Use the new zone", by=reviewer)
    sections.save(
        page.stored(),
        answers={"choice": "route53", "zone": "new.internal"},
        revision=page.stored().revision,
        by=page.user,
    )

    html = page.read()

    assert "Use the new zone" in html
    assert str(reviewer) in html
    assert "old.internal</del>" in html
    assert "new.internal</ins>" in html
