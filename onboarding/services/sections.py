"""Answering: save a draft, submit it for review, take it back."""

from typing import Any

from django.db import transaction

from onboarding import rules
from onboarding.models import Onboarding, Section
from onboarding.sections import across, definition
from onboarding.sections.definition import SectionDefinition, asked_questions
from onboarding.sections.questions import BLOCKING
from onboarding.services import accounts, mail, onboardings, secret_answers
from onboarding.states import SECTIONS, SectionState, Stage
from portal.accounts.models import User
from portal.audit.services import record
from portal.core import clock
from portal.core.errors import Conflict, FieldProblem, Forbidden, Invalid, Stale


def save(section: Section, *, answers: dict[str, Any], revision: int, by: User) -> Section:
    """The draft holds these answers, canonical where they are sound; an answer that breaks a rule is kept as typed.

    Left out or empty means not answered, except that a secret keeps what is stored and a question that is not asked keeps
    its answer. Order: lock, revision, shape, seal secrets, write, audit. Raises `Forbidden`, `Stale` with the stored
    answers, `Conflict` when it is submitted or approved, `Invalid` when a value has the wrong type.
    """
    _require_author(by, section)
    with transaction.atomic():
        lock(section)
        require_revision(section, revision)
        state = SECTIONS.after(section.state, "save")
        what = definition(section.key)
        cleaned = _kept(section, what, answers)
        if cleaned == section.answers and state == section.state:
            return section
        before, section.answers = section.answers, cleaned
        section.edited_by, section.edited_at = by, clock.now()
        write(section, state=state, fields=["answers", "edited_by", "edited_at"])
        record(rules.SAVED, section, by=by, customer=section.customer, **_difference(what, before, cleaned))
        _name_accounts(section, what)
        onboardings.refresh_stage(section.onboarding)
    return section


def _kept(section: Section, what: SectionDefinition, answers: dict[str, Any]) -> dict[str, Any]:
    cleaned, found = what.clean(answers)
    blocking = [problem for problem in found if problem.code in BLOCKING]
    if blocking:
        raise Invalid(blocking)
    asked = {question.key for question in asked_questions(what.questions, cleaned)}
    hidden = {key: value for key, value in section.answers.items() if key not in asked and key not in cleaned}
    return secret_answers.seal(section, what, {**hidden, **cleaned})


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
    what = definition(section.key)
    _, found = what.clean(section.answers)
    others = Section.objects.filter(onboarding=section.onboarding_id).exclude(pk=section.pk)
    answers = {key: definition(key).sound(given) for key, given in others.values_list("key", "answers")}
    answers[section.key] = what.sound(section.answers)
    found += across.problems(section.key, answers)
    if section.key == accounts.SECTION_KEY:
        found += accounts.problems(section, answers[section.key].get("environments", []))
    return found


def submit(section: Section, *, revision: int, by: User) -> Section:
    """The section waits for review, and the reviewers are told. Raises `Invalid` with every problem, `Stale`, `Conflict`."""
    _require_author(by, section)
    with transaction.atomic():
        lock(section)
        require_revision(section, revision)
        _submit(section, by=by)
        mail.submitted(section.onboarding, [section], by=by)
        onboardings.refresh_stage(section.onboarding)
    return section


def submit_all(onboarding: Onboarding, *, by: User) -> list[Section]:
    """Every section that is not with the reviewers yet is submitted, or none.

    Raises `Invalid` with the problems of all; their pointers start with the section's key.
    """
    if not rules.may_submit(by, onboarding):
        raise Forbidden("You can read these answers, but not submit them.")
    with transaction.atomic():
        onboardings.lock(onboarding)
        _require_open(onboarding)
        due = [section for section in _locked_sections(onboarding) if section.state not in _WITH_REVIEWERS]
        if not due:
            raise Conflict("Every section is submitted already.")
        found = [_under(section, problem) for section in due for problem in problems(section)]
        if found:
            raise Invalid(found)
        for section in due:
            _submit(section, by=by)
        mail.submitted(onboarding, due, by=by)
        onboardings.refresh_stage(onboarding)
    return due


_WITH_REVIEWERS = (SectionState.SUBMITTED, SectionState.APPROVED)


def _locked_sections(onboarding: Onboarding) -> list[Section]:
    sections = list(Section.objects.select_for_update().filter(onboarding=onboarding).order_by("position"))
    for section in sections:
        section.onboarding, section.customer = onboarding, onboarding.customer
    return sections


def _under(section: Section, problem: FieldProblem) -> FieldProblem:
    title = definition(section.key).title
    return FieldProblem(f"{section.key}/{problem.pointer}", f"{title}: {problem.message}", problem.code)


def _submit(section: Section, *, by: User) -> None:
    """An untouched section is told what is missing rather than that it is empty."""
    found = problems(section)
    if found and section.state not in _WITH_REVIEWERS:
        raise Invalid(found)
    before = section.state
    section.submitted_by, section.submitted_at = by, clock.now()
    write(section, state=SECTIONS.after(before, "submit"), fields=["submitted_by", "submitted_at"])
    after = {"state": section.state, "revision": section.revision}
    record("section.submitted", section, by=by, customer=section.customer, before={"state": before}, after=after)


def withdraw(section: Section, *, by: User) -> Section:
    """The section is a draft again, to be changed before anyone judged it. Raises `Conflict` when it is not submitted."""
    _require_author(by, section)
    with transaction.atomic():
        lock(section)
        before = section.state
        write(section, state=SECTIONS.after(before, "withdraw"))
        after = {"state": section.state}
        record("section.withdrawn", section, by=by, customer=section.customer, before={"state": before}, after=after)
        onboardings.refresh_stage(section.onboarding)
    return section


def lock(section: Section) -> None:
    """Hold onboarding and section until the transaction ends and read them afresh.

    Raises `Conflict` when the onboarding is over.
    """
    onboardings.lock(section.onboarding)
    _require_open(section.onboarding)
    section.refresh_from_db(
        from_queryset=Section.objects.select_for_update(of=("self",)).select_related("onboarding", "customer")
    )


def require_revision(section: Section, revision: int) -> None:
    """Raise `Stale`, with the stored answers, when the section has another revision than the caller read."""
    if revision != section.revision:
        who = section.edited_by or "Somebody else"
        message = f"{who} changed this section since you opened it."
        raise Stale(message, revision=section.revision, current=section.answers)


def _require_open(onboarding: Onboarding) -> None:
    if onboarding.stage == Stage.CANCELLED:
        raise Conflict("This onboarding is cancelled: its answers can be read, not changed.")


def write(section: Section, *, state: str, fields: list[str] | None = None) -> None:
    """Write the section under its next revision."""
    section.state, section.revision = state, section.revision + 1
    section.save(update_fields=["state", "revision", *(fields or [])])


def _require_author(by: User, section: Section) -> None:
    if not rules.may_answer(by, section):
        raise Forbidden("You can read these answers, but not change them.")
