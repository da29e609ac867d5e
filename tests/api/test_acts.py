"""Each act that the whole way does not need, once by the API: what it answers and what is true afterwards."""

from typing import Any

import pytest

from environments.models import ChecklistItem, Run
from onboarding.models import HandOver, Section
from portal.accounts.models import Invitation, Membership, User
from portal.audit.models import AuditEvent
from tests.isolation.asking import ask
from tests.isolation.world import World


def act(world: World, role: str, method: str, path: str, body: Any = None, **headers: str) -> Any:
    answer = world.callers[role].call(method, path.format(**world.ours.ids), body, **headers)
    assert answer.status_code < 300, answer.data
    return answer.data


def last_event(world: World) -> AuditEvent:
    return AuditEvent.objects.filter(customer=world.ours.customer).order_by("-sequence")[0]


def test_a_section_is_saved_with_what_still_stands_against_it(world: World) -> None:
    saved = act(world, "contributor", "PATCH", "/sections/{section}", {"answers": {"choice": "own"}}, If_Match='"r1"')

    assert (saved["state"], saved["revision"], saved["answers"]["choice"]) == ("draft", 2, "own")
    assert {problem["pointer"] for problem in saved["problems"]} == {"/answers/zone", "/answers/servers"}
    assert last_event(world).action == "section.saved"


def test_a_secret_answer_is_taken_and_never_given(world: World) -> None:
    section = Section.objects.get(onboarding=world.ours.ids["onboarding"], key="smtp")
    path = f"/sections/{section.pk}"
    read = world.callers["contributor"].get(path)
    answers = {**read.data["answers"], "password": "mail-Password-new-9"}

    saved = act(world, "contributor", "PATCH", path, {"answers": answers}, If_Match=read["ETag"])
    kept = act(world, "contributor", "PATCH", path, {"answers": saved["answers"]}, If_Match='"r2"')

    assert set(saved["answers"]["password"]) == {"secret", "set_at", "ends"}
    assert kept["answers"]["password"] == saved["answers"]["password"]
    assert "mail-Password" not in str(saved)


def test_a_stale_save_gets_both_versions(world: World) -> None:
    caller, path = world.callers["contributor"], f"/sections/{world.ours.ids['section']}"
    body = {"answers": {"choice": "own"}}
    caller.patch(path, body, If_Match='"r1"')

    answer = caller.patch(path, {"answers": {"choice": "route53"}}, If_Match='"r1"')

    assert (answer.status_code, answer["ETag"], answer.data["etag"]) == (412, '"r2"', '"r2"')
    assert answer.data["current"] == {"choice": "own"}


@pytest.mark.parametrize(("tag", "status"), [("", 428), ("*", 400), ('"r1", "r2"', 400), ('W/"r1"', 400), ("17", 400)])
def test_a_save_says_which_version_it_read(world: World, tag: str, status: int) -> None:
    headers = {"If_Match": tag} if tag else {}

    answer = world.callers["contributor"].patch(
        f"/sections/{world.ours.ids['section']}", {"answers": {"choice": "own"}}, **headers
    )

    assert answer.status_code == status


def test_a_section_is_withdrawn(world: World) -> None:
    assert act(world, "contributor", "POST", "/sections/{submitted_section}/withdrawals")["state"] == "draft"


def test_a_change_is_requested_with_its_reason(world: World) -> None:
    reviewed = act(
        world,
        "engineer",
        "POST",
        "/sections/{submitted_section}/change-requests",
        {"reason": "Three servers, not two"},
        If_Match='"r2"',
    )
    actions = act(world, "contributor", "GET", "/customer-actions")["data"]

    assert reviewed["state"] == "changes_requested"
    assert reviewed["reviews"][0]["reason"] == "Three servers, not two"
    assert ("changes_requested", reviewed["url"]) in {(action["kind"], action["url"]) for action in actions}


