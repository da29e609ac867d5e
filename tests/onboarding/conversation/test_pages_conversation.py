"""The conversation's pages: posting with files, changing, taking back; decisions; and the links beside what is spoken of."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from environments.services import checklist_versions
from onboarding.conversation import subjects
from onboarding.conversation.models import Comment, Decision
from onboarding.conversation.services import comments
from portal.accounts.models import User
from portal.files.services import NewFile
from tests.factories import onboardings
from tests.onboarding.conversation.conftest import Talk


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def here(talk: Talk) -> str:
    return reverse("conversation", args=(talk.onboarding.pk,))


def test_a_comment_with_a_file_and_a_mention_is_posted_about_one_answer(talk: Talk) -> None:
    section = onboardings.section(talk.onboarding, "dns")
    sent = {
        "text": "See the file",
        "about": f"{section.pk}/choice",
        "mentions": [talk.other.pk],
        "attachments": [SimpleUploadedFile("a.txt", b"one"), SimpleUploadedFile("b.txt", b"two")],
    }
    response: Any = browser(talk.contact).post(here(talk), sent)

    made = Comment.objects.get()
    assert response.status_code == 302
    assert response["Location"].endswith(f"#comment-{made.pk}")
    assert (made.section, made.pointer, made.files.count()) == (section, "choice", 2)
    page = browser(talk.viewer).get(response["Location"])
    assert "See the file" in page.text
    assert "a.txt" in page.text
    file = made.files.get(name="a.txt")
    download = browser(talk.viewer).get(reverse("comment_file", args=(made.pk, file.pk)))
    assert (download.content, download["Content-Disposition"]) == (b"one", 'attachment; filename="a.txt"')


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"text": ""}, "Enter what you want to say"),
        ({"text": "@nobody@nowhere.example"}, "Nobody with the address nobody@nowhere.example"),
        ({"text": "x", "attachments": SimpleUploadedFile("a.exe", b"1")}, "Add a file of one of these kinds"),
        ({"text": "x", "attachments": SimpleUploadedFile("a.txt", b"")}, "The file is empty"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_is_kept(talk: Talk, sent: dict[str, Any], said: str) -> None:
    response = browser(talk.contact).post(here(talk), sent)

    assert response.status_code == 422
    assert said in response.text
    assert sent["text"] in response.text
    assert not Comment.objects.exists()


def test_markup_in_a_comment_is_text(talk: Talk) -> None:
    talk.say("<script>alert(1)</script> https://acme.example/<b>", talk.contact)
    page = browser(talk.contact).get(here(talk)).text

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert 'rel="nofollow"' in page


def test_viewers_read_and_have_no_form(talk: Talk) -> None:
    talk.say("Hello", talk.contact)
    page = browser(talk.viewer).get(here(talk)).text

    assert "Hello" in page
    assert "<textarea" not in page
    assert "Take back" not in page
    assert browser(talk.viewer).post(here(talk), {"text": "x"}).status_code == 403


def test_ones_own_comment_is_changed_and_taken_back(talk: Talk) -> None:
    made = talk.say("Tuesday", talk.contact)
    mine, address = browser(talk.contact), reverse("comment", args=(made.pk,))
    assert mine.post(address, {"text": ""}).status_code == 422
    assert mine.post(address, {"text": "Monday"}).status_code == 302
    assert browser(talk.other).get(address).status_code == 403
    assert mine.post(reverse("comment_take_back", args=(made.pk,))).status_code == 302

    page = mine.get(here(talk)).text
    assert "Monday" not in page
    assert "Taken back" in page
    assert mine.get(address).status_code == 403


def test_filters_find_and_miss(talk: Talk) -> None:
    talk.say("An apricot", talk.contact)
    about = subjects.find(talk.contact, talk.onboarding, talk.environment.pk)
    talk.say("A banana", talk.contact, about=about)
    mine = browser(talk.contact)

    page = mine.get(here(talk), {"words": "APRI"}).text
    assert "An apricot" in page
    assert "A banana" not in page
    page = mine.get(here(talk), {"about": talk.environment.pk}).text
    assert "A banana" in page
    assert "An apricot" not in page
    assert "No comment has these words" in mine.get(here(talk), {"words": "cherry"}).text
    assert mine.get(here(talk), {"about": "env_nothing"}).status_code == 404


def test_the_pages_of_things_link_to_what_is_said_of_them(talk: Talk) -> None:
    section = onboardings.section(talk.onboarding, "dns")
    onboardings.answered(talk.onboarding, talk.contact)
    onboardings.submitted(talk.onboarding, talk.contact)
    checklist_versions.ensure(talk.environment)
    item = talk.environment.checklist_items.first()
    assert item is not None
    for about in (section.pk, f"{section.pk}/choice", talk.environment.pk, item.pk):
        talk.say("x", talk.contact, about=subjects.find(talk.contact, talk.onboarding, about))
    talk.say("hidden", talk.manager, about=subjects.find(talk.contact, talk.onboarding, item.pk), internal=True)
    mine, theirs = browser(talk.contact), browser(talk.manager)

    def shown(client: Client, address: str, about: str) -> str:
        page = client.get(address).text
        link = f'href="{here(talk)}?about={about.replace("/", "%2F")}">'
        assert link in page, address
        return page.split(link)[1].split("</a>")[0]

    page = reverse("section", args=(talk.onboarding.pk, "dns"))
    assert shown(mine, page, section.pk) == "2 comments"
    assert shown(mine, page, f"{section.pk}/choice") == "1 comment"
    assert shown(theirs, reverse("review_section", args=(talk.onboarding.pk, "dns")), f"{section.pk}/zone") == "Comment"
    assert shown(mine, reverse("environment", args=(talk.environment.pk,)), talk.environment.pk) == "2 comments"
    page = reverse("environment_checklist", args=(talk.environment.pk,))
    assert shown(mine, page, item.pk) == "1 comment"
    assert shown(theirs, page, item.pk) == "2 comments"
    assert "4 comments" in mine.get(reverse("onboarding", args=(talk.onboarding.pk,))).text


@pytest.mark.parametrize("role", ["contact", "manager"])
def test_the_page_takes_as_many_queries_for_ten_comments_as_for_one(talk: Talk, role: str) -> None:
    section = onboardings.section(talk.onboarding, "dns")
    about = subjects.find(talk.contact, talk.onboarding, f"{section.pk}/choice")
    reader = browser(getattr(talk, role))

    def queries_after(number: int) -> int:
        for _ in range(number):
            comments.post(about, text=f"@{talk.other.full_name}", by=talk.contact, files=[NewFile("a.txt", b"x")])
        with CaptureQueriesContext(connection) as seen:
            assert reader.get(here(talk)).status_code == 200
        return len(seen)

    queries_after(1)
    assert queries_after(0) == queries_after(9)


def test_a_decision_is_proposed_agreed_and_superseded_on_pages(talk: Talk) -> None:
    theirs, mine = browser(talk.manager), browser(talk.contact)
    address = reverse("decision_new", args=(talk.onboarding.pk,))
    sent = {"environment": talk.environment.pk, "kind": "upgrade", "title": "By dump", "text": "At night."}
    assert theirs.post(address, {**sent, "title": ""}).status_code == 422
    assert theirs.post(address, sent).status_code == 302
    made = Decision.objects.get()

    assert "Agree</button>" not in theirs.get(reverse("decision", args=(made.pk,))).text
    page = mine.get(reverse("decision", args=(made.pk,))).text
    assert "Agree</button>" in page
    assert mine.post(reverse("decision_decline", args=(made.pk,)), {"reason": ""}).status_code == 422
    assert mine.post(reverse("decision_agree", args=(made.pk,))).status_code == 302
    page = mine.get(reverse("decision", args=(made.pk,))).text
    assert str(talk.manager) in page
    assert str(talk.contact) in page
    assert "Agree</button>" not in page

    assert mine.post(f"{address}?supersedes={made.pk}", {**sent, "title": "By copy"}).status_code == 302
    assert "By copy" in mine.get(reverse("decision", args=(made.pk,))).text
    assert "By copy" in mine.get(reverse("decisions", args=(talk.onboarding.pk,))).text
    assert browser(talk.stranger).get(reverse("decision", args=(made.pk,))).status_code == 404
