"""Versions of the checklist, written by staff without a release: a draft begins as the newest published version, is changed
item by item, and is published. A published version never changes.
"""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, transaction

from environments.checklist import differences, problems
from environments.models import ChecklistTemplate, TemplateItem
from environments.services import checklist_versions
from environments.states import TemplateState
from portal.accounts import rules as roles
from portal.accounts.models import User
from portal.audit.services import record
from portal.core import clock
from portal.core.errors import Conflict, FieldProblem, Forbidden, Invalid, NotFound, Stale

LONGEST_NOTE = 500
FIELDS = tuple(name for name, _ in differences.FIELDS)
"""What a version says of an item besides its key: `values` hold all of these, each as the field of `TemplateItem`."""


def begin(*, by: User) -> ChecklistTemplate:
    """Begin a draft with the items of the newest published version. Raises `Forbidden`, `Conflict` while there is a draft."""
    _require_editor(by)
    try:
        with transaction.atomic():
            newest = checklist_versions.latest()
            draft = ChecklistTemplate.objects.create(number=newest.number + 1, created_by=by, created_at=clock.now())
            copies = [
                TemplateItem(template=draft, key=item.key, position=item.position, **said(item))
                for item in newest.items.all()
            ]
            TemplateItem.objects.bulk_create(copies)
            after = {"number": draft.number, "from": newest.number}
            record("checklist_template.begun", draft, by=by, customer=None, after=after)
    except IntegrityError:
        raise Conflict(
            "There is a draft of the checklist already.", remedy="Go on with that one, or discard it first."
        ) from None
    return draft


def add(template: ChecklistTemplate, *, key: str, values: Mapping[str, Any], revision: int, by: User) -> TemplateItem:
    """Put a new item at the end of the draft. Raises `Forbidden`, `Conflict` for a published version, `Stale`, `Invalid`."""
    with transaction.atomic():
        template = _draft(template, revision, by)
        others = list(template.items.all())
        item = TemplateItem(template=template, key=key.strip(), position=len(others), **_cleaned(values))
        _require_sound(item, others)
        item.save(force_insert=True)
        _note(template, "checklist_template.item_added", by=by, after={"key": item.key, **said(item)})
    return item


def change(
    template: ChecklistTemplate, key: str, *, values: Mapping[str, Any], revision: int, by: User
) -> TemplateItem:
    """Say an item of the draft differently; its key stays. Raises `Forbidden`, `NotFound`, `Conflict`, `Stale`, `Invalid`."""
    with transaction.atomic():
        template = _draft(template, revision, by)
        item, others = _found(template, key)
        before = said(item)
        for name, value in _cleaned(values).items():
            setattr(item, name, value)
        _require_sound(item, others)
        item.save()
        changed = {name for name, value in said(item).items() if before[name] != value}
        _note(
            template,
            "checklist_template.item_changed",
            by=by,
            before={"key": key, **{name: before[name] for name in FIELDS if name in changed}},
            after={"key": key, **{name: value for name, value in said(item).items() if name in changed}},
        )
    return item


def remove(template: ChecklistTemplate, key: str, *, revision: int, by: User) -> ChecklistTemplate:
    """Take an item out of the draft. Raises `Forbidden`, `NotFound`, `Conflict` while another item requires it, `Stale`."""
    with transaction.atomic():
        template = _draft(template, revision, by)
        item, others = _found(template, key)
        needing = [other.key for other in others if key in other.requires]
        if needing:
            raise Conflict(f"{', '.join(needing)} requires this item.", remedy="Change that first.")
        before = {"key": key, **said(item)}
        item.delete()
        _place(others)
        _note(template, "checklist_template.item_removed", by=by, before=before)
    return template


def reorder(template: ChecklistTemplate, *, keys: list[str], revision: int, by: User) -> ChecklistTemplate:
    """Put the items of the draft in the order of their keys. Raises `Forbidden`, `Conflict`, `Stale`, and `Invalid` unless each
    item is named once."""
    with transaction.atomic():
        template = _draft(template, revision, by)
        items = {item.key: item for item in template.items.all()}
        if sorted(keys) != sorted(items):
            raise Invalid([FieldProblem("keys", "Name every item of this version, each once")])
        before = list(items)
        _place([items[key] for key in keys])
        _note(template, "checklist_template.reordered", by=by, before={"keys": before}, after={"keys": keys})
    return template


