"""How long what was seen in AWS counts: each automatic item for as long as it says itself, and a grace beside it."""

from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet

from environments.models import ChecklistItem, Environment
from environments.states import ItemKind
from portal.core import clock
from portal.core.errors import Conflict
from portal.ui import times


def interval(item: ChecklistItem) -> timedelta:
    """Return how long what was seen of the item counts as looked at."""
    minutes = item.template_item and item.template_item.recheck_minutes
    return timedelta(minutes=minutes) if minutes else settings.DRIFT_INTERVAL


def grace() -> timedelta:
    """Return how much longer a hand-over goes by it: half of `DRIFT_INTERVAL`. What is due is searched for every quarter of
    that, and the look itself takes its time."""
    return settings.DRIFT_INTERVAL / 2


def due(environment: Environment) -> QuerySet[ChecklistItem]:
    """The automatic items that are to be looked at again now."""
    return environment.checklist_items.filter(kind=ItemKind.AUTOMATIC, due_at__lte=clock.now())


def too_old(environment: Environment) -> str:
    """Return in a sentence what was not looked at for longer than a hand-over may go by it; empty where all was."""
    before = clock.now() - grace()
    old = environment.checklist_items.filter(Q(due_at=None) | Q(due_at__lte=before), kind=ItemKind.AUTOMATIC)
    items = list(old.select_related("template_item").order_by(F("due_at").asc(nulls_first=True), "position"))
    if not items:
        return ""
    first, others = items[0], len(items) - 1
    more = f", and the same goes for {others} other {'item' if others == 1 else 'items'}" if others else ""
    return f"“{first.title}” {_since(first)}{more}."


def require_looked_at(environment: Environment, *, then: str) -> None:
    """Raise `Conflict` where anything was not looked at in time. `then`: what to do once it is."""
    if old := too_old(environment):
        raise Conflict(
            f"What is known of {environment} is too old to go by: {old}",
            code="not_looked_at",
            remedy=f"Choose “Check again” on its checklist. {then} once AWS was looked at.",
        )


def _since(item: ChecklistItem) -> str:
    if item.due_at is None:
        return "was not looked at yet"
    return f"was last looked at on {times.absolute(item.due_at - interval(item))}"
