"""Judging answer by answer: drafts, finishing, what reopens, several approvers, and changing what is approved."""

from typing import Any

import pytest

from onboarding import approvals, check_results
from onboarding.models import Check, ReviewDraft, ReviewPolicy, Section, SectionReview
from onboarding.services import conditions, reopenings, review_drafts, review_policies, reviews, sections
from onboarding.states import CheckState, CheckVerdict, SectionState, Stage
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.core import clock
from portal.core.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Stale
from portal.outbox.models import OutboxMessage
from tests.factories import onboardings as factory
from tests.factories import people
from tests.factories.answers import ANSWERS

pytestmark = pytest.mark.django_db

DNS = {"choice": "own", "zone": "acme.internal", "servers": ["10.30.0.2"]}
USERS = {
    "people": [
        {"name": "Ada", "email": "ada@acme.example", "access": "administrator"},
        {"name": "Ben", "email": "ben@acme.example", "access": "developer"},
    ]
}


def submitted(key: str = "dns", answers: dict[str, Any] = DNS) -> tuple[Section, User]:
    """One section that waits for review, and its author."""
    onboarding = factory.onboarding()
    author = people.contact(onboarding.customer)
    section = factory.answer(onboarding, key, answers, author)
    return sections.submit(section, revision=section.revision, by=author), author


def judged(verdicts: dict[str, str]) -> list[dict[str, str]]:
    """`ok` approves; any other words are the reason of a change."""
    return [
        {"pointer": pointer, "verdict": "approved", "reason": ""}
        if words == "ok"
        else {"pointer": pointer, "verdict": "change_requested", "reason": words}
        for pointer, words in verdicts.items()
    ]


def finish(section: Section, by: User, **verdicts: str) -> SectionReview:
    return reviews.finish(section, revision=section.revision, by=by, judgements=judged(verdicts))


def save(section: Section, author: User, **change: Any) -> Section:
    return sections.save(section, answers={**section.answers, **change}, revision=section.revision, by=author)


def resubmit(section: Section, author: User, **change: Any) -> None:
    save(section, author, **change)
    sections.submit(section, revision=section.revision, by=author)


def refusal(act: Any) -> tuple[str, str]:
    with pytest.raises(Invalid) as raised:
        act()
    [problem] = raised.value.problems
    return problem.pointer, problem.message


def event(action: str) -> AuditEvent:
    return AuditEvent.objects.get(action=action)


# Drafts


def test_draft_is_kept_per_reviewer_and_changes_nothing() -> None:
    section, _ = submitted()
    nimal, ruth = people.engineer(), people.engineer()
    before = (section.revision, OutboxMessage.objects.count(), AuditEvent.objects.count())

    review_drafts.save(section, judged({"zone": "ok"}), revision=section.revision, by=nimal)
    review_drafts.save(section, judged({"zone": "Another"}), revision=section.revision, by=ruth)
    review_drafts.save(section, judged({"zone": "ok", "choice": "ok"}), revision=section.revision, by=nimal)

    found = review_drafts.judgements(section, review_drafts.of(section, nimal))
    assert [(one.pointer, one.verdict) for one in found] == [
        ("choice", "approved"),
        ("zone", "approved"),
        ("servers", ""),
    ]
    section.refresh_from_db()
    assert (section.state, section.approved, section.reviews.count()) == (SectionState.SUBMITTED, {}, 0)
    assert (section.revision, OutboxMessage.objects.count(), AuditEvent.objects.count()) == before
    assert ReviewDraft.objects.count() == 2


@pytest.mark.parametrize(
    ("verdict", "said"),
    [
        ({"pointer": "zones", "verdict": "approved"}, "There is no answer “zones” in this section."),
        ({"pointer": "zone", "verdict": "perhaps"}, "Verdict must be one of: approved, change_requested."),
        ({"pointer": "zone", "verdict": "approved", "reason": "x" * 2001}, "The reason must be at most 2000"),
    ],
)
def test_draft_refuses_what_means_nothing(verdict: dict[str, str], said: str) -> None:
    section, _ = submitted()

    pointer, message = refusal(
        lambda: review_drafts.save(section, [verdict], revision=section.revision, by=people.engineer())
    )

    assert pointer == verdict["pointer"]
    assert message.startswith(said)


def test_draft_is_not_for_ones_own_nor_for_others() -> None:
    section, author = submitted()
    for person in (author, people.auditor()):
        with pytest.raises(Forbidden):
            review_drafts.save(section, [], revision=section.revision, by=person)


