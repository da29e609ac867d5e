"""What the provider asks before a kind of section is approved: how many reviewers, or a written condition."""

from django.db import transaction

from onboarding.models import ReviewPolicy
from onboarding.sections import definition
from portal.accounts import rules as roles
from portal.accounts.models import User
from portal.audit.services import record
from portal.core import clock
from portal.core.errors import FieldProblem, Forbidden, Invalid

MOST_APPROVERS = 5
LONGEST_CONDITION = 500


def of(key: str) -> ReviewPolicy:
    """Return the policy of this kind of section; where none is set, one approver and no condition."""
    found = ReviewPolicy.objects.select_related("changed_by").filter(key=key).first()
    return found or ReviewPolicy(key=key, approvers=1)


def change(key: str, *, approvers: int, condition: str, by: User) -> ReviewPolicy:
    """From now on this many different reviewers approve such a section. With a condition the portal approves by itself what
    meets it, and the audit names the condition and its author.

    Raises `Forbidden`, `NotFound` for an unknown section, `Invalid`.
    """
    if not roles.is_administrator(by):
        raise Forbidden("Only an administrator of the provider's decides what a review asks for.")
    definition(key)
    words = condition.strip()
    problems = list(_problems(approvers, words))
    if problems:
        raise Invalid(problems)
    with transaction.atomic():
        before = _said(of(key))
        policy, _ = ReviewPolicy.objects.update_or_create(
            key=key,
            defaults={"approvers": approvers, "condition": words, "changed_by": by, "changed_at": clock.now()},
        )
        record("review_policy.changed", policy, by=by, customer=None, before=before, after=_said(policy))
    return policy


def _problems(approvers: int, condition: str) -> list[FieldProblem]:
    problems = []
    if not 1 <= approvers <= MOST_APPROVERS:
        problems.append(FieldProblem("approvers", f"Approvers must be 1 to {MOST_APPROVERS}; this is {approvers}."))
    if len(condition) > LONGEST_CONDITION:
        problems.append(
            FieldProblem("condition", f"The condition must be at most {LONGEST_CONDITION} characters long.")
        )
    if condition and approvers > 1:
        message = "What several people must approve, no condition approves. Ask for one approver, or leave this empty."
        problems.append(FieldProblem("condition", message))
    return problems


def _said(policy: ReviewPolicy) -> dict[str, object]:
    return {"approvers": policy.approvers, "condition": policy.condition}
