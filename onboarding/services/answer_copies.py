"""A fresh onboarding begins with what an earlier one of the same customer answered.

Copied are drafts of the sections that nobody began here. Passwords are not copied, and what holds for one environment only (AWS
account, VPC, CIDR blocks) is not either unless asked for: where it must be answered, it is to find out.
"""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from onboarding.models import Onboarding, Section
from onboarding.sections import definition, not_known
from onboarding.sections.definition import Rows
from onboarding.sections.questions import Question
from onboarding.sections.sealed import Secret
from onboarding.services import bringing_in
from onboarding.services.bringing_in import Outcome, SectionChange, Wish
from onboarding.states import SectionState
from portal.accounts.models import User
from portal.audit.services import record
from portal.core.errors import Conflict, FieldProblem, Invalid


def preview(onboarding: Onboarding, source: Onboarding, *, by: User, environments: bool = False) -> list[SectionChange]:
    """Return what copying would change. Nothing is. Raises what `copy` raises, but no `Conflict` for lack of changes."""
    with transaction.atomic():
        changes = _copy(onboarding, source, by=by, environments=environments)
        transaction.set_rollback(True)
    onboarding.refresh_from_db()
    return changes


def copy(onboarding: Onboarding, source: Onboarding, *, by: User, environments: bool = False) -> list[SectionChange]:
    """Every section that nobody began is a draft with the source's answers. `environments`: what is bound to them too.

    Raises `Forbidden`, `Invalid` when the source is another customer's or the same onboarding, `Conflict` when the onboarding
    is over or nothing is left to copy.
    """
    with transaction.atomic():
        changes = _copy(onboarding, source, by=by, environments=environments)
        copied = [change.key for change in changes if change.outcome == Outcome.CHANGED]
        if not copied:
            raise Conflict("There is nothing to copy: every section that is answered there is begun here already.")
        after = {"from": source.reference, "sections": copied}
        record("onboarding.answers_copied", onboarding, by=by, customer=onboarding.customer, after=after)
    return changes


def _copy(onboarding: Onboarding, source: Onboarding, *, by: User, environments: bool) -> list[SectionChange]:
    bringing_in.hold(onboarding, by=by)
    if source.customer_id != onboarding.customer_id or source.pk == onboarding.pk:
        raise Invalid([FieldProblem("onboarding", "Select another onboarding of the same customer", "unknown_id")])
    begun = {
        section.key: section
        for section in Section.objects.filter(onboarding=onboarding).exclude(state=SectionState.EMPTY)
    }
    given = Section.objects.filter(onboarding=source).exclude(state=SectionState.EMPTY).order_by("position")
    answers = {
        section.key: copied(definition(section.key).questions, section.answers, environments=environments)
        for section in given
    }
    fresh = {key: value for key, value in answers.items() if key not in begun}
    changes = bringing_in.bring_in(onboarding, Wish(fresh, None), by=by)
    return changes + [_left(begun[key]) for key in answers if key in begun]


def _left(section: Section) -> SectionChange:
    title = definition(section.key).title
    note = "Answers are here already, and stay as they are."
    return SectionChange(section.key, title, Outcome.LEFT, section.revision, note=note)


def copied(questions: tuple[Question, ...], answers: Mapping[str, Any], *, environments: bool) -> dict[str, Any]:
    """Return the answers of one group as another onboarding takes them over."""
    kept: dict[str, Any] = {}
    listed = not_known.marked(answers)
    for question in questions:
        value = answers.get(question.key)
        if isinstance(question, Secret) or (question.bound and not environments):
            listed += [question.key] if question.required and value is not None else []
        elif isinstance(question, Rows) and value is not None:
            kept[question.key] = [copied(question.questions, row, environments=environments) for row in value]
        elif value is not None:
            kept[question.key] = value
    return {**kept, not_known.KEY: listed} if listed else kept