def test_nobody_approves_what_they_submitted(world: World) -> None:
    section = Section.objects.get(pk=world.ours.ids["submitted_section"])
    section.submitted_by = world.people["engineer"]
    section.save(update_fields=["submitted_by"])

    answer = ask(world, "engineer", "POST", "/api/v1/sections/{submitted_section}/approvals")

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_submission_of_all_names_the_problems_of_each(world: World) -> None:
    section = Section.objects.get(pk=world.ours.ids["section"])
    section.answers = {"choice": "own"}
    section.save(update_fields=["answers"])

    answer = ask(world, "contributor", "POST", "/api/v1/onboardings/{onboarding}/submissions")

    assert {error["pointer"] for error in answer.json()["errors"]} >= {"/dns/zone", "/dns/servers"}


def test_an_onboarding_is_cancelled(world: World) -> None:
    cancelled = act(world, "account_manager", "POST", "/onboardings/{onboarding}/cancellations")

    assert cancelled["stage"] == "cancelled"


def test_a_stopped_step_is_retried(world: World) -> None:
    run = act(world, "engineer", "POST", "/runs/{stopped_run}/retries", {"step": "peering_acceptance"})

    assert run["state"] == "queued"
    assert last_event(world).actor == world.people["engineer"]


def test_a_run_is_paused_with_its_reason_and_resumed(world: World) -> None:
    paused = act(world, "engineer", "POST", "/runs/{waiting_run}/pauses", {"note": "The customer moves its DNS"})

    assert paused["state"] == "paused"
    assert paused["pause"]["note"] == "The customer moves its DNS"
    assert paused["pause"]["by"]["id"] == world.people["engineer"].pk
    assert (last_event(world).action, last_event(world).after["note"]) == ("run.paused", "The customer moves its DNS")

    resumed = act(world, "engineer", "POST", "/runs/{waiting_run}/resumptions")

    assert (resumed["state"], resumed["pause"]) == ("queued", None)
    assert last_event(world).action == "run.resumed"


def test_a_pause_needs_no_words_and_takes_no_novel(world: World) -> None:
    path = f"/runs/{world.ours.ids['waiting_run']}/pauses"

    refused = world.callers["engineer"].post(path, {"note": "x" * 501})
    taken = world.callers["engineer"].post(path)

    assert (refused.status_code, refused.data["errors"][0]["pointer"]) == (400, "/note")
    assert (taken.status_code, taken.data["pause"]["note"]) == (200, "")


def test_a_paused_run_is_resumed_before_anything_else(world: World) -> None:
    for act_on in ("retries", "observations", "pauses"):
        answer = world.callers["engineer"].post(f"/runs/{world.ours.ids['paused_run']}/{act_on}")
        assert answer.status_code == 409
        assert "paused" in answer.data["detail"]


def test_a_run_is_cancelled(world: World) -> None:
    assert act(world, "engineer", "POST", "/runs/{waiting_run}/cancellations")["state"] == "cancelled"
    assert Run.objects.get(pk=world.ours.ids["waiting_run"]).finished_at


def test_only_the_digest_that_was_read_is_approved(world: World) -> None:
    answer = world.callers["engineer"].post(f"/plans/{world.ours.ids['plan']}/approvals", {"digest": "0" * 64})

    assert (answer.status_code, answer.data["code"]) == (409, "plan_stale")


def test_a_signature_is_taken_back(world: World) -> None:
    item = act(world, "engineer", "DELETE", "/checklist-items/{signed_item}/signatures", If_Match='"r1"')

    assert (item["state"], item["signed_by"], item["revision"]) == ("open", None, 2)


def test_a_signature_under_an_old_revision_is_stale(world: World) -> None:
    path = f"/checklist-items/{world.ours.ids['item']}/signatures"

    answer = world.callers["engineer"].post(path, {"note": "seen"}, If_Match='"r7"')

    assert (answer.status_code, answer["ETag"]) == (412, '"r0"')
    assert ChecklistItem.objects.get(pk=world.ours.ids["item"]).state == "open"


def test_a_verification_is_asked_for(world: World) -> None:
    answer = world.callers["viewer"].post(f"/environments/{world.ours.ids['provisioned']}/verifications")
    accepted = world.callers["contributor"].post(f"/environments/{world.ours.ids['provisioned']}/verifications")

    assert (answer.status_code, accepted.status_code) == (403, 202)
    assert world.callers["contributor"].get(accepted["Location"]).data["data"]