def test_judgement_of_an_answer_that_changed_is_dropped_and_the_others_stay() -> None:
    section, author = submitted()
    engineer = people.engineer()
    verdicts = judged({"choice": "ok", "zone": "ok", "servers": "Name two"})
    review_drafts.save(section, verdicts, revision=section.revision, by=engineer)
    sections.withdraw(section, by=author)

    resubmit(section, author, zone="new.internal")

    found = review_drafts.judgements(section, review_drafts.of(section, engineer))
    assert {one.pointer: one.verdict for one in found} == {
        "choice": "approved",
        "zone": "",
        "servers": "change_requested",
    }


# Finishing


def test_finished_review_sends_back_only_what_it_concerns() -> None:
    section, author = submitted()
    OutboxMessage.objects.all().delete()
    engineer = people.engineer()

    review = finish(section, engineer, choice="ok", zone="Use a zone you own.", servers="ok")

    assert (section.state, sorted(section.approved)) == (SectionState.CHANGES_REQUESTED, ["choice", "servers"])
    assert review.reason == "Zone name: Use a zone you own."
    assert [(one["pointer"], one["verdict"]) for one in review.judgements] == [
        ("choice", "approved"),
        ("zone", "change_requested"),
        ("servers", "approved"),
    ]
    [message] = OutboxMessage.objects.all()
    assert message.recipient == author.email
    assert "Zone name: Use a zone you own." in message.text
    assert event("section.changes_requested").after["reason"] == "Zone name: Use a zone you own."
    assert not ReviewDraft.objects.exists()


def test_finishing_takes_the_draft_when_nothing_is_sent() -> None:
    section, _ = submitted()
    engineer = people.engineer()
    verdicts = judged({"choice": "ok", "zone": "ok", "servers": "ok"})
    review_drafts.save(section, verdicts, revision=section.revision, by=engineer)

    review = reviews.finish(section, revision=section.revision, by=engineer)

    assert (section.state, review.decision) == (SectionState.APPROVED, "approved")
    assert sorted(section.approved) == ["choice", "servers", "zone"]
    assert event("section.approved").after["digest"] == review.digest


def test_every_answer_is_judged_with_a_reason_before_a_review_is_finished() -> None:
    section, _ = submitted()

    with pytest.raises(Invalid) as raised:
        finish(section, people.engineer(), zone=" ")

    assert raised.value.message == "1 of 3 answers are judged."
    assert {problem.pointer: problem.message for problem in raised.value.problems} == {
        "choice": "DNS service: approve it, or request a change",
        "zone": "Zone name: enter what must change, and why",
        "servers": "Addresses of your DNS servers: approve it, or request a change",
    }
    assert not ReviewDraft.objects.exists(), "what was refused is not kept either"


def test_the_rest_is_approved_in_one_act() -> None:
    section, _ = submitted()

    reviews.finish(
        section,
        revision=section.revision,
        by=people.engineer(),
        judgements=judged({"zone": "Another"}),
        approve_rest=True,
    )

    assert sorted(section.approved) == ["choice", "servers"]


def test_second_reviewer_is_told_who_was_first_and_keeps_the_draft() -> None:
    section, _ = submitted()
    read = section.revision
    nimal, ruth = people.engineer(), people.staff("operations_engineer", name="Ruth")
    review_drafts.save(section, judged({"zone": "ok"}), revision=read, by=nimal)
    finish(section, ruth, choice="ok", zone="Another", servers="ok")

    with pytest.raises(Stale, match=r"^Ruth finished this review just now\.$"):
        reviews.finish(section, revision=read, by=nimal, approve_rest=True)
    with pytest.raises(Conflict):
        reviews.finish(section, revision=section.revision, by=nimal, approve_rest=True)

    assert ReviewDraft.objects.get().reviewer == nimal
    assert SectionReview.objects.count() == 1


# Only the answers concerned are open


@pytest.mark.parametrize("change", [{"servers": ["10.30.0.3"]}, {"servers": []}, {"servers": None}])
def test_approved_answer_cannot_be_changed(change: dict[str, Any]) -> None:
    section, author = submitted()
    finish(section, people.engineer(), choice="ok", zone="Another", servers="ok")

    pointer, message = refusal(lambda: save(section, author, **change))

    assert (pointer, message) == (
        "servers",
        "Addresses of your DNS servers is approved, so it stays as it is. To change it, open it with “Change another answer” "
        "and say why.",
    )


