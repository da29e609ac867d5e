"""Judging what the customer submitted, answer by answer: nothing is said before the review is finished."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import cast

from django.db import transaction

from environments.services import plans
from onboarding import approvals
from onboarding.models import Onboarding, ReviewPolicy, Section, SectionReview
from onboarding.sections import definition
from onboarding.services import (
    judging,
    mail,
    onboardings,
    review_drafts,
    review_policies,
    revisions,
    specifications,
)
from onboarding.services.review_drafts import Judgement
from onboarding.states import SECTIONS, SectionState, Verdict
from portal.accounts.models import User
from portal.audit.services import record
from portal.core.errors import Conflict, FieldProblem, Invalid

APPROVED = SectionReview.Decision.APPROVED
CHANGES_REQUESTED = SectionReview.Decision.CHANGES_REQUESTED


def finish(
    section: Section,
    *,
    revision: int,
    by: User,
    judgements: Iterable[Mapping[str, str]] | None = None,
    approve_rest: bool = False,
) -> SectionReview:
    """The reviewer's judgements take effect at once: the draft's, or `judgements` in its place.

    With every answer approved by as many reviewers as the section's policy asks for, the section is approved. With a change
    requested it is the customer's again: these answers are open, the approved ones are not, and the authors are told.
    `approve_rest` approves whatever is not judged. Raises `Invalid` naming each answer without a judgement or a reason, and
    each that cannot be approved since it cannot work any more; and whatever saving a draft raises.
    """
    with transaction.atomic():
        review_drafts.begin(section, revision=revision, by=by)
        if judgements is not None:
            review_drafts.write(section, judgements, by=by)
        judged = review_drafts.judgements(section, review_drafts.of(section, by))
        if approve_rest:
            judged = [one if one.verdict else replace(one, verdict=Verdict.APPROVED) for one in judged]
        _require_complete(section, judged)
        review = _take_effect(section, judged, by=by)
        review_drafts.discard(section, by=by)
    return review


def approve(section: Section, *, revision: int, by: User) -> SectionReview:
    """Every answer, as it was read, is approved: a whole review in one act. Raises what `finish` raises."""
    return finish(section, revision=revision, by=by, judgements=[], approve_rest=True)


def request_changes(
    section: Section, *, revision: int, reason: str, by: User, answers: Iterable[str] = ()
) -> SectionReview:
    """The answers at these places are open again, with one reason; all of them where none is named. An approved section can
    be reopened too. Raises `Invalid` without a reason or for an answer that is not there, and what `finish` raises."""
    places = list(answers)
    problem = review_drafts.reason_problem("reason", reason)
    if problem:
        raise Invalid([problem])
    with transaction.atomic():
        review_drafts.begin(section, revision=revision, by=by)
        judged = review_drafts.judgements(section, None)
        concerned = _concerned(judged, places) if places else []
        asked = [replace(one, verdict=Verdict.CHANGE_REQUESTED, reason=reason.strip()) for one in concerned]
        opened = {one.pointer for one in concerned} if places else set(section.approved)
        kept = {pointer: digest for pointer, digest in section.approved.items() if pointer not in opened}
        review = _send_back(section, asked, kept=kept, reason=reason.strip(), by=by)
        review_drafts.discard(section, by=by)
    return review


def approve_by_condition(section: Section, policy: ReviewPolicy) -> SectionReview:
    """The portal approves a section that is held, under the condition that the policy's author wrote down."""
    judged = [replace(one, verdict=Verdict.APPROVED) for one in review_drafts.judgements(section, None)]
    said = {"condition": policy.condition, "condition_author": str(policy.changed_by)}
    return _approve(section, judged, by=None, condition=policy.condition, said=said)


def approvers(section: Section, digest: str) -> list[User]:
    """Return the reviewers whose newest review of the answers with this digest approves them."""
    newest: dict[str, SectionReview] = {}
    judged = section.reviews.filter(digest=digest, reviewer__isnull=False).select_related("reviewer")
    for review in judged.order_by("-created_at", "-pk"):
        newest.setdefault(cast(str, review.reviewer_id), review)
    return [cast(User, review.reviewer) for review in newest.values() if review.decision == APPROVED]


def _require_complete(section: Section, judged: list[Judgement]) -> None:
    problems = [problem for one in judged if (problem := _lack(one))]
    if problems:
        missing = sum(problem.code == "not_judged" for problem in problems)
        message = f"{len(judged) - missing} of {len(judged)} answers are judged."
        raise Invalid(problems, message)


def _lack(one: Judgement) -> FieldProblem | None:
    if not one.verdict:
        return FieldProblem(one.pointer, f"{one.label}: approve it, or request a change", "not_judged")
    if one.verdict == Verdict.CHANGE_REQUESTED and not one.reason:
        return FieldProblem(one.pointer, f"{one.label}: enter what must change, and why", "missing")
    return None


