"""Answering: save a draft, submit it for review, take it back."""

from typing import Any

from django.db import transaction

from onboarding import approvals, rules
from onboarding.models import Onboarding, Section
from onboarding.sections import across, definition, hidden, not_known
from onboarding.sections.definition import SectionDefinition
from onboarding.sections.questions import BLOCKING
from onboarding.services import (
    accounts,
    asks,
    checks,
    conditions,
    judging,
    mail,
    onboardings,
    revisions,
    secret_answers,
)
from onboarding.states import SECTIONS, SectionState
from portal.accounts.models import User
from portal.audit.services import record
from portal.core import clock, one_at_a_time
from portal.core.errors import Conflict, FieldProblem, Forbidden, Invalid


def save(section: Section, *, answers: dict[str, Any], revision: int, by: User) -> Section:
    """The draft holds these answers, canonical where they are sound; an answer that breaks a rule is kept as typed.

    Left out or empty means not answered, except that a secret keeps what is stored and a question that is not asked keeps
    its answer, in a row too. Order: lock, revision, shape, seal secrets, write, audit. Raises `Forbidden`, `Stale` with the
    stored answers, `Conflict` when it is submitted or approved, `Invalid` when a value has the wrong type or was approved
    already.
    """
    _require_author(by, section)
    with transaction.atomic():
        revisions.lock(section)
        revisions.require(section, revision)
        state = SECTIONS.after(section.state, "save")
        what = definition(section.key)
        cleaned = as_draft(section, answers)
        if cleaned == section.answers and state == section.state:
            asks.saved(section, by=by)
            return section
        section.approved = _still_approved(section, what, cleaned)
        before, section.answers = section.answers, cleaned
        section.edited_by, section.edited_at = by, clock.now()
        revisions.write(section, state=state, fields=["answers", "approved", "edited_by", "edited_at"])
        record(rules.SAVED, section, by=by, customer=section.customer, **_difference(what, before, cleaned))
        _name_accounts(section, what)
        asks.saved(section, by=by)
        onboardings.refresh_stage(section.onboarding)
        checks.follow_later(section.onboarding)
    return section


def as_draft(section: Section, answers: dict[str, Any]) -> dict[str, Any]:
    """Return what the section would hold, with new secrets sealed. Raises `Invalid` when no draft can hold an answer."""
    what = definition(section.key)
    cleaned, found = what.clean(answers)
    blocking = [problem for problem in found if problem.code in BLOCKING]
    if blocking:
        raise Invalid(blocking)
    answers = hidden.kept(what.questions, section.answers, cleaned)
    return not_known.tidy(secret_answers.seal(section, what, answers))


def _still_approved(section: Section, what: SectionDefinition, cleaned: dict[str, Any]) -> approvals.Approved:
    """Approved answers stay as they are; whoever wants to change one opens it first, and says why."""
    carried = approvals.carry(what, section.answers, cleaned, section.approved)
    if carried.broken:
        labels = {entry.pointer: entry.label for entry in what.entries(section.answers)}
        raise Invalid([_approved_already(what, labels, pointer) for pointer in carried.broken])
    return carried.approved


def _approved_already(what: SectionDefinition, labels: dict[str, str], pointer: str) -> FieldProblem:
    name = labels.get(pointer) or what.question(pointer.split("/")[0]).label
    message = (
        f"{name} is approved, so it stays as it is. To change it, open it with “Change another answer” and say why."
    )
    return FieldProblem(pointer, message, "approved")


