"""Approval by rule: what the portal approves itself, under a condition that a person wrote down. Off unless one did.

A section qualifies when its kind has a condition, its checks are all green, and nothing about it is unusual. What counts as
unusual is listed here, and nowhere else.
"""

from collections.abc import Callable

from django.db import transaction

from onboarding import approvals, check_results, rules
from onboarding.models import ReviewPolicy, Section, SectionReview
from onboarding.sections import definition
from onboarding.sections.questions import LongText
from onboarding.services import judging, review_policies, reviews, revisions
from onboarding.states import CheckVerdict, SectionState, Stage
from portal.accounts import rules as roles

_GREEN = (CheckVerdict.OK, check_results.CONFIRMED)


def approve(section: Section) -> bool:
    """Approve a section that waits for review, and is held, if its condition is met. Return whether it was.

    The rules held when it was submitted; where they do not any more, a person decides what must change.
    """
    policy = review_policies.of(section.key)
    if not policy.condition or not all_green(section) or unusual(section, policy) or judging.problems(section):
        return False
    reviews.approve_by_condition(section, policy)
    return True


def approve_waiting() -> None:
    """Approve what waits and meets its condition by now: its checks end after it was submitted, or the condition is new."""
    keys = ReviewPolicy.objects.exclude(condition="").values("key")
    waiting = Section.objects.filter(key__in=keys, state=SectionState.SUBMITTED)
    waiting = waiting.exclude(onboarding__stage=Stage.CANCELLED).select_related("onboarding", "customer")
    for section in waiting.order_by("submitted_at", "pk"):
        with transaction.atomic():
            revisions.lock(section)
            if section.state == SectionState.SUBMITTED:
                approve(section)


def all_green(section: Section) -> bool:
    """Return whether every live check that the answers call for is well, or confirmed by a person. A warning is not."""
    results = check_results.of(section.onboarding).get(section.key, [])
    return all(result.state in _GREEN for result in results)


def unusual(section: Section, policy: ReviewPolicy) -> list[str]:
    """Return in words what about this section a person has to look at."""
    return [words for words, applies in UNUSUAL if applies(section, policy)]


def _was_sent_back(section: Section, policy: ReviewPolicy) -> bool:
    return section.reviews.filter(decision=SectionReview.Decision.CHANGES_REQUESTED).exists()


def _changed_since_approval(section: Section, policy: ReviewPolicy) -> bool:
    approved = section.reviews.filter(decision=SectionReview.Decision.APPROVED).first()
    return bool(approved and approved.digest != approvals.digest_of(section.answers))


def _entered_by_the_provider(section: Section, policy: ReviewPolicy) -> bool:
    return any(roles.is_provider(person) for person in (section.submitted_by, section.edited_by))


def _concerns_the_author(section: Section, policy: ReviewPolicy) -> bool:
    return rules.wrote(policy.changed_by, section)


def _says_it_in_own_words(section: Section, policy: ReviewPolicy) -> bool:
    asked = definition(section.key).visible(section.answers)
    return any(isinstance(one, LongText) and asked.get(one.key) for one in definition(section.key).questions)


UNUSUAL: tuple[tuple[str, Callable[[Section, ReviewPolicy], bool]], ...] = (
    ("A reviewer asked for a change before", _was_sent_back),
    ("An answer changed since it was approved", _changed_since_approval),
    ("The provider entered it on the customer's behalf", _entered_by_the_provider),
    ("The author of the condition gave an answer", _concerns_the_author),
    ("Something is said in own words", _says_it_in_own_words),
)
