"""Who may do what in the intake and its review. What a role is worth is decided in `portal.accounts.rules`."""

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
    if user.pk in (section.submitted_by_id, section.edited_by_id):
        return True
    saved = AuditEvent.objects.filter(subject_type="section", subject_id=section.pk, action=SAVED)
    return saved.filter(actor=user).exists()