def test_the_next_review_starts_with_what_changed() -> None:
    section, author = submitted()
    engineer = people.engineer()
    finish(section, engineer, choice="ok", zone="Another", servers="ok")

    resubmit(section, author, zone="new.internal")

    found = review_drafts.judgements(section, None)
    assert [(one.pointer, one.verdict, one.stands) for one in found] == [
        ("choice", "approved", True),
        ("zone", "", False),
        ("servers", "approved", True),
    ]
    assert finish(section, engineer, zone="ok").decision == "approved"


def test_row_in_question_may_go_and_an_approved_one_may_not() -> None:
    section, author = submitted("users", USERS)
    verdicts = {f"people/{row}/{name}": "ok" for row in (0, 1) for name in ("name", "email", "access")}
    finish(section, people.engineer(), **{**verdicts, "people/0/email": "Left the company."})
    ada, ben = section.answers["people"]

    pointer, message = refusal(lambda: save(section, author, people=[ada]))
    save(section, author, people=[ben])

    assert (pointer, message.split(",")[0]) == ("people/1", "People is approved")
    assert sorted(section.approved) == ["people/0/access", "people/0/email", "people/0/name"]


# Changing what is approved


def test_reopening_voids_the_approval_and_says_so() -> None:
    section, author = submitted()
    finish(section, people.engineer(), choice="ok", zone="Another", servers="ok")

    reopenings.reopen(section, answers=["servers"], reason=" It moves. ", revision=section.revision, by=author)
    save(section, author, servers=["10.30.0.9"])

    assert sorted(section.approved) == ["choice"]
    said = event("section.reopened").after
    assert (said["voided"], said["reason"]) == (["Addresses of your DNS servers"], "It moves.")


def test_approved_section_is_a_draft_again_as_long_as_nothing_is_made_of_it() -> None:
    section, author = submitted()
    approval = finish(section, people.engineer(), choice="ok", zone="ok", servers="ok")

    reopenings.reopen(section, answers=["zone"], reason="Typo", revision=section.revision, by=author)

    assert (section.state, sorted(section.approved)) == (SectionState.DRAFT, ["choice", "servers"])
    resubmit(section, author, zone="new.internal")
    assert section.state == SectionState.SUBMITTED
    assert approval.digest != approvals.digest_of(section.answers)


def test_list_is_reopened_as_a_whole() -> None:
    section, author = submitted("users", USERS)
    reviews.approve(section, revision=section.revision, by=people.engineer())

    reopenings.reopen(section, answers=["people/1"], reason="Left", revision=section.revision, by=author)
    assert sorted(section.approved) == ["people/0/access", "people/0/email", "people/0/name"]
    reopenings.reopen(section, answers=["people"], reason="All", revision=section.revision, by=author)
    assert section.approved == {}


@pytest.mark.parametrize(
    ("answers", "reason", "pointer"),
    [([], "Why", "answers"), (["choice"], " ", "reason"), (["zone"], "Why", "answers"), (["x"], "Why", "answers")],
)
def test_reopening_needs_an_approved_answer_and_a_reason(answers: list[str], reason: str, pointer: str) -> None:
    section, author = submitted()
    finish(section, people.engineer(), choice="ok", zone="Another", servers="ok")

    found, _ = refusal(
        lambda: reopenings.reopen(section, answers=answers, reason=reason, revision=section.revision, by=author)
    )

    assert found == pointer


def test_what_is_provisioned_is_reopened_by_the_provider_only() -> None:
    onboarding = factory.approved(factory.onboarding())
    section, author = factory.section(onboarding, "dns"), people.contact(onboarding.customer)

    with pytest.raises(Conflict, match="what is provisioned follows them"):
        reopenings.reopen(section, answers=["zone"], reason="Typo", revision=section.revision, by=author)

    engineer = people.engineer()
    reviews.request_changes(section, revision=section.revision, reason="Typo", by=engineer, answers=["zone"])
    assert (section.state, sorted(section.approved)) == (SectionState.CHANGES_REQUESTED, ["choice"])
    onboarding.refresh_from_db()
    assert onboarding.stage == Stage.INTAKE


def test_change_request_names_answers_that_are_there() -> None:
    section, _ = submitted()

    pointer, message = refusal(
        lambda: reviews.request_changes(
            section, revision=section.revision, reason="No", by=people.engineer(), answers=["zones"]
        )
    )

    assert (pointer, message) == ("answers", "There is no answer “zones” in this section.")


