"""Moving an environment to a newer version of the checklist: what that changes, shown first, and the move itself."""

from dataclasses import dataclass

from django.db import transaction

from environments import selectors
from environments.checklist import differences
from environments.models import ChecklistItem, ChecklistTemplate, Environment, Specification, TemplateItem
from environments.provisioning.specification import Spec
from environments.services import checklist_versions
from environments.signals import environment_changed
from environments.states import ItemKind, ItemState, TemplateState
from portal.accounts import rules as roles
from portal.accounts.models import User
from portal.audit.services import record
from portal.core import clock, queue
from portal.core.errors import Conflict, Forbidden

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
KEPT, TAKEN_BACK, SEEN_ANEW, GONE = "kept", "taken_back", "seen_anew", "gone"


@dataclass(frozen=True, slots=True)
class Row:
    """What the move does to one item. `proof` is what becomes of what proves it now: `kept`, `taken_back` (a signature),
    `seen_anew` (AWS is looked at again), `gone` with its item; empty where nothing proves it."""

    what: str
    key: str
    title: str
    fields: tuple[differences.FieldChange, ...] = ()
    proof: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """From one version to another, for one environment. `unchanged`: how many items stay as they are, with what proves them."""

    before: ChecklistTemplate
    after: ChecklistTemplate
    rows: tuple[Row, ...]
    unchanged: int


def preview(environment: Environment, template: ChecklistTemplate) -> Move:
    """Return what the move would change. Raises `Conflict` where it is not one to a newer, published version, and while the
    environment has no checklist."""
    before, specification = _require_newer(environment, template)
    items = {item.key: item for item in environment.checklist_items.select_related("template_item")}
    wanted = _wanted(environment, template, specification)
    rows = [_row(items.get(item.key), item) for item in wanted]
    kept = {item.key for item in wanted}
    left = [item for item in items.values() if item.key not in kept]
    gone = [Row(REMOVED, item.key, item.title, proof=GONE if _lost(item) else "") for item in left]
    told = [row for row in rows if row is not None]
    return Move(before, template, (*told, *gone), unchanged=len(rows) - len(told))


def move(environment: Environment, template: ChecklistTemplate, *, by: User) -> Environment:
    """The environment follows this version from now on. Where an item means something else, its signature is taken back, and
    what was seen is looked at again. Raises `Forbidden`, and `Conflict` as `preview`."""
    if not roles.may_move_checklist(by):
        raise Forbidden(
            "Moving to another version of the checklist is for the provider's engineers and account managers."
        )
    with transaction.atomic():
        environment = (
            Environment.objects.select_for_update(of=("self",))
            .select_related("customer", "checklist_template")
            .get(pk=environment.pk)
        )
        before, specification = _require_newer(environment, template)
        told = preview(environment, template)
        _open_what_changed(environment, _wanted(environment, template, specification))
        environment.checklist_template = template
        environment.save(update_fields=["checklist_template"])
        checklist_versions.fit(environment, template, specification)
        after = {"version": template.number, "items": [f"{row.what}: {row.key}" for row in told.rows]}
        record(
            "environment.checklist_moved",
            environment,
            by=by,
            customer=environment.customer,
            before={"version": before.number},
            after=after,
        )
        if selectors.is_watched(environment):
            Environment.objects.filter(pk=environment.pk).update(check_requested_at=clock.now())
            queue.enqueue("environments.verify", environment=environment.pk)
        environment_changed.send(sender=Environment, environment=environment)
    return environment


def _require_newer(environment: Environment, template: ChecklistTemplate) -> tuple[ChecklistTemplate, Specification]:
    before = environment.checklist_template
    specification = environment.specifications.order_by("-version").first()
    if before is None or specification is None:
        raise Conflict(f"{environment} has no checklist yet: it begins with the newest version.")
    if template.state != TemplateState.PUBLISHED:
        raise Conflict("This version is a draft.", remedy="Publish it first.")
    if template.number <= before.number:
        raise Conflict(f"{environment} has version {before.number} of the checklist already.")
    return before, specification


def _wanted(environment: Environment, template: ChecklistTemplate, specification: Specification) -> list[TemplateItem]:
    return checklist_versions.called_for(template.items.all(), environment, Spec.of(specification.content))


def _row(item: ChecklistItem | None, wanted: TemplateItem) -> Row | None:
    """Return what becomes of an item, None where it stays as it is."""
    if item is None or item.template_item is None:
        return Row(ADDED, wanted.key, wanted.title)
    change = differences.of_item(item.template_item, wanted)
    if not change.fields:
        return None
    proof = _lost(item) if change.alters_meaning else KEPT
    return Row(CHANGED, wanted.key, wanted.title, change.fields, proof if item.state != ItemState.OPEN else "")


def _lost(item: ChecklistItem) -> str:
    if item.state == ItemState.OPEN:
        return ""
    return TAKEN_BACK if item.kind == ItemKind.MANUAL else SEEN_ANEW


def _open_what_changed(environment: Environment, wanted: list[TemplateItem]) -> None:
    meanings = {item.key: item for item in wanted}
    items = environment.checklist_items.select_for_update(of=("self",)).select_related(
        "customer", "environment", "template_item"
    )
    for item in items.filter(key__in=meanings).exclude(state=ItemState.OPEN):
        if checklist_versions.alters_meaning(item.template_item, meanings[item.key]):
            checklist_versions.open_anew(item, "the checklist says it differently now")
