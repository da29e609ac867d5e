"""Reviews by the API: a draft, finishing it, what is open then, and opening what is approved."""

from typing import Any

import pytest

from onboarding.models import Section
from onboarding.services import sections
from portal.accounts.models import User
from tests.api.caller import Caller
from tests.factories import onboardings, people

pytestmark = pytest.mark.django_db

DNS = {"choice": "own", "zone": "acme.internal", "servers": ["10.30.0.2"]}


def submitted() -> tuple[Section, User]:
    onboarding = onboardings.onboarding()
    author = people.contact(onboarding.customer)
    section = onboardings.answer(onboarding, "dns", DNS, author)
    return sections.submit(section, revision=section.revision, by=author), author


def judged(**verdicts: str) -> list[dict[str, str]]:
    return [
        {"pointer": f"/answers/{key}", "verdict": "approved"}
        if words == "ok"
        else {"pointer": f"/answers/{key}", "verdict": "change_requested", "reason": words}
        for key, words in verdicts.items()
    ]


def tag(answer: Any) -> str:
    return str(answer.headers["ETag"])


def test_a_review_is_drafted_finished_mended_and_approved() -> None:
    section, author = submitted()
    reviewer, customer = Caller(people.engineer()), Caller(author)
    address = f"/sections/{section.pk}"

    draft = reviewer.get(f"{address}/review")
    assert (draft.data["judged"], draft.data["total"]) == (0, 3)
    kept = reviewer.call("PUT", f"{address}/review", {"judgements": judged(zone="Another")}, If_Match=tag(draft))
    assert (kept.data["judged"], kept.data["judgements"][1]["reason"]) == (1, "Another")
    assert customer.get(address).data["reviews"] == []

    early = reviewer.post(f"{address}/reviews", {}, If_Match=tag(kept))
    assert early.status_code == 400
    assert [error["pointer"] for error in early.data["errors"]] == ["/answers/choice", "/answers/servers"]
    done = reviewer.post(f"{address}/reviews", {"approve_rest": True}, If_Match=tag(kept))
    assert (done.status_code, done.data["state"]) == (200, "changes_requested")
    assert done.data["approved"] == ["/answers/choice", "/answers/servers"]

    refused = customer.patch(address, {"answers": {**DNS, "servers": ["10.30.0.9"]}}, If_Match=tag(done))
    assert refused.data["errors"][0]["pointer"] == "/answers/servers"
    assert "is approved, so it stays as it is" in refused.data["errors"][0]["message"]
    mended = customer.patch(address, {"answers": {**DNS, "zone": "new.internal"}}, If_Match=tag(done))
    sent = customer.post(f"{address}/submissions", If_Match=tag(mended))
    again = reviewer.get(f"{address}/review")
    assert [(one["stands"], one["verdict"]) for one in again.data["judgements"]] == [
        (True, "approved"),
        (False, ""),
        (True, "approved"),
    ]
    approved = reviewer.post(f"{address}/reviews", {"judgements": judged(zone="ok")}, If_Match=tag(sent))
    assert approved.data["state"] == "approved"
    first, before = approved.data["reviews"]
    assert (first["digest"], first["holds"], first["changed"]) == (approved.data["digest"], True, [])
    assert (before["holds"], before["changed"]) == (False, ["/answers/zone"])


def test_a_later_change_voids_the_approval_and_names_the_answer() -> None:
    section, author = submitted()
    customer, address = Caller(author), f"/sections/{section.pk}"
    approved = Caller(people.engineer()).post(f"{address}/approvals", If_Match=f'"r{section.revision}"')

    opened = customer.post(
        f"{address}/reopenings", {"answers": ["/answers/servers"], "reason": "They move"}, If_Match=tag(approved)
    )
    changed = customer.patch(address, {"answers": {**DNS, "servers": ["10.30.0.9"]}}, If_Match=tag(opened))

    assert (opened.data["state"], opened.data["approved"]) == ("draft", ["/answers/choice", "/answers/zone"])
    assert (changed.data["reviews"][0]["holds"], changed.data["reviews"][0]["changed"]) == (False, ["/answers/servers"])


def test_the_second_reviewer_gets_412_with_who_was_first() -> None:
    section, _ = submitted()
    ruth, nimal = Caller(people.staff("operations_engineer", name="Ruth")), Caller(people.engineer())
    read = f'"r{section.revision}"'
    ruth.post(f"/sections/{section.pk}/reviews", {"approve_rest": True}, If_Match=read)

    late = nimal.post(f"/sections/{section.pk}/reviews", {"approve_rest": True}, If_Match=read)

    assert (late.status_code, late.data["detail"]) == (412, "Ruth finished this review just now.")
    assert late.data["etag"] == late.headers["ETag"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"judgements": [{"pointer": "/answers/nothing", "verdict": "approved"}]}, "/answers/nothing"),
        ({"judgements": [{"pointer": "/answers/zone", "verdict": "perhaps"}]}, "/answers/zone"),
        ({"judgements": "all"}, "/judgements"),
        ({"approve_rest": "yes"}, "/approve_rest"),
    ],
)
def test_what_no_judgement_is_is_refused(body: dict[str, Any], pointer: str) -> None:
    section, _ = submitted()

    answer = Caller(people.engineer()).post(f"/sections/{section.pk}/reviews", body, If_Match=f'"r{section.revision}"')

    assert answer.status_code == 400
    assert answer.data["errors"][0]["pointer"] == pointer


def test_a_section_that_two_must_approve_and_one_that_a_condition_approves() -> None:
    administrator = Caller(people.administrator())
    two = administrator.call("PUT", "/review-policies/dns", {"approvers": 2, "condition": ""})
    assert (two.data["approvers"], two.data["changed_by"]["label"] != "") == (2, True)
    section, _ = submitted()
    first = Caller(people.engineer()).post(f"/sections/{section.pk}/approvals", If_Match=f'"r{section.revision}"')
    assert first.data["state"] == "submitted"
    second = Caller(people.engineer()).post(f"/sections/{section.pk}/approvals", If_Match=tag(first))
    assert second.data["state"] == "approved"

    refused = administrator.call("PUT", "/review-policies/dns", {"approvers": 2, "condition": "All green"})
    assert refused.data["errors"][0]["pointer"] == "/condition"
    assert len(administrator.get("/review-policies").data["data"]) == 11
