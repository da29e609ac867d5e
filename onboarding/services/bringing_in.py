"""Answers that come from elsewhere than a section's form: from a file, or from an earlier onboarding.

They are saved by `sections.save`, section by section in one transaction, so every rule is the form's. A dry run is the same
act, taken back at its end.
"""

from collections import Counter
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from onboarding import approvals, rules
from onboarding.differences import Difference, differences
from onboarding.files import STORED
from onboarding.models import Onboarding, Section
from onboarding.sections import definition, not_known
from onboarding.sections.definition import SectionDefinition
from onboarding.sections.questions import MISSING, WRONG_TYPE
from onboarding.services import judging, onboardings, revisions, sections
from onboarding.states import SECTIONS, SectionState
from portal.accounts.models import User
from portal.core.errors import FieldProblem, Forbidden, Invalid, Stale

SECRET = "secret_in_file"
"""The code of the problem that a password in plain text is."""


class Outcome(StrEnum):
    CHANGED = "changed"
    SAME = "same"
    LEFT = "left"
    REFUSED = "refused"


@dataclass(slots=True)
class SectionChange:
    """What became of one section, or would. `problems` stand against submitting, or, where it is refused, against saving.

    Their pointers lead into the section's answers. `missing` and `to_find_out` count what is not answered.
    """

    key: str
    title: str
    outcome: Outcome
    revision: int
    """The revision that was read: what an act with these words in mind has to name."""
    differences: list[Difference] = field(default_factory=list)
    problems: list[FieldProblem] = field(default_factory=list)
    missing: int = 0
    to_find_out: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to do: the answers of each section, and the revisions they were compared with (None: as they are now)."""

    answers: Mapping[str, Any]
    revisions: Mapping[str, int] | None
    withdraw: bool = False


def bring_in(onboarding: Onboarding, wish: Wish, *, by: User) -> list[SectionChange]:
    """Every section that differs is a draft with these answers; the caller holds the transaction and looks for refusals.

    A section left out stays as it is, and so does one that is submitted, unless `withdraw`, or approved. Raises `Forbidden`,
    `Conflict` when the onboarding is over, `Stale` when a section has another revision than the one compared with, `Invalid`
    when that is not said.
    """
    hold(onboarding, by=by)
    found = {section.key: section for section in _sections(onboarding)}
    changes = [_bring_in(found[key], wish, by=by) for key in found if key in wish.answers]
    for change in changes:
        if change.outcome == Outcome.CHANGED:
            _judge(change, found[change.key], wish.answers[change.key])
    return changes


def hold(onboarding: Onboarding, *, by: User) -> None:
    """Nobody else changes this onboarding until the transaction ends. Raises `Forbidden`, `Conflict` when it is over."""
    if not rules.may_submit(by, onboarding):
        raise Forbidden("You can read these answers, but not change them.")
    onboardings.lock(onboarding)
    revisions.require_open(onboarding)


def _sections(onboarding: Onboarding) -> list[Section]:
    rows = Section.objects.select_for_update(of=("self",)).select_related("edited_by").filter(onboarding=onboarding)
    found = list(rows.order_by("position"))
    for section in found:
        section.onboarding, section.customer = onboarding, onboarding.customer
    return found


def _bring_in(section: Section, wish: Wish, *, by: User) -> SectionChange:
    what, before, revision = definition(section.key), deepcopy(section.answers), section.revision
    change = SectionChange(section.key, what.title, Outcome.SAME, revision)
    answers, secrets = _without_secrets(what, wish.answers[section.key])
    if secrets:
        change.outcome, change.problems = Outcome.REFUSED, secrets
        return change
    if _same(section, answers):
        return change
    if not SECTIONS.allows(section.state, "save") and not (
        wish.withdraw and SECTIONS.allows(section.state, "withdraw")
    ):
        change.outcome, change.note = Outcome.LEFT, _why_left(section)
        return change
    _require(section, what, wish)
    try:
        _save(section, answers, by=by)
    except Invalid as error:
        change.outcome = Outcome.REFUSED
        change.problems = [_hinted(problem, answers) for problem in error.problems]
        return change
    change.outcome = Outcome.SAME if section.revision == revision else Outcome.CHANGED
    change.differences = differences(what, before, section.answers)
    return change


def _without_secrets(what: SectionDefinition, answers: Any) -> tuple[Any, list[FieldProblem]]:
    """A secret stays as it is stored. In plain text it is refused: files are kept, copied and mailed."""
    if not isinstance(answers, Mapping):
        return answers, []
    message = f"A password does not belong in a file. Take it out, and enter it on the page “{what.title}”."
    given = [key for key in what.secrets if isinstance(answers.get(key), str) and answers[key]]
    kept = {key: value for key, value in answers.items() if not (key in what.secrets and _stands_for_one(value))}
    return kept, [FieldProblem(key, message, SECRET) for key in given]


def _stands_for_one(value: Any) -> bool:
    return value in (None, "") or (isinstance(value, Mapping) and set(value) == {STORED})


def _same(section: Section, answers: Any) -> bool:
    """True when nothing would change. An untouched section that gets no answers stays untouched."""
    try:
        return sections.as_draft(section, answers) == section.answers
    except Invalid:
        return False


def _why_left(section: Section) -> str:
    if section.state == SectionState.SUBMITTED:
        return "It is submitted and stays as it is. Withdraw it to change it."
    return "It is approved and stays as it is. A reviewer can open it again."


def _require(section: Section, what: SectionDefinition, wish: Wish) -> None:
    if wish.revisions is None:
        return
    if section.key not in wish.revisions:
        message = f"Enter the revision of {what.title} that you compared with; a dry run says it"
        raise Invalid([FieldProblem(f"revisions/{section.key}", message, "missing")])
    try:
        revisions.require(section, wish.revisions[section.key])
    except Stale as stale:
        raise Stale(f"{what.title}: {stale.message}", revision=stale.revision, current=stale.current) from None


def _save(section: Section, answers: Any, *, by: User) -> None:
    if SECTIONS.allows(section.state, "withdraw"):
        sections.withdraw(section, by=by)
    sections.save(section, answers=answers, revision=section.revision, by=by)


def _hinted(problem: FieldProblem, answers: Any) -> FieldProblem:
    """A number where text belongs is most often one that lacks its quotes."""
    value = approvals.at(answers, problem.pointer) if isinstance(answers, Mapping) else None
    unquoted = isinstance(value, int | float) or (isinstance(value, list) and any(_is_number(item) for item in value))
    if problem.code != WRONG_TYPE or not unquoted or "text" not in problem.message:
        return problem
    return FieldProblem(problem.pointer, f"{problem.message}. Put it in quotes.", problem.code)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _judge(change: SectionChange, section: Section, answers: Any) -> None:
    """Judge what is stored. It is told where it was given."""
    problems = judging.problems(section)
    counts = Counter(problem.code for problem in problems)
    change.missing, change.to_find_out = counts[MISSING], counts[not_known.TO_FIND_OUT]
    against = [problem for problem in problems if problem.code not in (MISSING, not_known.TO_FIND_OUT)]
    change.problems = [replace(problem, pointer=_as_given(problem.pointer, answers)) for problem in against]


def _as_given(pointer: str, answers: Any) -> str:
    """Return the place that an item of a stored list had when it was given: the empty ones above it were left out."""
    above, _, last = pointer.rpartition("/")
    values = approvals.at(answers, above)
    if not isinstance(values, list) or not last.isdigit():
        return pointer
    filled = [index for index, value in enumerate(values) if not (isinstance(value, str) and not value.strip())]
    return f"{above}/{filled[int(last)]}" if int(last) < len(filled) else pointer
