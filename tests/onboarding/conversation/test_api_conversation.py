"""The API of the conversation, decisions and requests: the same services, the same words."""

import base64
from hashlib import sha256

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from onboarding.conversation.models import Comment
from onboarding.requests.services import asking
from tests.api.caller import Caller
from tests.factories import onboardings
from tests.onboarding.conversation.conftest import Talk
from tests.onboarding.conversation.test_pages_conversation import browser


def test_a_comment_with_a_file_is_posted_read_changed_and_taken_back(talk: Talk) -> None:
    caller = Caller(talk.contact)
    section = onboardings.section(talk.onboarding, "dns")
    files = [{"name": "a.txt", "content": base64.b64encode(b"one").decode()}]
    sent = {"text": f"@{talk.other.email} look", "about": f"{section.pk}/choice", "files": files}
    made = caller.post(f"/onboardings/{talk.onboarding.pk}/comments", sent)

    assert made.status_code == 201
    assert made["Location"].endswith(f"/comments/{made.data['id']}")
    assert made.data["about"] == sent["about"]
    assert made.data["about_label"].startswith("DNS")
    assert [one["label"] for one in made.data["mentions"]] == [str(talk.other)]
    [file] = made.data["files"]
    assert file["sha256"] == sha256(b"one").hexdigest()
    read = Caller(talk.viewer).get(file["url"].split("/api/v1")[1])
    assert base64.b64decode(read.data["content"]) == b"one"

    path = f"/comments/{made.data['id']}"
    assert caller.patch(path, {"text": "Better"}).data["text"] == "Better"
    ended = caller.delete(path).data
    assert (ended["text"], ended["files"], bool(ended["taken_back_at"])) == ("", [], True)
    assert caller.patch(path, {"text": "x"}).status_code == 409
    assert caller.get(file["url"].split("/api/v1")[1]).status_code == 404


@pytest.mark.parametrize(
    ("sent", "pointer"),
    [
        ({}, "/text"),
        ({"text": " "}, "/text"),
        ({"text": "x", "about": "env_01ke3v9r6n0h8p2x4s5t7w9yaz"}, "/about"),
        ({"text": "x", "mentions": ["usr_01ke3v9r6n0h8p2x4s5t7w9yaz"]}, "/mentions"),
        ({"text": "x", "files": [{"name": "a.exe", "content": "eA=="}]}, "/files/0"),
        ({"text": "x", "files": [{"name": "a.txt", "content": "?"}]}, "/files/0/content"),
        ({"text": "x", "files": "a.txt"}, "/files"),
        ({"text": "x", "colour": "red"}, "/colour"),
    ],
)
def test_what_is_wrong_is_named(talk: Talk, sent: dict[str, object], pointer: str) -> None:
    answer = Caller(talk.contact).post(f"/onboardings/{talk.onboarding.pk}/comments", sent)

    assert answer.status_code == 400
    assert [one["pointer"] for one in answer.data["errors"]] == [pointer]
    assert not Comment.objects.exists()


def test_page_and_api_refuse_with_the_same_words(talk: Talk) -> None:
    caller = Caller(talk.contact)
    for text in ("", "@nobody@nowhere.example", "x" * 5001):
        by_api = caller.post(f"/onboardings/{talk.onboarding.pk}/comments", {"text": text}).data["errors"]
        page = browser(talk.contact).post(f"/onboardings/{talk.onboarding.pk}/conversation/", {"text": text})
        assert [one["message"] for one in by_api] == list(page.context["form"].errors["text"])


def test_a_decision_goes_its_whole_way(talk: Talk) -> None:
    theirs, mine = Caller(talk.manager), Caller(talk.contact)
    path = f"/onboardings/{talk.onboarding.pk}/decisions"
    sent = {"environment": talk.environment.pk, "kind": "migration", "title": "By dump", "text": "At night"}
    made = theirs.post(path, sent).data
    assert theirs.post(f"/decisions/{made['id']}/agreements").status_code == 403
    agreed = mine.post(f"/decisions/{made['id']}/agreements").data
    assert (agreed["state"], agreed["answered_by"]["label"]) == ("agreed", str(talk.contact))
    assert mine.post(f"/decisions/{made['id']}/agreements").status_code == 409

    newer = mine.post(path, {**sent, "title": "By copy", "supersedes": made["id"]}).data
    theirs.post(f"/decisions/{newer['id']}/refusals", {"reason": "Too dear"})
    newer = mine.post(path, {**sent, "title": "By copy", "supersedes": made["id"]}).data
    theirs.post(f"/decisions/{newer['id']}/agreements")
    states = [row["state"] for row in mine.get(f"{path}?environment={talk.environment.pk}").data["data"]]
    assert states == ["agreed", "declined", "superseded"]
    assert len(mine.get(f"{path}?state=agreed").data["data"]) == 1


def test_a_request_goes_its_whole_way(talk: Talk) -> None:
    theirs, mine = Caller(talk.engineer), Caller(talk.contact)
    customer = talk.onboarding.customer_id
    routed = mine.post("/service-requests", {"customer": customer, "kind": "training", "details": "Two days"}).data
    assert (routed["state"], routed["coverage"]) == ("routed", "support")
    sent = {"customer": customer, "kind": "reports", "details": "Weekly", "environment": talk.environment.pk}
    made = mine.post("/service-requests", sent)
    assert made.status_code == 201
    path = f"/service-requests/{made.data['id']}"
    assert theirs.post(f"{path}/assignments").data["owner"]["label"] == str(talk.engineer)
    assert theirs.post(f"{path}/comments", {"text": "On it"}).status_code == 201
    assert [row["about"] for row in mine.get(f"{path}/comments").data["data"]] == [made.data["id"]]
    assert theirs.post(f"{path}/completions", {"answer": "There"}).data["state"] == "done"
    assert mine.post(f"{path}/withdrawals").status_code == 409
    assert len(mine.get("/service-requests?state=done").data["data"]) == 1


def test_what_is_fixed_is_listed_whole(talk: Talk) -> None:
    caller = Caller(talk.viewer)
    kinds = caller.get("/service-request-kinds").data["data"]
    assert {"key": "training", "coverage": "support"}.items() <= next(
        k for k in kinds if k["key"] == "training"
    ).items()
    lines = caller.get("/responsibilities").data["data"]
    assert {"aws", "customer", "provider"} <= {line["production"] for line in lines}


def test_lists_take_as_many_queries_for_ten_as_for_one(talk: Talk) -> None:
    caller = Caller(talk.contact)
    paths = [
        f"/onboardings/{talk.onboarding.pk}/comments",
        f"/onboardings/{talk.onboarding.pk}/decisions",
        "/service-requests",
    ]
    sent = {"environment": talk.environment.pk, "kind": "migration", "title": "By dump", "text": "At night"}

    def queries_after(number: int) -> list[int]:
        for _ in range(number):
            talk.say(f"@{talk.other.full_name}", talk.contact)
            caller.post(paths[1], sent)
            asking.ask(talk.onboarding.customer, kind="question", details="x", by=talk.contact)
        counted = []
        for path in paths:
            with CaptureQueriesContext(connection) as seen:
                assert caller.get(path).status_code == 200
            counted.append(len(seen))
        return counted

    queries_after(1)
    assert queries_after(0) == queries_after(9)
