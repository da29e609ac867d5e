"""A reviewer's judgements before the review is finished: kept per reviewer, seen by nobody at the customer."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import transaction

from onboarding import approvals, rules
from onboarding.models import ReviewDraft, Section
from onboarding.sections import definition
from onboarding.services import revisions
from onboarding.states import SectionState, Verdict
from portal.accounts.models import User
from portal.core import clock
from portal.core.errors import Conflict, FieldProblem, Forbidden, Invalid, Stale
from portal.ui import times

LONGEST_REASON = 2000


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is said of one answer; an empty verdict says nothing yet. `stands` is true for an approval of an earlier review
    whose answer is still the same."""

    pointer: str
    label: str
    digest: str
    verdict: str = ""
    reason: str = ""
    stands: bool = False

    def stored(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if key != "stands"}


def save(section: Section, judgements: Iterable[Mapping[str, str]], *, revision: int, by: User) -> ReviewDraft:
    """The reviewer's draft holds these judgements and no others. A reason may still be missing; finishing asks for it.

    Each has `pointer`, `verdict` and `reason`. Raises `Forbidden` (never one's own), `Stale` when the answers changed or
    somebody finished meanwhile, `Conflict` when the section does not wait for review, `Invalid`.
    """
    with transaction.atomic():
        begin(section, revision=revision, by=by)
        return write(section, judgements, by=by)


def begin(section: Section, *, revision: int, by: User) -> None:
    """Hold the section for this reviewer, who read it at this revision and may judge it."""
    revisions.lock(section)
    _require_other(section, by)
    _require_revision(section, revision, by)


def write(section: Section, judgements: Iterable[Mapping[str, str]], *, by: User) -> ReviewDraft:
    """Write the draft of a section that is held. Raises `Conflict` and `Invalid`."""
    if section.state != SectionState.SUBMITTED:
        raise Conflict(f"This section does not wait for review: it is {section.get_state_display().lower()}.")
    asked = approvals.digests(definition(section.key), section.answers)
    kept = {given["pointer"]: given for given in judgements}
    problems = [problem for given in kept.values() if (problem := _problem(given, asked))]
    if problems:
        raise Invalid(problems, "There is a problem with some judgements.")
    draft, _ = ReviewDraft.objects.update_or_create(
        section=section,
        reviewer=by,
        defaults={
            "customer": section.customer,
            "touched_at": clock.now(),
            "judgements": {
                pointer: {"digest": asked[pointer], "verdict": given["verdict"], "reason": _words(given)}
                for pointer, given in kept.items()
            },
        },
    )
    return draft


def _problem(given: Mapping[str, str], asked: Mapping[str, str]) -> FieldProblem | None:
    pointer = given["pointer"]
    if pointer not in asked:
        return FieldProblem(pointer, f"There is no answer “{pointer[:80]}” in this section.", "unknown_answer")
    if given["verdict"] not in Verdict.values:
        return FieldProblem(pointer, f"Verdict must be one of: {', '.join(Verdict.values)}.", "unknown_verdict")
    return reason_problem(pointer, given.get("reason", ""), is_draft=True)


def reason_problem(pointer: str, reason: str, *, is_draft: bool = False) -> FieldProblem | None:
    if len(reason.strip()) > LONGEST_REASON:
        return FieldProblem(pointer, f"The reason must be at most {LONGEST_REASON} characters long.")
    if not is_draft and not reason.strip():
        return FieldProblem(pointer, "Enter what must change, and why", "missing")
    return None


def _words(given: Mapping[str, str]) -> str:
    return given.get("reason", "").strip() if given["verdict"] == Verdict.CHANGE_REQUESTED else ""


def discard(section: Section, *, by: User) -> None:
    """The reviewer's draft is gone; nothing was said."""
    ReviewDraft.objects.filter(section=section, reviewer=by).delete()


def of(section: Section, reviewer: User) -> ReviewDraft | None:
    return ReviewDraft.objects.filter(section=section, reviewer=reviewer).first()


def judgements(section: Section, draft: ReviewDraft | None) -> list[Judgement]:
    """Return one judgement per answer, in the order of the questions: the draft's own where it is about this very answer,
    else the approval of an earlier review that stands, else none."""
    what = definition(section.key)
    asked = approvals.digests(what, section.answers)
    standing = approvals.standing(section.approved, asked)
    labels = {entry.pointer: entry.label for entry in what.entries(section.answers)}
    given = draft.judgements if draft else {}
    found = []
    for pointer, digest in asked.items():
        own = given.get(pointer, {})
        if own.get("digest") == digest:
            found.append(Judgement(pointer, labels[pointer], digest, own["verdict"], own["reason"]))
        elif pointer in standing:
            found.append(Judgement(pointer, labels[pointer], digest, Verdict.APPROVED, stands=True))
        else:
            found.append(Judgement(pointer, labels[pointer], digest))
    return found


def _require_other(section: Section, by: User) -> None:
    if rules.may_judge(by, section):
        return
    if rules.wrote(by, section):
        raise Forbidden("You cannot review answers that you gave or submitted. Somebody else must.")
    raise Forbidden("Only a reviewer of the provider judges answers.")


def _require_revision(section: Section, revision: int, by: User) -> None:
    """Whoever comes second is told who was first, and when."""
    other = section.reviews.filter(revision__gte=revision).exclude(reviewer=by).first()
    if revision != section.revision and other:
        message = f"{other.judge} finished this review {times.relative(other.created_at, clock.now())}."
        remedy = "Read what they said. What you judged is kept, and you can still finish your own review."
        if section.state != SectionState.SUBMITTED:
            remedy = "Read what they said. The section does not wait for a review any more."
        raise Stale(message, revision=section.revision, current=section.answers, remedy=remedy)
    revisions.require(section, revision)