def _difference(what: SectionDefinition, before: dict[str, Any], after: dict[str, Any]) -> dict[str, dict[str, Any]]:
    changed = {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    return {
        "before": secret_answers.masked(what, {key: before[key] for key in sorted(changed & before.keys())}),
        "after": secret_answers.masked(what, {key: after[key] for key in sorted(changed & after.keys())}),
    }


def _name_accounts(section: Section, what: SectionDefinition) -> None:
    if section.key == accounts.SECTION_KEY:
        accounts.ensure(section, what.sound(section.answers).get("environments", []))


def problems(section: Section) -> list[FieldProblem]:
    """Return everything that stands against submitting: missing, wrong, or at odds with the other sections."""
    return judging.problems(section)


def submit(section: Section, *, revision: int, by: User) -> Section:
    """The section waits for review, and the reviewers are told. Raises `Invalid` with every problem, `Stale`, `Conflict`."""
    _require_author(by, section)
    with transaction.atomic():
        revisions.lock(section)
        revisions.require(section, revision)
        _take_turns([section])
        _require_no_problem(section)
        _submit(section, by=by)
        _give_to_reviewers(section.onboarding, [section], by=by)
    return section


def submit_all(onboarding: Onboarding, *, by: User, ready_only: bool = False) -> list[Section]:
    """Every section that is not with the reviewers yet is submitted, or none; with `ready_only` those that have no problem.

    Raises `Invalid` with the problems of all, where they stand against submitting; their pointers start with the section's
    key.
    """
    if not rules.may_submit(by, onboarding):
        raise Forbidden("You can read these answers, but not submit them.")
    with transaction.atomic():
        onboardings.lock(onboarding)
        revisions.require_open(onboarding)
        due = [section for section in _locked_sections(onboarding) if section.state not in _WITH_REVIEWERS]
        if not due:
            raise Conflict("Every section is submitted already.")
        _take_turns(due)
        against = {section.pk: [_under(section, problem) for problem in problems(section)] for section in due}
        ready = [section for section in due if not against[section.pk]]
        if len(ready) < len(due) and not (ready_only and ready):
            raise Invalid([problem for section in due for problem in against[section.pk]])
        due = ready
        for section in due:
            _submit(section, by=by)
        _give_to_reviewers(onboarding, due, by=by)
    return due


_WITH_REVIEWERS = (SectionState.SUBMITTED, SectionState.APPROVED)


def _take_turns(submitted: list[Section]) -> None:
    """Who submits first has the range: two who submit in one moment are judged one after the other, not in ignorance of each
    other."""
    if any(section.key in across.LOOK_AROUND for section in submitted):
        one_at_a_time.hold("submitted ranges")


def _locked_sections(onboarding: Onboarding) -> list[Section]:
    sections = list(Section.objects.select_for_update().filter(onboarding=onboarding).order_by("position"))
    for section in sections:
        section.onboarding, section.customer = onboarding, onboarding.customer
    return sections


def _under(section: Section, problem: FieldProblem) -> FieldProblem:
    title = definition(section.key).title
    return FieldProblem(f"{section.key}/{problem.pointer}", f"{title}: {problem.message}", problem.code)


def _require_no_problem(section: Section) -> None:
    """An untouched section is told what is missing rather than that it is empty."""
    found = problems(section)
    if found and section.state not in _WITH_REVIEWERS:
        raise Invalid(found)


def _submit(section: Section, *, by: User) -> None:
    before = section.state
    section.submitted_by, section.submitted_at = by, clock.now()
    section.reminded_at = section.escalated_at = None
    times = ["submitted_by", "submitted_at", "reminded_at", "escalated_at"]
    revisions.write(section, state=SECTIONS.after(before, "submit"), fields=times)
    after = {"state": section.state, "revision": section.revision}
    record("section.submitted", section, by=by, customer=section.customer, before={"state": before}, after=after)
    asks.submitted(section, by=by)


def _give_to_reviewers(onboarding: Onboarding, submitted: list[Section], *, by: User) -> None:
    """Reviewers hear of what no written condition approved."""
    waiting = [section for section in submitted if not conditions.approve(section)]
    if waiting:
        mail.submitted(onboarding, waiting, by=by)
    onboardings.refresh_stage(onboarding)


def withdraw(section: Section, *, by: User) -> Section:
    """The section is a draft again, to be changed before anyone judged it. Raises `Conflict` when it is not submitted."""
    _require_author(by, section)
    with transaction.atomic():
        revisions.lock(section)
        before = section.state
        revisions.write(section, state=SECTIONS.after(before, "withdraw"))
        after = {"state": section.state}
        record("section.withdrawn", section, by=by, customer=section.customer, before={"state": before}, after=after)
        onboardings.refresh_stage(section.onboarding)
    return section


def _require_author(by: User, section: Section) -> None:
    if not rules.may_answer(by, section):
        raise Forbidden("You can read these answers, but not change them.")
