"""Which version of the checklist an environment has, and the items that its version and its newest approved answers call
for."""

from collections.abc import Iterable

from django.db.models import QuerySet

from environments import checklist_selectors, selectors
from environments.checklist import conditions, differences, first
from environments.models import ChecklistItem, ChecklistTemplate, Environment, Specification, TemplateItem
from environments.provisioning import graph
from environments.provisioning.specification import Spec
from environments.provisioning.steps import STEPS
from environments.services.checklist_signatures import take_back
from environments.states import ItemKind, ItemState
from portal.audit.services import record
from portal.core import clock

_NEWER_ANSWERS = "newer answers are approved"
_SAID = ("title", "group", "owner", "kind")
"""What an item has from its version."""


def latest() -> ChecklistTemplate:
    """Return the newest published version. An empty database gets those that the portal comes with."""
    shipped = (first.install(ChecklistTemplate, TemplateItem, clock.now(), number) for number in first.NOTES)
    return checklist_selectors.newest() or list(shipped)[-1]


def ensure(environment: Environment) -> None:
    """The environment has the items that its version and its newest specification call for, and no others; without a version it
    gets the newest. What vouches for older answers, a signature or something seen, counts no more. Call it in a transaction."""
    specification = environment.specifications.order_by("-version").first()
    if specification is None:
        return
    environment.refresh_from_db(fields=["checklist_template"])
    if environment.checklist_template is None:
        environment.checklist_template = latest()
        environment.save(update_fields=["checklist_template"])
    items = environment.checklist_items.select_related("customer", "environment", "template_item")
    for item in items.filter(state__in=(ItemState.GREEN, ItemState.SIGNED)):
        _open_outdated(item, specification)
    fit(environment, environment.checklist_template, specification)


def fit(environment: Environment, template: ChecklistTemplate, specification: Specification) -> None:
    """Make, change and drop items so that they are those of this version. Call it in a transaction."""
    wanted = called_for(template.items.all(), environment, Spec.of(specification.content))
    _drop(environment.checklist_items.exclude(key__in=[item.key for item in wanted]))
    standing = {item.key: item for item in environment.checklist_items.all()}
    first_look = clock.now() if selectors.is_watched(environment) else None
    fresh, changed = [], []
    for position, item in enumerate(wanted):
        said = {**{name: getattr(item, name) for name in _SAID}, "template_item_id": item.pk, "position": position}
        kept = standing.get(item.key)
        if kept is None:
            owned = {"customer_id": environment.customer_id, "environment": environment, "key": item.key}
            fresh.append(ChecklistItem(**owned, **said, due_at=first_look if item.is_automatic else None))
        elif any(getattr(kept, name) != value for name, value in said.items()):
            changed.append(kept)
            for name, value in said.items():
                setattr(kept, name, value)
    ChecklistItem.objects.bulk_create(fresh)
    ChecklistItem.objects.bulk_update(changed, [*_SAID, "template_item", "position"])


def called_for(items: Iterable[TemplateItem], environment: Environment, spec: Spec) -> list[TemplateItem]:
    """Return those of a version's items that these answers call for. An automatic one of whose steps none is needed is not
    asked: nothing could ever prove it."""
    steps = {step.key for step in graph.needed(STEPS, spec)}
    holding = (item for item in items if conditions.hold(item.conditions, environment, spec))
    return [item for item in holding if not item.is_automatic or steps.intersection(item.steps)]


def open_anew(item: ChecklistItem, why: str) -> None:
    """What was known of the item counts no more: a signature is taken back, what was seen has to be seen again. Call it in a
    transaction, with the item's customer and environment read."""
    if item.kind == ItemKind.MANUAL:
        take_back(item, by=None, why=why)
        return
    now, before = clock.now(), item.state
    item.state, item.changed_at, item.due_at = ItemState.OPEN, now, now
    item.evidence, item.revision = {}, item.revision + 1
    item.save(update_fields=["state", "changed_at", "due_at", "evidence", "revision"])
    after = {"state": item.state, "why": why}
    record("checklist_item.changed", item, by=None, customer=item.customer, before={"state": before}, after=after)


def alters_meaning(before: TemplateItem | None, after: TemplateItem) -> bool:
    """Return whether what proved the one does not prove the other."""
    return before is None or differences.of_item(before, after).alters_meaning


def _open_outdated(item: ChecklistItem, specification: Specification) -> None:
    proven_at = item.signed_at or item.changed_at if item.kind == ItemKind.MANUAL else item.checked_at
    if proven_at is not None and proven_at < specification.created_at:
        open_anew(item, _NEWER_ANSWERS)


def _drop(items: QuerySet[ChecklistItem]) -> None:
    for item in items.select_related("customer"):
        before = {"state": item.state, "note": item.note}
        record("checklist_item.dropped", item, by=None, customer=item.customer, before=before)
        item.delete()