def test_viewer_and_reviewer_of_another_tenant_do_not_reopen() -> None:
    section, _ = submitted()
    finish(section, people.engineer(), choice="ok", zone="Another", servers="ok")
    for person in (people.viewer(section.customer), people.contact(people.customer()), people.auditor()):
        with pytest.raises(Forbidden):
            reopenings.reopen(section, answers=["choice"], reason="x", revision=section.revision, by=person)


# Several approvers


def test_section_is_approved_when_enough_different_reviewers_approved_the_same_answers() -> None:
    section, author = submitted()
    review_policies.change("dns", approvers=2, condition="", by=people.administrator())
    nimal, ruth, ella = people.engineer(), people.engineer(), people.engineer()

    reviews.approve(section, revision=section.revision, by=nimal)
    assert section.state == SectionState.SUBMITTED
    with pytest.raises(Conflict, match=r"You approved these answers already\. 2 reviewers must: 1 did\."):
        reviews.approve(section, revision=section.revision, by=nimal)
    reviews.request_changes(section, revision=section.revision, reason="Another zone", by=ruth)
    resubmit(section, author, zone="new.internal")
    reviews.approve(section, revision=section.revision, by=ruth)
    assert section.state == SectionState.SUBMITTED, "the first approval was of other answers"
    reviews.approve(section, revision=section.revision, by=ella)

    assert section.state == SectionState.APPROVED
    assert [one.after["approval"] for one in AuditEvent.objects.filter(action="section.approved").order_by("pk")] == [
        "1 of 2",
        "1 of 2",
        "2 of 2",
    ]


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"approvers": 0, "condition": ""}, "approvers"),
        ({"approvers": 6, "condition": ""}, "approvers"),
        ({"approvers": 1, "condition": "x" * 501}, "condition"),
        ({"approvers": 2, "condition": "All is green"}, "condition"),
    ],
)
def test_policy_has_sane_numbers(given: dict[str, Any], pointer: str) -> None:
    found, _ = refusal(lambda: review_policies.change("dns", by=people.administrator(), **given))

    assert found == pointer


def test_policy_is_for_administrators_and_sections_that_exist() -> None:
    with pytest.raises(Forbidden):
        review_policies.change("dns", approvers=1, condition="", by=people.engineer())
    with pytest.raises(NotFound):
        review_policies.change("dsn", approvers=1, condition="", by=people.administrator())


# Approval by a written condition

CONDITION = "Route 53 or own servers, every rule and check green: nothing to decide."


def with_condition(**change: Any) -> User:
    author = people.administrator()
    review_policies.change("dns", **{"approvers": 1, "condition": CONDITION, **change}, by=author)
    return author


def test_condition_is_off_by_default() -> None:
    assert submitted()[0].state == SectionState.SUBMITTED
    assert not ReviewPolicy.objects.exists()


ROUTE_53 = {"choice": "route53", "zone": "acme.internal"}
"""Nothing of it is looked up: no check is called for."""


def checked(section: Section, verdict: CheckVerdict, *, how: str = Check.How.PORTAL) -> None:
    """Every check that the section's answers call for found this."""
    for result in check_results.of(section.onboarding)["dns"]:
        Check.objects.create(
            customer=section.customer,
            section=section,
            key=result.wanted.key,
            pointer=result.wanted.pointer,
            inputs_digest=result.wanted.digest,
            state=CheckState.DONE,
            verdict=verdict,
            how=how,
            message="Seen",
            asked_by=people.contact(section.customer),
            queued_at=clock.now(),
            finished_at=clock.now(),
        )


def test_condition_approves_what_is_green_and_not_unusual_and_is_named() -> None:
    author = with_condition()

    section, _ = submitted(answers=ROUTE_53)

    review = section.reviews.get()
    assert (section.state, review.reviewer, review.condition) == (SectionState.APPROVED, None, CONDITION)
    assert sorted(section.approved) == ["choice", "zone"]
    said = event("section.approved")
    assert said.actor is None
    assert (said.after["condition"], said.after["condition_author"]) == (CONDITION, str(author))
    assert not OutboxMessage.objects.filter(subject__contains="submitted for review").exists()
    assert event("review_policy.changed").after == {"approvers": 1, "condition": CONDITION}


