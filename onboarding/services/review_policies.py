"""What the provider asks before a kind of section is approved: how many reviewers, or a written condition."""

from django.db import transaction

from onboarding.models import ReviewPolicy
from onboarding.sections import SECTIONS, definition
from portal.accounts import rules as roles
from portal.accounts.models import User
from portal.audit.services import record
from portal.core import clock
from portal.core.errors import FieldProblem, Forbidden, Invalid

MOST_APPROVERS = 5
LONGEST_CONDITION = 500


def of(key: str) -> ReviewPolicy:
    """Return the policy of this kind of section; where none is set, one approver and no condition. Raises `NotFound`."""
    definition(key)
    found = ReviewPolicy.objects.select_related("changed_by").filter(key=key).first()
    return found or ReviewPolicy(key=key, approvers=1)


def all_in_order() -> list[ReviewPolicy]:
    """Return the policy of every kind of section, in the order of the intake."""
    found = {policy.key: policy for policy in ReviewPolicy.objects.select_related("changed_by")}
    return [found.get(section.key) or ReviewPolicy(key=section.key, approvers=1) for section in SECTIONS]


def change(key: str, *, approvers: int, condition: str, by: User) -> ReviewPolicy:
    """From now on this many different reviewers approve such a section. With a condition the portal approves by itself what
    meets it, and the audit names the condition and its author.

    Raises `Forbidden`, `NotFound` for an unknown section, `Invalid`.
    """
    if not roles.is_administrator(by):
        raise Forbidden("Only an administrator of the provider's decides what a review asks for.")
    before, words = _said(of(key)), condition.strip()
    problems = list(_problems(approvers, words))
    if problems:
        raise Invalid(problems)
    with transaction.atomic():
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