def test_a_hand_over_is_withdrawn_by_the_customers_administrator(world: World) -> None:
    withdrawn = act(world, "administrator", "POST", "/hand-overs/{released}/withdrawals")

    hand_over = HandOver.objects.get(pk=world.ours.ids["released"])
    assert withdrawn["state"] == hand_over.state == "withdrawn"
    assert hand_over.secret
    assert hand_over.secret.destroyed_at


def test_a_wrong_password_reveals_nothing(world: World) -> None:
    answer = world.callers["contributor"].post(
        f"/hand-overs/{world.ours.ids['released']}/reveals", {"password": "wrong", "claim_key": "k" * 40}
    )

    assert answer.status_code == 400
    assert answer.data["errors"][0]["pointer"] == "/password"
    assert HandOver.objects.get(pk=world.ours.ids["released"]).state == "released"


def test_a_reveal_lost_on_the_way_is_answered_again_under_its_claim_key(world: World) -> None:
    path = f"/hand-overs/{world.ours.ids['released']}/reveals"
    body = {"password": "correct horse battery staple", "claim_key": "k" * 40}
    caller = world.callers["contributor"]

    first, second = (caller.post(path, body, Idempotency_Key="one-and-the-same") for _ in range(2))

    assert first.data == second.data
    assert "Idempotency-Replayed" not in second


def test_a_member_gets_another_role_and_is_removed(world: World) -> None:
    changed = act(world, "administrator", "PATCH", "/members/{member}", {"role": "contributor"})
    act(world, "administrator", "DELETE", "/members/{member}")

    assert changed["role"] == "contributor"
    assert not Membership.objects.filter(pk=world.ours.ids["member"]).exists()


def test_the_last_administrator_stays(world: World) -> None:
    membership = Membership.objects.get(user=world.ours.administrator)

    answer = world.callers["administrator"].delete(f"/members/{membership.pk}")

    assert (answer.status_code, answer.data["remedy"]) == (409, "Make somebody else an administrator first.")


def test_an_invitation_is_sent_and_revoked(world: World) -> None:
    body = {"email": "new.colleague@acme.example", "role": "viewer", "customer": world.ours.customer.pk}

    made = act(world, "administrator", "POST", "/invitations", body)
    act(world, "administrator", "DELETE", f"/invitations/{made['id']}")

    assert Invitation.objects.get(pk=made["id"]).revoked_at


def test_staff_get_another_role_and_accounts_are_closed(world: World) -> None:
    changed = act(world, "portal_administrator", "PATCH", "/people/{colleague}", {"staff_role": "auditor"})
    closed = act(world, "portal_administrator", "POST", "/people/{colleague}/closures")

    assert (changed["staff_role"], closed["is_active"]) == ("auditor", False)
    assert not User.objects.get(pk=world.ours.ids["colleague"]).is_active


def test_the_audit_record_finds_an_act_by_its_request_id(world: World) -> None:
    answer = world.callers["account_manager"].post("/customers", {"name": "Globex"}, X_Request_ID="order-4711-a")

    found = act(world, "auditor", "GET", f"/audit-events?request_id={answer['X-Request-ID']}")["data"]

    assert [(event["action"], event["after"]["name"]) for event in found] == [("customer.created", "Globex")]


def test_every_chain_is_whole(world: World) -> None:
    chains = act(world, "auditor", "GET", "/audit-chains")["data"]

    assert {chain["broken"] for chain in chains} == {None}
    assert {world.ours.customer.pk, "provider"} <= {chain["chain"] for chain in chains}


def test_what_the_intake_asks_is_a_json_schema(world: World) -> None:
    found = act(world, "viewer", "GET", "/intake-sections/remote_access")

    assert "vpc_id" in found["schema"]["properties"]["environments"]["items"]["properties"]
    assert len(act(world, "viewer", "GET", "/intake-sections")["data"]) == 11


def test_addresses_in_answers_lead_somewhere(world: World) -> None:
    """Whatever `url` and `web_url` say about our own objects can be opened."""
    for path in ("/onboardings", "/sections?limit=3", "/environments?limit=2", "/plans?limit=1", "/runs?limit=1"):
        for row in act(world, "administrator", "GET", path)["data"]:
            act(world, "administrator", "GET", row["url"])
            page = row["web_url"].partition("127.0.0.1:8000")[2]
            assert world.browsers["administrator"].get(page).status_code == 200, page
