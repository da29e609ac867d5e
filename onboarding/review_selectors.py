"""A section as one reviewer judges it."""

from collections.abc import Iterable
from dataclasses import dataclass

from onboarding import approvals
from onboarding.models import ReviewDraft, ReviewPolicy, Section
from onboarding.services import review_drafts, review_policies, reviews
from onboarding.services.review_drafts import Judgement
from portal.accounts import rules as roles
from portal.accounts.models import User
from portal.core.errors import Forbidden


@dataclass(frozen=True, slots=True)
class Review:
    """`judgements` are this reviewer's own so far, `others` the drafts of colleagues, `approvers` who approved these very
    answers already."""

    section: Section
    draft: ReviewDraft | None
    judgements: list[Judgement]
    others: list[ReviewDraft]
    approvers: list[User]
    policy: ReviewPolicy

    @property
    def judged(self) -> int:
        return sum(bool(one.verdict) for one in self.judgements)


def review(user: User, section: Section) -> Review:
    """Return this person's review of a section they may see. Raises `Forbidden` for who judges nothing."""
    if not roles.may_review(user):
        raise Forbidden("Only a reviewer of the provider judges answers.")
    drafts = _drafts(section)
    own = next((draft for draft in drafts if draft.reviewer_id == user.pk), None)
    return Review(
        section=section,
        draft=own,
        judgements=review_drafts.judgements(section, own),
        others=[draft for draft in drafts if draft is not own],
        approvers=reviews.approvers(section, approvals.digest_of(section.answers)),
        policy=review_policies.of(section.key),
    )


def drafts_by_section(sections: Iterable[Section]) -> dict[str, list[ReviewDraft]]:
    """Return the unfinished reviews of each section, by one statement."""
    found: dict[str, list[ReviewDraft]] = {}
    drafts = (
        ReviewDraft.objects.filter(section__in=list(sections)).select_related("reviewer").order_by("touched_at", "pk")
    )
    for draft in drafts:
        found.setdefault(draft.section_id, []).append(draft)
    return found


def _drafts(section: Section) -> list[ReviewDraft]:
    return drafts_by_section([section]).get(section.pk, [])
