"""The pages of answers as a file and of copying: taking out, looking, saving what was looked at, and nothing else."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from onboarding.files.reading import read
from onboarding.models import Onboarding
from portal.accounts.models import User
from tests.factories import onboardings, people

pytestmark = pytest.mark.django_db
TEXT = "answers:\n  ntp: {choice: amazon}\n"


class Desk:
    """One person with the intake as a file."""

    def __init__(self, onboarding: Onboarding | None = None, user: User | None = None) -> None:
        self.onboarding = onboarding or onboardings.onboarding()
        self.user = user or people.contact(self.onboarding.customer)
        self.client = Client()
        self.client.force_login(self.user)
        self.address = reverse("answers_file", args=[self.onboarding.pk])

    def look(self, text: str = TEXT, **fields: Any) -> Any:
        return self.client.post(self.address, {"act": "look", "text": text, **fields})

    def save(self, looked: Any, text: str = TEXT, **fields: Any) -> Any:
        seen = {"seen": looked.context["seen"], "revisions": looked.context["revisions"]}
        return self.client.post(self.address, {"act": "save", "text": text.replace("\n", "\r\n"), **seen, **fields})

    def state(self, key: str = "ntp") -> str:
        return onboardings.section(self.onboarding, key).state


@pytest.mark.parametrize(("format", "type"), [("yaml", "application/yaml"), ("json", "application/json")])
def test_the_answers_are_a_download(format: str, type: str):
    desk = Desk()
    onboardings.answered(desk.onboarding, desk.user)

    response = desk.client.get(reverse("answers_download", args=[desk.onboarding.pk, format]))

    assert response["Content-Type"] == f"{type}; charset=utf-8"
    assert f'answers-{desk.onboarding.reference}.{format}"' in response["Content-Disposition"]
    text = response.content.decode()
    assert "mail-Password-73f" not in text
    assert read(text).value["answers"]["dns"] == {"choice": "route53", "zone": "acme.internal"}


def test_there_is_no_other_format():
    desk = Desk()

    assert desk.client.get(reverse("answers_download", args=[desk.onboarding.pk, "xml"])).status_code == 404


def test_looking_shows_old_and_new_and_saves_nothing():
    desk = Desk()

    response = desk.look()

    html = response.content.decode()
    assert response.status_code == 200
    assert "Not answered yet</del>" in html
    assert "Amazon Time Sync</ins>" in html
    assert "Save these answers as drafts" in html
    assert desk.state() == "empty"


def test_what_was_looked_at_is_saved():
    desk = Desk()

    response = desk.save(desk.look())

    assert response["Location"] == reverse("onboarding", args=[desk.onboarding.pk])
    assert desk.state() == "draft"


def test_another_text_than_the_one_looked_at_is_looked_at_first():
    desk = Desk()

    response = desk.save(desk.look(), "answers:\n  ntp: {choice: own}\n")

    assert response.status_code == 200
    assert "Our own time servers</ins>" in response.content.decode()
    assert desk.state() == "empty"


def test_somebody_who_was_faster_is_shown_before_anything_is_saved():
    desk = Desk()
    looked = desk.look()
    onboardings.answer(desk.onboarding, "ntp", {"choice": "own"}, desk.user)

    response = desk.save(looked)

    html = response.content.decode()
    assert response.status_code == 422
    assert "changed this section since you opened it. This is what would change now." in html
    assert "Our own time servers</del>" in html
    assert onboardings.section(desk.onboarding, "ntp").answers == {"choice": "own"}


def test_a_file_can_be_uploaded():
    desk = Desk()
    upload = SimpleUploadedFile("answers.yaml", b"\xef\xbb\xbf" + TEXT.encode())

    response = desk.look("", upload=upload)

    assert "Amazon Time Sync</ins>" in response.content.decode()
    assert "ntp: {choice: amazon}" in response.context["text"]


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"\xff\xfe\x00", "no text in UTF-8"), (b"a" * (256 * 1024 + 1), "larger than 256 KiB"), (b"", "empty")],
)
def test_an_upload_that_is_no_file_of_answers_is_refused(content: bytes, words: str):
    desk = Desk()

    response = desk.look("", upload=SimpleUploadedFile("answers.yaml", content))

    assert response.status_code == 422
    assert words in response.content.decode()


def test_a_problem_names_its_line_and_the_text_stays_to_be_mended():
    desk = Desk()

    response = desk.look("answers:\n  logs:\n    port: high\n")

    html = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error: Answers as a file" in html
    assert 'href="#field-text">Line 3: Logs: Port must be a whole number' in html
    assert "port: high" in html
    assert "Save these answers" not in html


def test_a_password_in_the_text_is_not_sent_back():
    desk = Desk()

    response = desk.look("answers:\n  smtp: {password: hunter2-hunter2}\n")

    assert response.status_code == 422
    assert "A password does not belong in a file" in response.content.decode()
    assert "hunter2" not in response.content.decode()


def test_submitted_sections_are_withdrawn_only_where_that_was_ticked():
    desk = Desk()
    onboardings.submitted(desk.onboarding, desk.user)

    left = desk.look()
    ticked = desk.look(withdraw="true")
    sneaked = desk.save(ticked)
    kept = desk.state()
    desk.save(ticked, withdraw="true")

    assert "It is submitted and stays as it is." in left.content.decode()
    assert (sneaked.status_code, kept) == (200, "submitted")
    assert desk.state() == "draft"


def test_who_may_only_read_takes_out_and_is_not_asked_to_bring_in():
    onboarding = onboardings.onboarding()
    desk = Desk(onboarding, people.viewer(onboarding.customer))

    html = desk.client.get(desk.address).content.decode()

    assert "Download as YAML" in html
    assert "<textarea" not in html
    assert desk.look().status_code == 403


class TestCopying:
    def test_a_fresh_onboarding_offers_it_and_an_only_one_does_not(self):
        earlier = Desk()
        onboardings.answered(earlier.onboarding, earlier.user)
        desk = Desk(onboardings.onboarding(earlier.onboarding.customer), earlier.user)
        link = reverse("answers_copy", args=[desk.onboarding.pk])

        assert link in desk.client.get(reverse("onboarding", args=[desk.onboarding.pk])).content.decode()
        page = earlier.client.get(reverse("onboarding", args=[earlier.onboarding.pk])).content.decode()
        assert "/copy/" not in page

    def test_it_shows_what_would_be_copied_then_copies(self):
        earlier = Desk()
        onboardings.answered(earlier.onboarding, earlier.user)
        desk = Desk(onboardings.onboarding(earlier.onboarding.customer), earlier.user)
        address = reverse("answers_copy", args=[desk.onboarding.pk])

        offered = desk.client.get(address).content.decode()
        shown = desk.client.get(address, {"from": earlier.onboarding.pk}).content.decode()
        before = desk.state("dns")
        response = desk.client.post(address, {"from": earlier.onboarding.pk})

        assert "Copy as drafts" not in offered
        assert "To find out: ask your network team</ins>" in shown
        assert "mail-Password-73f" not in shown
        assert (before, desk.state("dns"), response.status_code) == ("empty", "draft", 302)

    def test_without_an_earlier_one_the_page_says_so(self):
        desk = Desk()

        html = desk.client.get(reverse("answers_copy", args=[desk.onboarding.pk])).content.decode()

        assert "No earlier onboarding has answers" in html

    def test_another_customers_is_not_there(self):
        foreign, desk = Desk(), Desk()
        onboardings.answered(foreign.onboarding, foreign.user)
        address = reverse("answers_copy", args=[desk.onboarding.pk])

        assert desk.client.get(address, {"from": foreign.onboarding.pk}).status_code == 404
        assert desk.client.post(address, {"from": foreign.onboarding.pk}).status_code == 404
        assert desk.state("dns") == "empty"
