"""Judging what the customer submitted: approve a section, or ask for a change."""

from typing import cast

from django.db import transaction

from environments.services import plans
from onboarding import rules
from onboarding.models import Onboarding, Section, SectionReview
from onboarding.services import mail, onboardings, specifications
from onboarding.services.sections import lock, require_revision, write
from onboarding.states import SECTIONS, SectionState
from portal.accounts.models import User
from portal.audit.services import record
from portal.core.errors import FieldProblem, Forbidden, Invalid

LONGEST_REASON = 2000


def approve(section: Section, *, revision: int, by: User) -> SectionReview:
    """The answers as they stand are approved. With the last section, in the same transaction: the specifications are
    frozen, a plan is requested for every environment, and the authors are told.

    Raises `Forbidden` (never one's own), `Stale` when the answers changed meanwhile, `Conflict` when not submitted.
    """
    with transaction.atomic():
        review = _judge(section, "approve", SectionReview.Decision.APPROVED, revision=revision, by=by)
        _finish(section.onboarding, by=by)
        onboardings.refresh_stage(section.onboarding)
    return review


def request_changes(section: Section, *, revision: int, reason: str, by: User) -> SectionReview:
    """The section is open again, with the reason, and its authors are told. Also an approved section can be reopened.

    Raises `Invalid` without a reason, and whatever `approve` raises.
    """
    words = reason.strip()
    if not words:
        raise Invalid([FieldProblem("reason", "Enter what must change, and why", "missing")])
    if len(words) > LONGEST_REASON:
        raise Invalid([FieldProblem("reason", f"The reason must be at most {LONGEST_REASON} characters long.")])
    with transaction.atomic():
        review = _judge(
            section,
            "request_changes",
            SectionReview.Decision.CHANGES_REQUESTED,
            revision=revision,
            by=by,
            reason=words,
        )
        mail.changes_requested(section, reason=words, by=by)
        onboardings.refresh_stage(section.onboarding)
    return review


def _judge(
    section: Section, act: str, decision: SectionReview.Decision, *, revision: int, by: User, reason: str = ""
) -> SectionReview:
    lock(section)
    _require_other(section, by)
    require_revision(section, revision)
    before, state = section.state, SECTIONS.after(section.state, act)
    review = SectionReview.objects.create(
        customer=section.customer,
        section=section,
        revision=section.revision,
        answers=section.answers,
        decision=decision,
        reason=reason,
        reviewer=by,
        submitted_by_id=cast(str, section.submitted_by_id),
    )
    write(section, state=state)
    after = {"state": state, "revision": review.revision, **({"reason": reason} if reason else {})}
    record(f"section.{decision}", section, by=by, customer=section.customer, before={"state": before}, after=after)
    return review


def _require_other(section: Section, by: User) -> None:
    if rules.may_judge(by, section):
        return
    if rules.wrote(by, section):
        raise Forbidden("You cannot review answers that you gave or submitted. Somebody else must.")
    raise Forbidden("Only a reviewer of the provider judges answers.")


def _finish(onboarding: Onboarding, *, by: User) -> None:
    sections = list(Section.objects.filter(onboarding=onboarding))
    if any(section.state != SectionState.APPROVED for section in sections):
        return
    specifications.freeze(onboarding, by=by)
    for environment in onboarding.environments.order_by("pk"):
        plans.request(environment, by=by)
    mail.approved(onboarding, sections, by=by)
