"""Reviews that nobody does: reviewers are reminded, then the account manager is told, and a draft left lying is thrown away.

Hours count on working days of the customer. Every worker may look at any moment: a section is claimed with its row, and what
was said of it is written in the same transaction, so that each event leaves one message per reader.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from onboarding import review_clock
from onboarding.models import ReviewDraft, Section
from onboarding.services import mail
from onboarding.states import SectionState, Stage
from portal.audit.services import record
from portal.core import clock


def look() -> None:
    """Remind, escalate and expire whatever is due now."""
    now = clock.now()
    _tell("reminded_at", settings.REVIEW_REMINDER, mail.review_waits, now)
    _tell("escalated_at", settings.REVIEW_ESCALATION, mail.review_overdue, now)
    expire_drafts(now)


def _tell(mark: str, after: timedelta, tell: Callable[[list[Section]], None], now: datetime) -> None:
    """Say once of every section that waits for longer than `after`; those of one onboarding are one message."""
    for onboarding in sorted({section.onboarding_id for section in _due(_waiting(mark), after, now)}):
        with transaction.atomic():
            held = _waiting(mark).filter(onboarding=onboarding).select_for_update(of=("self",), skip_locked=True)
            sections = _due(held, after, now)
            if not sections:
                continue  # another worker holds them
            tell(sections)
            Section.objects.filter(pk__in=[section.pk for section in sections]).update(**{mark: now})
            for section in sections:
                said = {"waits_since": section.submitted_at, "revision": section.revision}
                action = f"section.review_{mark.removesuffix('_at')}"
                record(action, section, by=None, customer=section.customer, after=said)


def _waiting(mark: str) -> QuerySet[Section]:
    waiting = Section.objects.filter(state=SectionState.SUBMITTED, **{mark: None})
    waiting = waiting.exclude(onboarding__stage=Stage.CANCELLED).exclude(submitted_at=None)
    return waiting.select_related("customer", "onboarding", "onboarding__account_manager").order_by("position")


def _due(sections: Iterable[Section], after: timedelta, now: datetime) -> list[Section]:
    return [
        section for section in sections if section.submitted_at and _is_over(section.submitted_at, section, after, now)
    ]


def _is_over(since: datetime, section: Section, length: timedelta, now: datetime) -> bool:
    return review_clock.later(since, length, section.customer.time_zone) <= now


def expire_drafts(now: datetime) -> None:
    """A draft that its reviewer left lying is gone: the section is nobody's again, and the reviewer is told."""
    drafts = ReviewDraft.objects.select_related("section", "section__onboarding", "section__customer", "reviewer")
    for draft in drafts.order_by("touched_at", "pk"):
        if _is_over(draft.touched_at, draft.section, settings.REVIEW_DRAFT_LIFETIME, now):
            _expire(draft)


def _expire(draft: ReviewDraft) -> None:
    with transaction.atomic():
        held = ReviewDraft.objects.select_for_update(skip_locked=True)
        if not held.filter(pk=draft.pk, touched_at=draft.touched_at).exists():
            return  # it was touched, finished or expired a moment ago
        mail.draft_expired(draft)
        said = {"reviewer": str(draft.reviewer), "judged": len(draft.judgements)}
        record("section.review_draft_expired", draft.section, by=None, customer=draft.section.customer, before=said)
        draft.delete()
