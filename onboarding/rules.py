"""Who may do what in the intake and its review. What a role is worth is decided in `portal.accounts.rules`."""

from collections.abc import Iterable

from onboarding.models import Onboarding, Section
from portal.accounts import rules as roles
from portal.accounts.models import User
from portal.audit.models import AuditEvent

SAVED = "section.saved"
"""The audit action that makes a person an author of a section."""


def may_open(user: User) -> bool:
    return roles.may_open_onboarding(user)


def may_cancel(user: User, onboarding: Onboarding) -> bool:
    return roles.may_open_onboarding(user)


def may_assign(user: User) -> bool:
    """True for who may hand an onboarding over to another account manager."""
    return roles.may_open_onboarding(user)


def may_answer(user: User, section: Section) -> bool:
    return roles.may_edit_intake(user, section.customer)


def may_submit(user: User, onboarding: Onboarding) -> bool:
    return roles.may_edit_intake(user, onboarding.customer)


def may_check(user: User, section: Section) -> bool:
    """True for who may have the section's answers checked again, and confirm what only a person can look at."""
    return roles.may_edit_intake(user, section.customer)


def may_judge(user: User, section: Section) -> bool:
    """Reviewers judge what others answered: neither what they submitted nor what they ever edited."""
    return roles.may_review(user) and not wrote(user, section)


def wrote(user: User, section: Section) -> bool:
    """True when this person submitted the section or ever saved an answer of it."""
    return section.pk in wrote_any(user, [section])


def wrote_any(user: User, sections: Iterable[Section]) -> set[str]:
    """Return the ids of those of these sections that this person wrote, by at most one statement."""
    rows = list(sections)
    by_row = {row.pk for row in rows if user.pk in (row.submitted_by_id, row.edited_by_id)}
    others = [row.pk for row in rows if row.pk not in by_row]
    if not others:
        return by_row
    saved = AuditEvent.objects.filter(subject_type="section", subject_id__in=others, action=SAVED, actor=user)
    return by_row | set(saved.values_list("subject_id", flat=True))