@pytest.mark.parametrize(
    ("verdict", "how", "state"),
    [
        (None, "", SectionState.SUBMITTED),
        (CheckVerdict.OK, Check.How.PORTAL, SectionState.APPROVED),
        (CheckVerdict.PRIVATE, Check.How.PERSON, SectionState.APPROVED),
        (CheckVerdict.WARNING, Check.How.PORTAL, SectionState.SUBMITTED),
        (CheckVerdict.FAILED, Check.How.PORTAL, SectionState.SUBMITTED),
        (CheckVerdict.PRIVATE, Check.How.PORTAL, SectionState.SUBMITTED),
    ],
)
def test_condition_waits_until_every_check_is_well(verdict: CheckVerdict | None, how: str, state: SectionState) -> None:
    with_condition()
    section, _ = submitted()
    if verdict:
        checked(section, verdict, how=how)

    conditions.approve_waiting()

    section.refresh_from_db()
    assert section.state == state


def cut_off(section: Section, author: User) -> None:
    """The VPCs are the provider's to make and nothing leads out of them any more: drafts that were saved since."""
    rows = [{**row, "vpc": "provider", "vpc_id": ""} for row in ANSWERS["remote_access"]["environments"]]
    factory.answer(section.onboarding, "remote_access", {"account_wish": False, "environments": rows}, author)
    factory.answer(section.onboarding, "data_centre", {"choice": "none"}, author)


def test_an_answer_that_cannot_work_any_more_is_not_approved() -> None:
    section, author = submitted()
    cut_off(section, author)

    with pytest.raises(Invalid) as refusal:
        finish(section, people.engineer(), choice="ok", zone="ok", servers="ok")

    (problem,) = refusal.value.problems
    assert problem.pointer == "servers"
    assert problem.message.startswith("Nothing leads from the new VPC of “Production” to 10.30.0.2")
    assert problem.message.endswith("So this cannot be approved: request a change.")
    section.refresh_from_db()
    assert section.state == SectionState.SUBMITTED
    assert not section.reviews.exists()


def test_a_change_of_an_answer_that_cannot_work_any_more_can_be_requested() -> None:
    section, author = submitted()
    cut_off(section, author)

    finish(section, people.engineer(), choice="ok", zone="ok", servers="Nothing leads there.")

    assert section.state == SectionState.CHANGES_REQUESTED


def test_condition_leaves_what_cannot_work_any_more_to_people() -> None:
    section, author = submitted()
    cut_off(section, author)
    checked(section, CheckVerdict.OK)
    with_condition()

    conditions.approve_waiting()

    section.refresh_from_db()
    assert section.state == SectionState.SUBMITTED


def test_whoever_takes_the_way_to_a_submitted_server_away_is_told() -> None:
    section, author = submitted()
    cut_off(section, author)
    connection = factory.section(section.onboarding, "data_centre")

    with pytest.raises(Invalid) as refusal:
        sections.submit(connection, revision=connection.revision, by=author)

    assert [problem.pointer for problem in refusal.value.problems] == ["choice"]
    assert "10.30.0.2, your DNS server under “DNS”" in refusal.value.problems[0].message


def test_nothing_waits_for_a_condition_that_nobody_wrote() -> None:
    section, _ = submitted(answers=ROUTE_53)

    conditions.approve_waiting()

    section.refresh_from_db()
    assert section.state == SectionState.SUBMITTED


def test_condition_leaves_the_unusual_to_people() -> None:
    section, author = submitted(answers=ROUTE_53)
    finish(section, people.engineer(), choice="ok", zone="Another")
    with_condition()

    resubmit(section, author, zone="new.internal")

    assert section.state == SectionState.SUBMITTED


def test_condition_leaves_what_the_provider_entered_to_people() -> None:
    with_condition()
    onboarding, engineer = factory.onboarding(), people.engineer()
    section = factory.answer(onboarding, "dns", ROUTE_53, engineer)

    sections.submit(section, revision=section.revision, by=engineer)

    assert section.state == SectionState.SUBMITTED


def test_every_refusal_is_a_sentence() -> None:
    """A refusal reaches the person as it is."""
    section, _ = submitted()
    acts = (
        lambda: reviews.finish(section, revision=99, by=people.engineer()),
        lambda: reviews.approve(section, revision=section.revision, by=people.approver()),
        lambda: review_policies.change("dns", approvers=1, condition="", by=people.auditor()),
    )
    for act in acts:
        with pytest.raises(DomainError) as raised:
            act()
        assert raised.value.message.endswith(".")