def discard(template: ChecklistTemplate, *, revision: int, by: User) -> None:
    """Throw the draft away. Raises `Forbidden`, `Conflict` for a published version, `Stale`."""
    with transaction.atomic():
        template = _draft(template, revision, by)
        record("checklist_template.discarded", template, by=by, customer=None, before={"number": template.number})
        template.items.all().delete()
        template.delete()


def publish(template: ChecklistTemplate, *, note: str, revision: int, by: User) -> ChecklistTemplate:
    """From now on new environments begin with this version, and others can be moved to it.

    Raises `Forbidden`, `Stale`, `Invalid` without a note, `Conflict` for a published version, an empty one, or one that says
    the same as the newest; and for an item that a later release of the portal no longer knows the steps or conditions of.
    """
    with transaction.atomic():
        template = _draft(template, revision, by)
        _require_note(note)
        items = list(template.items.all())
        difference = differences.between(checklist_versions.latest().items.all(), items)
        if not items:
            raise Conflict("This version has no items: nothing would prove that an environment can be handed over.")
        if not difference:
            raise Conflict("This version says the same as the newest one.", remedy="Change something, or discard it.")
        for item in items:
            _require_sound(item, [other for other in items if other is not item], named=True)
        template.state, template.note = TemplateState.PUBLISHED, note.strip()
        template.published_by, template.published_at = by, clock.now()
        template.save()
        after = {
            "number": template.number,
            "note": template.note,
            "added": [item.key for item in difference.added],
            "removed": [item.key for item in difference.removed],
            "changed": [change.after.key for change in difference.changed],
        }
        record("checklist_template.published", template, by=by, customer=None, after=after)
    return template


def difference(template: ChecklistTemplate) -> differences.Difference:
    """Return what this version says that the published one before it does not."""
    earlier = ChecklistTemplate.objects.filter(state=TemplateState.PUBLISHED, number__lt=template.number)
    before = earlier.order_by("-number").first()
    return differences.between(before.items.all() if before else (), template.items.all())


def said(item: TemplateItem) -> dict[str, Any]:
    """Return what a version says of an item, key and place apart."""
    return {name: getattr(item, name) for name in FIELDS}


def require_draft(template: ChecklistTemplate, *, by: User) -> None:
    """Raise `Forbidden` for who may not change versions, `Conflict` for a published one."""
    _require_editor(by)
    if not template.is_draft:
        raise Conflict("A published version never changes.", remedy="Begin a draft of the next one.")


def _require_editor(by: User) -> None:
    if not roles.may_edit_checklists(by):
        raise Forbidden("Only account managers and administrators change what is asked before a hand-over.")


def _draft(template: ChecklistTemplate, revision: int, by: User) -> ChecklistTemplate:
    """Return the version, held until the transaction ends."""
    _require_editor(by)
    found = ChecklistTemplate.objects.select_for_update().filter(pk=template.pk).first()
    if found is None:
        raise NotFound
    require_draft(found, by=by)
    if found.revision != revision:
        raise Stale("Somebody changed this draft since you opened it.", revision=found.revision)
    return found


def _found(template: ChecklistTemplate, key: str) -> tuple[TemplateItem, list[TemplateItem]]:
    items = list(template.items.all())
    item = next((item for item in items if item.key == key), None)
    if item is None:
        raise NotFound
    return item, [other for other in items if other is not item]


def _cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values without blanks around texts, and each name of a list once."""
    cleaned: dict[str, Any] = {}
    for name in FIELDS:
        value = values[name]
        if isinstance(value, str):
            value = value.strip()
        elif isinstance(value, list):
            value = list(dict.fromkeys(one.strip() for one in value if one.strip()))
        cleaned[name] = value
    return cleaned


def _require_sound(item: TemplateItem, others: list[TemplateItem], *, named: bool = False) -> None:
    found = problems.of(item, others)
    if found and named:
        raise Conflict(f"{item.key}: {found[0].message}.", remedy="Change that item, then publish.")
    if found:
        raise Invalid(found)


def _require_note(note: str) -> None:
    if not note.strip():
        raise Invalid([FieldProblem("note", "Enter what is new in this version and why", "missing")])
    if len(note.strip()) > LONGEST_NOTE:
        raise Invalid([FieldProblem("note", f"This must be at most {LONGEST_NOTE} characters long")])


def _place(items: list[TemplateItem]) -> None:
    for position, item in enumerate(items):
        item.position = position
    TemplateItem.objects.bulk_update(items, ["position"])


def _note(
    template: ChecklistTemplate,
    action: str,
    *,
    by: User,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    template.revision += 1
    template.save(update_fields=["revision"])
    record(action, template, by=by, customer=None, before=before, after=after)
