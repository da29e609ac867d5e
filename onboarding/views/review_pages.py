"""What the review page shows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from onboarding import rules, selectors
from onboarding.models import Onboarding, Section, SectionReview
from onboarding.sections import definition
from onboarding.sections.definition import SectionDefinition
from onboarding.services import sections as services
from onboarding.states import SECTIONS, SectionState, Stage
from onboarding.views import check_rows, comparison, planned
from onboarding.views.comparison import Answer, Difference
from portal.accounts import rules as roles
from portal.accounts.models import User
from portal.core.errors import FieldProblem

REASONS = (
    "The account and the VPC do not belong together. Compare them in the AWS console.",
    "This does not fit what we agreed in the planning phase. Let us talk before you change it.",
    "The answer is complete but not precise enough: ",
)
"""How a reason may begin."""

_JUDGED = (SectionState.APPROVED, SectionState.CHANGES_REQUESTED)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A decision that could not be taken: of which section, why, and the reason that was typed."""

    key: str
    problems: list[FieldProblem] = field(default_factory=list)
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Judged:
    """One section on the review page."""

    section: Section
    definition: SectionDefinition
    groups: list[tuple[str, list[Answer]]]
    last: SectionReview | None
    changed: list[Difference]
    problems: list[FieldProblem]
    is_own: bool
    may_judge: bool
    may_reopen: bool
    reason: str
    error: str


def beside(key: str, problem: FieldProblem) -> FieldProblem:
    """Return the problem under the name its field has on this page, which holds many sections."""
    return FieldProblem(f"{problem.pointer}-{key}" if problem.pointer else "", problem.message, problem.code)


def page(user: User, onboarding: Onboarding, refusal: Refusal | None) -> dict[str, Any]:
    found = {section.key: section for section in selectors.sections(user).filter(onboarding=onboarding)}
    sections = [found[row.key] for row in onboarding.sections.all() if row.key in found]
    cards = list(_cards(user, onboarding, sections, refusal or Refusal("")))
    return {
        "onboarding": onboarding,
        "cards": cards,
        "judged": sum(card.section.state in _JUDGED for card in cards),
        "waiting": sum(card.section.state == SectionState.SUBMITTED for card in cards),
        "own": sum(card.is_own and card.section.state == SectionState.SUBMITTED for card in cards),
        "reads_only": not roles.may_review(user),
        "problems": refusal.problems if refusal else [],
        "reasons": REASONS,
        "checks": check_rows.read_only(onboarding),
        "topology": planned.topology({section.key: section.answers for section in sections}),
    }


def _cards(user: User, onboarding: Onboarding, sections: list[Section], refusal: Refusal) -> Iterable[Judged]:
    for section in sections:
        what, last = definition(section.key), selectors.latest_review(section)
        submitted = section.state == SectionState.SUBMITTED
        may_judge = onboarding.stage != Stage.CANCELLED and rules.may_judge(user, section)
        refused = section.key == refusal.key
        yield Judged(
            section=section,
            definition=what,
            groups=comparison.grouped(what.entries(section.answers)),
            last=last,
            changed=comparison.differences(what, last.answers, section.answers) if last else [],
            problems=services.problems(section) if submitted else [],
            is_own=roles.may_review(user) and rules.wrote(user, section),
            may_judge=may_judge and submitted,
            may_reopen=may_judge and not submitted and SECTIONS.allows(section.state, "request_changes"),
            reason=refusal.reason if refused else "",
            error=next((problem.message for problem in refusal.problems if problem.pointer), "") if refused else "",
        )
