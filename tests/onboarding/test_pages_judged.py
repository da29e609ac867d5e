"""What the customer sees of a finished review: what to change, what is approved and closed, and how to open it."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from onboarding.approvals import digest_of
from onboarding.models import Section
from onboarding.services import reviews, sections
from portal.accounts.models import User
from tests.factories import onboardings, people
from tests.factories.answers import answers_for

pytestmark = pytest.mark.django_db

DNS = {"choice": "own", "zone": "acme.internal", "servers": ["10.30.0.2", "10.30.0.3"]}
USERS = {
    "people": [
        {"name": "Ada", "email": "ada@acme.example", "access": "administrator"},
        {"name": "Ben", "email": "ben@acme.example", "access": "developer"},
    ]
}


def sent_back(key: str, answers: dict[str, Any], *pointers: str) -> tuple[Section, User]:
    onboarding = onboardings.onboarding()
    author = people.contact(onboarding.customer)
    section = onboardings.answer(onboarding, key, answers, author)
    sections.submit(section, revision=section.revision, by=author)
    return onboardings.sent_back(section, *pointers, reason="Use a zone you own."), author


class Page:
    """One section as its author sees it."""

    def __init__(self, section: Section, author: User) -> None:
        self.section, self.client = section, Client()
        self.client.force_login(author)

    @property
    def address(self) -> str:
        return reverse("section", args=[self.section.onboarding_id, self.section.key])

    def read(self) -> str:
        return self.client.get(self.address).content.decode()

    def save(self, **data: Any) -> Any:
        self.section.refresh_from_db()
        return self.client.post(self.address, {"revision": self.section.revision, "act": "later", **data})

    def open(self, **data: Any) -> Any:
        self.section.refresh_from_db()
        address = reverse("section_reopen", args=[self.section.onboarding_id, self.section.key])
        return self.client.post(address, {"revision": self.section.revision, **data})


def test_only_the_answers_concerned_are_open():
    page = Page(*sent_back("dns", DNS, "zone"))

    html = page.read()

    assert "1 answer to change; the others are approved and closed." in html
    assert '<a href="#field-zone">Zone name</a>' in html
    assert "Use a zone you own." in html
    assert 'id="field-zone" name="zone" type="text"' in html
    assert '<input type="hidden" name="choice" value="own">' in html
    assert '<input type="hidden" name="servers" value="10.30.0.3">' in html
    assert 'name="choice" type="radio"' not in html
    assert html.count("Approved</span>") == 2


def test_old_and_new_stand_above_the_field():
    page = Page(*sent_back("dns", DNS, "zone"))

    page.save(choice="own", zone="new.internal", servers=DNS["servers"])

    html = page.read()
    assert "acme.internal</del>" in html
    assert "new.internal</ins>" in html
    page.section.refresh_from_db()
    assert page.section.answers == {**DNS, "zone": "new.internal"}


def test_closed_answer_that_is_sent_changed_is_refused_and_the_others_are_saved():
    page = Page(*sent_back("dns", DNS, "zone"))

    response = page.save(choice="own", zone="new.internal", servers=["10.30.0.9"])

    html = response.content.decode()
    assert response.status_code == 422
    assert html.count("Addresses of your DNS servers is approved, so it stays as it is.") == 2
    page.section.refresh_from_db()
    assert page.section.answers == {**DNS, "zone": "new.internal"}


def test_row_whose_answers_are_approved_cannot_be_removed():
    page = Page(*sent_back("users", USERS, "people/1/email"))

    html = page.read()

    assert 'value="remove:people-1"' in html
    assert 'value="remove:people-0"' not in html
    assert 'value="add:people"' in html
    assert '<input type="hidden" name="people-0-access" value="administrator">' in html


def test_list_whose_rows_are_all_approved_takes_no_more():
    page = Page(*sent_back("users", USERS, "people/1/email"))
    page.section.refresh_from_db()
    Section.objects.filter(pk=page.section.pk).update(
        approved={**page.section.approved, "people/1/email": digest_of("ben@acme.example")}
    )

    html = page.read()

    assert 'value="add:people"' not in html
    assert "Every person here is approved." in html


def test_another_answer_is_opened_with_a_reason_and_changed():
    page = Page(*sent_back("dns", DNS, "zone"))

    refused = page.open(answers=["servers"], reason="")
    opened = page.open(answers=["servers"], reason="They move")
    saved = page.save(choice="own", zone="new.internal", servers=["10.30.0.9"])

    assert refused.status_code == 422
    assert "Enter why it must change" in refused.content.decode()
    assert (opened.status_code, saved.status_code) == (302, 302)
    page.section.refresh_from_db()
    assert page.section.answers["servers"] == ["10.30.0.9"]
    assert sorted(page.section.approved) == ["choice"]


def test_approved_section_is_opened_and_says_that_its_approval_is_void():
    section, author = sent_back("dns", DNS, "zone")
    sections.save(section, answers={**DNS, "zone": "new.internal"}, revision=section.revision, by=author)
    sections.submit(section, revision=section.revision, by=author)
    reviews.approve(section, revision=section.revision, by=people.engineer())
    page = Page(section, author)
    assert "Change another answer" in page.read()

    page.open(answers=["servers"], reason="They move")
    page.save(choice="own", zone="new.internal", servers=["10.30.0.9"])

    html = page.read()
    assert "The approval is void" in html
    assert "10.30.0.2, 10.30.0.3</del>" in html


def test_viewer_sees_what_is_asked_and_opens_nothing():
    section, _ = sent_back("dns", DNS, "zone")

    html = Page(section, people.viewer(section.customer)).read()

    assert "1 answer to change" in html
    assert "Change another answer" not in html


def test_closed_answers_come_back_as_they_are_whatever_kind_they_are():
    """Saved as a browser sends it: lines end in CR LF, and what is closed sends what is stored."""
    terms = "The security agent runs on every host.\nIts updates are ours."
    monitoring = {**answers_for()["monitoring"], "agreed_terms": terms}
    page = Page(*sent_back("monitoring", monitoring, "alert_phones"))
    sent: dict[str, list[str]] = {"alert_phones": ["+442079460959"]}
    for name, value in re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', page.read()):
        if name in monitoring:
            sent.setdefault(name, []).append(value.replace("\n", "\r\n"))

    response = page.save(**sent)

    page.section.refresh_from_db()
    assert response.status_code == 302
    assert page.section.answers == {**monitoring, "alert_phones": ["+442079460959"]}
