"""Changing an answer that is approved: whoever answers opens it first, says why, and knows that its approval is void."""

from collections.abc import Iterable

from django.db import transaction

from onboarding import approvals, rules
from onboarding.models import Section
from onboarding.sections import definition
from onboarding.services import onboardings, review_drafts, revisions
from onboarding.states import SECTIONS, SectionState, Stage
from portal.accounts.models import User
from portal.audit.services import record
from portal.core.errors import Conflict, FieldProblem, Forbidden, Invalid

_BEFORE_ANYTHING_IS_MADE = (Stage.INTAKE, Stage.REVIEW)


def reopen(section: Section, *, answers: Iterable[str], reason: str, revision: int, by: User) -> Section:
    """The approval of these answers is void, and they can be changed; an approved section is a draft again.

    A place is an answer, a row of a list, or a whole list with all of its rows. Raises `Forbidden`, `Stale`, `Invalid`
    without a reason or for an answer that is not approved, `Conflict` while a reviewer has the section or once something is
    made of the answers.
    """
    if not rules.may_answer(by, section):
        raise Forbidden("You can read these answers, but not change them.")
    with transaction.atomic():
        revisions.lock(section)
        revisions.require(section, revision)
        _require_early(section)
        state = SECTIONS.after(section.state, "reopen")
        opened = _opened(section, list(answers), reason)
        before = section.state
        section.approved = {key: digest for key, digest in section.approved.items() if key not in opened}
        revisions.write(section, state=state, fields=["approved"])
        names = {entry.pointer: entry.label for entry in definition(section.key).entries(section.answers)}
        said = {"state": state, "voided": [names.get(key, key) for key in opened], "reason": reason.strip()}
        record("section.reopened", section, by=by, customer=section.customer, before={"state": before}, after=said)
        onboardings.refresh_stage(section.onboarding)
    return section


def is_early(section: Section) -> bool:
    """Return whether nothing is made of the answers yet."""
    return section.state != SectionState.APPROVED or section.onboarding.stage in _BEFORE_ANYTHING_IS_MADE


def _require_early(section: Section) -> None:
    if not is_early(section):
        manager = section.onboarding.account_manager
        remedy = f"Ask {manager} to open them again."
        raise Conflict("These answers are approved, and what is provisioned follows them.", remedy=remedy)


def _opened(section: Section, places: list[str], reason: str) -> list[str]:
    problems = [
        FieldProblem("answers", f"“{place[:80]}” is no approved answer of this section.", "not_approved")
        for place in places
        if not approvals.below(section.approved, place)
    ]
    if not places:
        problems.append(FieldProblem("answers", "Select what you want to change", "missing"))
    if not reason.strip():
        problems.append(FieldProblem("reason", "Enter why it must change", "missing"))
    elif len(reason.strip()) > review_drafts.LONGEST_REASON:
        message = f"The reason must be at most {review_drafts.LONGEST_REASON} characters long."
        problems.append(FieldProblem("reason", message))
    if problems:
        raise Invalid(problems)
    return [key for place in dict.fromkeys(places) for key in approvals.below(section.approved, place)]
