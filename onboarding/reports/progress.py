"""What is done of an onboarding, and when: sections approved and checklist items true."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Max
from django.utils import timezone

from environments.models import ChecklistItem
from environments.states import ItemState
from onboarding.models import Onboarding, SectionReview
from onboarding.states import SectionState
from portal.core import clock

DAYS = 14


@dataclass(frozen=True, slots=True)
class Progress:
    """`moments` says when each thing that is done became so, in order; `total` is how many there are, done or not."""

    moments: list[datetime]
    total: int

    @property
    def done(self) -> int:
        return len(self.moments)

    @property
    def lately(self) -> int:
        """How many were done in these 14 days."""
        return sum(self.days())

    def days(self) -> list[int]:
        """Return how many were done on each of the last 14 days, today last, in the reader's time zone."""
        today = timezone.localtime(clock.now()).date()
        counted = Counter(timezone.localtime(moment).date() for moment in self.moments)
        return [counted[today - timedelta(days=ago)] for ago in reversed(range(DAYS))]


def of(onboarding: Onboarding) -> Progress:
    """Return the progress of an onboarding that came from `selectors.onboarding`, by two statements."""
    sections = {section.pk: section for section in onboarding.sections.all()}
    approved = [pk for pk, section in sections.items() if section.state == SectionState.APPROVED]
    reviews = SectionReview.objects.filter(section__in=approved, decision=SectionReview.Decision.APPROVED)
    moments = list(reviews.order_by().values("section").annotate(at=Max("created_at")).values_list("at", flat=True))
    items = ChecklistItem.objects.filter(environment__in=[row.pk for row in onboarding.environments.all()])
    total = len(sections)
    for state, changed_at, checked_at in items.order_by().values_list("state", "changed_at", "checked_at"):
        total += 1
        if state == ItemState.GREEN and (at := changed_at or checked_at):
            moments.append(at)
    return Progress(sorted(moments), total)
