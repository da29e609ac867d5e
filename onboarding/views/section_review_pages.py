"""What the review page of one section shows: answers to judge on the left, what helps to judge them on the right."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse

from onboarding import review_selectors, rules, selectors
from onboarding.differences import Difference, differences
from onboarding.models import Onboarding, Section, SectionReview
from onboarding.reasons import REASONS
from onboarding.review_selectors import Review
from onboarding.sections import definition
from onboarding.sections.definition import Entry
from onboarding.services import judging
from onboarding.services.review_drafts import Judgement
from onboarding.states import SECTIONS, SectionState, Stage, Verdict
from onboarding.views import check_rows, planned
from portal.accounts import rules as roles
from portal.accounts.models import User
from portal.audit.models import AuditEvent
from portal.core.errors import FieldProblem

_VERDICT, _REASON = "verdict:", "reason:"
_HISTORY = {
    "section.submitted": "Submitted",
    "section.withdrawn": "Withdrawn",
    "section.approved": "Approved",
    "section.changes_requested": "Changes requested",
    "section.reopened": "Opened again",
    "section.review_reminded": "Reviewers reminded",
    "section.review_escalated": "Account manager told",
}
_SHOWN_EVENTS = 8


@dataclass(frozen=True, slots=True)
class JudgedAnswer:
    """One answer with what is said of it. `changed` has the old answer where it is not what was reviewed last; `asked` is what
    the last review wanted of it."""

    entry: Entry
    judgement: Judgement
    changed: Difference | None
    asked: str
    error: str

    @property
    def anchor(self) -> str:
        """The end of the ids of its controls."""
        return self.entry.pointer.replace("/", "-")

    @property
    def verdict_name(self) -> str:
        return _VERDICT + self.entry.pointer

    @property
    def reason_name(self) -> str:
        return _REASON + self.entry.pointer


def entered(data: QueryDict) -> list[dict[str, str]]:
    """Return the judgements that a form sent; an answer without a verdict is not judged."""
    return [
        {
            "pointer": name.removeprefix(_VERDICT),
            "verdict": str(verdict),
            "reason": str(data.get(_REASON + name.removeprefix(_VERDICT), "")),
        }
        for name, verdict in data.items()
        if name.startswith(_VERDICT) and verdict
    ]


def page(
    user: User,
    section: Section,
    *,
    given: Iterable[Mapping[str, str]] | None = None,
    problems: Iterable[FieldProblem] = (),
    reopening: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the context. `given`: what the reviewer entered and could not be taken; it stands in the place of the draft."""
    onboarding, what = section.onboarding, definition(section.key)
    review = review_selectors.review(user, section) if roles.may_review(user) else None
    last = selectors.latest_review(section)
    answers = _answers(section, review, last, given, list(problems))
    waits = section.state == SectionState.SUBMITTED
    may_judge = onboarding.stage != Stage.CANCELLED and rules.may_judge(user, section)
    judged = judging.judged(section)
    return {
        "onboarding": onboarding,
        "section": section,
        "definition": what,
        "review": review,
        "last": last,
        "answers": answers,
        "to_judge": [one for one in answers if not one.judgement.stands],
        "standing": [one for one in answers if one.judgement.stands],
        "judged": sum(bool(one.judgement.verdict) for one in answers),
        "left": sum(not one.judgement.verdict for one in answers),
        "problems": list(problems),
        "reasons": REASONS,
        "rules": judged.problems,
        "hints": judged.hints,
        "checks": check_rows.read_only(onboarding),
        "history": _history(section),
        "topology": _drawing(section),
        "is_own": roles.may_review(user) and rules.wrote(user, section),
        "may_judge": may_judge and waits,
        "may_reopen": may_judge and SECTIONS.allows(section.state, "request_changes") and not waits,
        "reopening": reopening or {},
        "next_section": next_to_judge(onboarding, section.key),
    }


def _answers(
    section: Section,
    review: Review | None,
    last: SectionReview | None,
    given: Iterable[Mapping[str, str]] | None,
    problems: list[FieldProblem],
) -> list[JudgedAnswer]:
    what = definition(section.key)
    changed = {line.pointer: line for line in differences(what, last.answers, section.answers)} if last else {}
    asked = {one["pointer"]: one["reason"] for one in last.judgements if one["reason"]} if last else {}
    judgements = {one.pointer: one for one in review.judgements} if review else {}
    errors = {problem.pointer: problem.message for problem in problems}
    typed = None if given is None else {one["pointer"]: one for one in given}
    return [
        JudgedAnswer(
            entry=entry,
            judgement=_judgement(entry, judgements.get(entry.pointer), typed),
            changed=changed.get(entry.pointer),
            asked=asked.get(entry.pointer, ""),
            error=errors.get(f"judge-{entry.pointer}", ""),
        )
        for entry in what.entries(section.answers)
    ]


def _judgement(entry: Entry, kept: Judgement | None, typed: Mapping[str, Mapping[str, str]] | None) -> Judgement:
    kept = kept or Judgement(entry.pointer, entry.label, "")
    if typed is None:
        return kept
    words = typed.get(entry.pointer, {"verdict": "", "reason": ""})
    stands = kept.stands and words["verdict"] == Verdict.APPROVED
    return Judgement(kept.pointer, kept.label, kept.digest, words["verdict"], words["reason"], stands)


def _history(section: Section) -> list[tuple[str, AuditEvent]]:
    """What was done with the section as a whole, in words, the newest first."""
    events = AuditEvent.objects.filter(subject_type="section", subject_id=section.pk, action__in=_HISTORY)
    found = events.select_related("actor").order_by("-sequence")[:_SHOWN_EVENTS]
    return [(_HISTORY[event.action], event) for event in found]


def _drawing(section: Section) -> dict[str, Any] | None:
    if section.key not in planned.SECTIONS:
        return None
    drawn = Section.objects.filter(onboarding=section.onboarding_id, key__in=planned.SECTIONS)
    return planned.topology(dict(drawn.values_list("key", "answers")))


def next_to_judge(onboarding: Onboarding, key: str) -> Section | None:
    """Return the section after this one that waits for review, from the first on where none is left behind it."""
    rows = list(Section.objects.filter(onboarding=onboarding, state=SectionState.SUBMITTED).order_by("position"))
    keys = [row.key for row in rows]
    after = [row for row in rows if row.key != key]
    if key in keys:
        after = rows[keys.index(key) + 1 :] + rows[: keys.index(key)]
    return next(iter(after), None)


def address(section: Section) -> str:
    return reverse("review_section", args=(section.onboarding_id, section.key))
