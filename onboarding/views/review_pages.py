"""What the list of an onboarding's reviews shows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from onboarding import approvals, review_selectors, rules, selectors
from onboarding.models import Onboarding, ReviewDraft, Section, SectionReview
from onboarding.sections import definition
from onboarding.sections.definition import SectionDefinition
from onboarding.services import review_drafts, review_policies
from onboarding.states import SectionState
from portal.accounts import rules as roles
from portal.accounts.models import User

_JUDGED = (SectionState.APPROVED, SectionState.CHANGES_REQUESTED)


@dataclass(frozen=True, slots=True)
class Row:
    """One section. `judged` of `total` answers have this reviewer's judgement; `others` are at it too; `approvers` of the
    policy's number have to approve."""

    section: Section
    definition: SectionDefinition
    last: SectionReview | None
    judged: int
    total: int
    others: list[User]
    approvers: int
    is_own: bool
    approved_by: set[str]
    """Who approved these very answers."""

    @property
    def waits(self) -> bool:
        return self.section.state == SectionState.SUBMITTED

    def waits_for(self, user: User) -> bool:
        return self.waits and not self.is_own and user.pk not in self.approved_by


def page(user: User, onboarding: Onboarding) -> dict[str, Any]:
    found = {section.key: section for section in selectors.sections(user).filter(onboarding=onboarding)}
    sections = [found[row.key] for row in onboarding.sections.all() if row.key in found]
    rows = list(_rows(user, sections))
    reads_only = not roles.may_review(user)
    return {
        "onboarding": onboarding,
        "rows": rows,
        "judged": sum(row.section.state in _JUDGED for row in rows),
        "waiting": sum(row.waits for row in rows),
        "own": sum(row.is_own and row.waits for row in rows),
        "next": None if reads_only else next((row for row in rows if row.waits_for(user)), None),
        "reads_only": reads_only,
    }


def _rows(user: User, sections: list[Section]) -> Iterable[Row]:
    drafts = review_selectors.drafts_by_section(sections)
    needed = {policy.key: policy.approvers for policy in review_policies.all_in_order()}
    wrote = rules.wrote_any(user, sections)
    for section in sections:
        own = next((draft for draft in drafts.get(section.pk, []) if draft.reviewer_id == user.pk), None)
        judgements = review_drafts.judgements(section, own)
        yield Row(
            section=section,
            definition=definition(section.key),
            last=selectors.latest_review(section),
            judged=sum(bool(one.verdict) for one in judgements),
            total=len(judgements),
            others=_others(drafts.get(section.pk, []), user),
            approvers=needed[section.key],
            is_own=roles.may_review(user) and section.pk in wrote,
            approved_by=_approved_by(section),
        )


def _approved_by(section: Section) -> set[str]:
    digest = approvals.digest_of(section.answers)
    approved = [one for one in section.reviews.all() if one.decision == SectionReview.Decision.APPROVED]
    return {one.reviewer_id for one in approved if one.digest == digest and one.reviewer_id}


def _others(drafts: list[ReviewDraft], user: User) -> list[User]:
    return [draft.reviewer for draft in drafts if draft.reviewer_id != user.pk]
