"""Reviews that nobody does: reviewers are reminded, then the account manager is told again and again, and a draft left lying is
thrown away.

Hours count on working days of the customer. Every worker may look at any moment: the sections of an onboarding are claimed with
the onboarding's row, and what was said of them is written in the same transaction, so that each event leaves one message per
reader.
"""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from onboarding import review_clock
from onboarding.models import Onboarding, ReviewDraft, Section
from onboarding.services import mail
from onboarding.states import SectionState, Stage
from portal.audit.services import record
from portal.core import clock

_AGAIN = frozenset({"escalated_at"})
"""What is said again for as long as nobody comes; everything else once per submission."""


def look() -> None:
    """Remind, escalate and expire whatever is due now."""
    now = clock.now()
    _tell("reminded_at", settings.REVIEW_REMINDER, mail.review_waits, now)
    _tell("escalated_at", settings.REVIEW_ESCALATION, mail.review_overdue, now)
    expire_drafts(now)


def _tell(mark: str, after: timedelta, tell: Callable[[list[Section]], None], now: datetime) -> None:
    """Say it of every section that waits for longer than `after`; those of one onboarding are one message."""
    for onboarding in sorted({section.onboarding_id for section in _due(mark, _waiting(mark, after, now), after, now)}):
        with transaction.atomic():
            if not Onboarding.objects.select_for_update(skip_locked=True).filter(pk=onboarding).exists():
                continue  # another worker is at it; of its sections alone each could get a few, and write of those
            held = _waiting(mark, after, now).filter(onboarding=onboarding)
            sections = _due(mark, held.select_for_update(of=("self",), skip_locked=True), after, now)
            if not sections:
                continue
            tell(sections)
            Section.objects.filter(pk__in=[section.pk for section in sections]).update(**{mark: now})
            for section in sections:
                said = {"waits_since": section.submitted_at, "revision": section.revision}
                action = f"section.review_{mark.removesuffix('_at')}"
                record(action, section, by=None, customer=section.customer, after=said)


def _waiting(mark: str, after: timedelta, now: datetime) -> QuerySet[Section]:
    """Return what may be due by the clock on the wall, which is never behind that of working days."""
    due = Q(**{mark: None}, submitted_at__lte=now - after)
    if mark in _AGAIN:
        due |= Q(**{f"{mark}__lte": now - after})
    waiting = Section.objects.filter(due, state=SectionState.SUBMITTED).exclude(onboarding__stage=Stage.CANCELLED)
    return waiting.select_related("customer", "onboarding", "onboarding__account_manager").order_by("position")


def _due(mark: str, sections: Iterable[Section], after: timedelta, now: datetime) -> list[Section]:
    since = [(section, getattr(section, mark) or section.submitted_at) for section in sections]
    return [section for section, begun in since if begun and _is_over(begun, section, after, now)]


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