def _concerned(judged: list[Judgement], places: list[str]) -> list[Judgement]:
    pointers = [one.pointer for one in judged]
    unknown = [place for place in places if not approvals.below(pointers, place)]
    if unknown:
        raise Invalid(
            [
                FieldProblem("answers", f"There is no answer “{place[:80]}” in this section.", "unknown_answer")
                for place in unknown
            ]
        )
    wanted = {pointer for place in places for pointer in approvals.below(pointers, place)}
    return [one for one in judged if one.pointer in wanted]


def _take_effect(section: Section, judged: list[Judgement], *, by: User) -> SectionReview:
    asked = [one for one in judged if one.verdict == Verdict.CHANGE_REQUESTED]
    if not asked:
        return _approve(section, judged, by=by)
    reason = "\n\n".join(f"{one.label}: {one.reason}" for one in asked)
    kept = {one.pointer: one.digest for one in judged if one.verdict == Verdict.APPROVED}
    return _send_back(section, judged, kept=kept, reason=reason, by=by)


def _approve(
    section: Section,
    judged: list[Judgement],
    *,
    by: User | None,
    condition: str = "",
    said: Mapping[str, str] | None = None,
) -> SectionReview:
    approved = SECTIONS.after(section.state, "approve")
    _require_workable(section, judged)
    digest, needed = approvals.digest_of(section.answers), review_policies.of(section.key).approvers
    before = [] if by is None else approvers(section, digest)
    if by in before:
        raise Conflict(
            f"You approved these answers already. {needed} reviewers must: {len(before)} did.",
            remedy="Ask a colleague to review them too.",
        )
    enough = by is None or len(before) + 1 >= needed
    approval = "by a condition" if by is None else f"{len(before) + 1} of {needed}"
    kept = {one.pointer: one.digest for one in judged} if enough else section.approved
    review = _record(
        section,
        APPROVED,
        judged,
        by=by,
        condition=condition,
        state=approved if enough else section.state,
        approved=kept,
        said={"approval": approval, **(said or {})},
    )
    if enough:
        _conclude(section.onboarding, by=by)
        onboardings.refresh_stage(section.onboarding)
    return review


def _require_workable(section: Section, judged: list[Judgement]) -> None:
    """The rules held when it was submitted. Other sections, and what is known beside them, may have changed since."""
    problems = [_unworkable(problem, judged) for problem in judging.problems(section)]
    if problems:
        raise Invalid(problems, "These answers cannot work any more.")


def _unworkable(problem: FieldProblem, judged: list[Judgement]) -> FieldProblem:
    """Return the problem at the answer that is judged, of which it may concern one item."""
    place = next(
        (one.pointer for one in judged if f"{problem.pointer}/".startswith(f"{one.pointer}/")), problem.pointer
    )
    return FieldProblem(place, f"{problem.message} So this cannot be approved: request a change.", problem.code)


def _send_back(
    section: Section, judged: list[Judgement], *, kept: approvals.Approved, reason: str, by: User
) -> SectionReview:
    state = SECTIONS.after(section.state, "request_changes")
    names = {entry.pointer: entry.label for entry in definition(section.key).entries(section.answers)}
    voided = [names.get(pointer, pointer) for pointer in section.approved if pointer not in kept]
    said = {"reason": reason, **({"voided": voided} if voided else {})}
    review = _record(section, CHANGES_REQUESTED, judged, by=by, reason=reason, state=state, approved=kept, said=said)
    mail.changes_requested(section, reason=reason, by=by)
    onboardings.refresh_stage(section.onboarding)
    return review


def _record(
    section: Section,
    decision: SectionReview.Decision,
    judged: list[Judgement],
    *,
    by: User | None,
    state: str,
    approved: approvals.Approved,
    said: Mapping[str, object],
    reason: str = "",
    condition: str = "",
) -> SectionReview:
    before = section.state
    review = SectionReview.objects.create(
        customer=section.customer,
        section=section,
        revision=section.revision,
        answers=section.answers,
        digest=approvals.digest_of(section.answers),
        judgements=[one.stored() for one in judged],
        decision=decision,
        reason=reason,
        condition=condition,
        reviewer=by,
        submitted_by_id=cast(str, section.submitted_by_id),
    )
    section.approved = approved
    revisions.write(section, state=state, fields=["approved"])
    after = {"state": state, "revision": review.revision, "digest": review.digest, **said}
    record(f"section.{decision}", section, by=by, customer=section.customer, before={"state": before}, after=after)
    return review


def _conclude(onboarding: Onboarding, *, by: User | None) -> None:
    """With the last section: the specifications are frozen, a plan is requested for every environment, and the authors are
    told."""
    sections = list(Section.objects.filter(onboarding=onboarding))
    if any(section.state != SectionState.APPROVED for section in sections):
        return
    specifications.freeze(onboarding, by=by)
    for environment in onboarding.environments.order_by("pk"):
        plans.request(environment, by=by)
    mail.approved(onboarding, sections, by=by)
