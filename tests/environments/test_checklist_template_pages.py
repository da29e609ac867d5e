"""The pages and the API of the versions of the checklist: the same service, the same words."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from environments.models import ChecklistTemplate
from environments.services import checklist_templates, checklist_versions
from environments.states import TemplateState
from portal.core import clock
from tests.api.caller import Caller
from tests.environments.pages import page, signed_in, status
from tests.environments.test_checklist_templates import MANUAL
from tests.factories import people

pytestmark = pytest.mark.django_db

FORM: dict[str, Any] = {
    "key": "contract_signed",
    "title": "The contract is signed",
    "group": "Paper",
    "owner": "provider",
    "kind": "manual",
    "conditions": "production\nses",
    "requires": "smoke_test_passed",
    "revision": 0,
}


@pytest.fixture
def editor():
    return people.account_manager()


@pytest.fixture
def draft(editor) -> ChecklistTemplate:
    return checklist_templates.begin(by=editor)


def test_editor_writes_a_version_from_beginning_to_end(editor):
    checklist_versions.latest()
    client = signed_in(editor)
    begun = client.post(reverse("checklist_templates"))
    draft = ChecklistTemplate.objects.get(state="draft")
    assert begun["Location"] == reverse("checklist_template", args=[draft.pk])
    assert "Nothing differs yet" in page(editor, "checklist_template", draft.pk)
    assert client.post(reverse("template_item_new", args=[draft.pk]), FORM).status_code == 302
    added = draft.items.get(key="contract_signed")
    assert (added.conditions, added.requires) == (["production", "ses"], ["smoke_test_passed"])
    change = reverse("template_item", args=[draft.pk, "contract_signed"])
    assert "production\nses" in client.get(change).content.decode()
    assert client.post(change, FORM | {"title": "It is signed", "revision": 1}).status_code == 302
    shift = reverse("template_item_shift", args=[draft.pk, "contract_signed"])
    assert client.post(shift, {"to": "up", "revision": 2}).status_code == 302
    remove = reverse("template_item_remove", args=[draft.pk, "vpn_up"])
    assert client.post(remove, {"revision": 3}).status_code == 302
    html = page(editor, "checklist_template", draft.pk)
    assert "It is signed" in html
    publish = reverse("checklist_template_publish", args=[draft.pk])
    assert client.post(publish, {"note": "", "revision": 4}).status_code == 422
    assert client.post(publish, {"note": "A contract", "revision": 3}).status_code == 412
    assert client.post(publish, {"note": "A contract", "revision": 4}).status_code == 302
    assert checklist_versions.latest().pk == draft.pk
    html = page(people.auditor(), "checklist_template", draft.pk)
    assert "A contract" in html
    assert publish not in html


def test_refused_item_shows_what_was_entered_and_why(draft, editor):
    sent = FORM | {"title": "", "conditions": "full_moon", "steps": "hocus", "requires": "contract_signed"}
    answer = signed_in(editor).post(reverse("template_item_new", args=[draft.pk]), sent)
    html = answer.content.decode()
    assert answer.status_code == 422
    for words in ("Enter what has to be true", "There is no condition full_moon", "require each other"):
        assert words in html
    assert "full_moon" in html
    assert not draft.items.filter(key="contract_signed").exists()


def test_second_draft_stale_edits_and_published_versions_are_refused_in_words(draft, editor):
    client, published = signed_in(editor), checklist_versions.latest()
    assert client.post(reverse("checklist_templates")).status_code == 409
    stale = client.post(reverse("template_item_remove", args=[draft.pk, "vpn_up"]), {"revision": 7})
    assert stale.status_code == 412
    assert "Somebody changed this draft" in stale.content.decode()
    kept = client.post(reverse("template_item", args=[draft.pk, "vpn_up"]), FORM | {"revision": 7})
    assert kept.status_code == 412
    required = client.post(reverse("template_item_remove", args=[draft.pk, "products_installed"]), {"revision": 0})
    assert (required.status_code, "smoke_test_passed requires this item" in required.content.decode()) == (409, True)
    assert status(editor, "template_item_new", published.pk) == 409
    assert status(editor, "template_item", draft.pk, "nothing_such") == 404
    assert client.post(reverse("checklist_template_discard", args=[draft.pk]), {"revision": 0}).status_code == 302
    assert not ChecklistTemplate.objects.filter(state="draft").exists()


def test_readers_see_versions_and_no_way_to_change_them(draft):
    html = page(people.engineer(), "checklist_template", draft.pk)
    assert reverse("template_item_new", args=[draft.pk]) not in html
    html = page(people.engineer(), "checklist_templates")
    assert "Account managers and administrators write versions" in html
    assert status(people.customer_administrator(people.customer()), "checklist_templates") == 403


def test_api_writes_a_version_from_beginning_to_end(editor):
    checklist_versions.latest()
    caller = Caller(editor)
    begun = caller.post("/checklist-templates")
    assert (begun.status_code, begun.data["number"], begun.data["difference"]["added"]) == (201, 3, [])
    draft = begun["Location"]
    assert caller.post(f"{draft}/items", {"key": "contract_signed", **MANUAL}).status_code == 428
    added = caller.post(f"{draft}/items", {"key": "contract_signed", **MANUAL}, If_Match='"r0"')
    assert (added.status_code, added.data["difference"]["added"]) == (201, ["contract_signed"])
    refused = caller.post(f"{draft}/items", {"key": "contract_signed", **MANUAL}, If_Match=added["ETag"])
    assert (refused.status_code, refused.data["errors"][0]["code"]) == (400, "duplicate_key")
    changed = caller.call(
        "PUT", f"{draft}/items/contract_signed", MANUAL | {"title": "It is signed"}, If_Match=added["ETag"]
    )
    assert changed.data["items"][-1]["title"] == "It is signed"
    keys = [item["key"] for item in changed.data["items"]]
    ordered = caller.call("PUT", f"{draft}/order", {"keys": keys[::-1]}, If_Match=changed["ETag"])
    assert ordered.data["difference"]["reordered"]
    removed = caller.delete(f"{draft}/items/contract_signed", If_Match=ordered["ETag"])
    assert removed.data["difference"]["added"] == []
    published = caller.post(f"{draft}/publications", {"note": "The other way round"}, If_Match=removed["ETag"])
    assert (published.data["state"], published.data["note"]) == ("published", "The other way round")
    assert caller.delete(draft, If_Match=published["ETag"]).status_code == 409
    assert [row["number"] for row in caller.get("/checklist-templates").data["data"]] == [3, 2, 1]


@pytest.mark.parametrize("number", [1, 3, 10])
def test_list_costs_the_same_however_many_versions_there_are(editor, number):
    now = clock.now()
    for one in range(number):
        ChecklistTemplate.objects.create(
            number=one + 50,
            state=TemplateState.PUBLISHED,
            created_at=now,
            created_by=editor,
            published_by=people.administrator(),
            published_at=now,
        )
    client, caller = signed_in(editor), Caller(editor)
    with CaptureQueriesContext(connection) as seen:
        client.get(reverse("checklist_templates"))
    assert len(seen) <= 12
    with CaptureQueriesContext(connection) as seen:
        caller.get("/checklist-templates")
    assert len(seen) <= 12
