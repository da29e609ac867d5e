"""Signatures on manual items: a named person says that it is true and how they know; in production, at a gate, a second one
confirms."""

from django.db import transaction

from environments import rules
from environments.models import ChecklistItem, Environment
from environments.signals import environment_changed
from environments.states import ItemKind, ItemOwner, ItemState
from portal.accounts.models import User
from portal.audit.services import record
from portal.core import clock
from portal.core.errors import Conflict, FieldProblem, Forbidden, Invalid, Stale
from portal.files import services as files
from portal.files.services import NewFile


def sign(item: ChecklistItem, *, note: str, revision: int, by: User, file: NewFile | None = None) -> ChecklistItem:
    """A named person of the owner's side says that it is true, and how they know. Where the version asks for a second person,
    the item is true only when that one confirms it.

    Raises `Forbidden`, `Stale`, `Conflict` for an automatic or signed item and while what it requires is not true, `Invalid`
    without a note or a file, and for a file that cannot be evidence.
    """
    with transaction.atomic():
        item = _open_for(item, revision, by)
        if item.state != ItemState.OPEN:
            raise Conflict("This item is signed already.", remedy="Take the signature back first to sign it again.")
        if not note.strip() and file is None:
            message = "Enter how you know that this is true, or add a file that shows it"
            raise Invalid([FieldProblem("note", message, "missing")])
        _require_first(item)
        item.evidence_file = files.store(item.customer, file, by=by) if file else None
        item.note, item.signed_by, item.signed_at = note.strip(), by, clock.now()
        state = ItemState.SIGNED if item.needs_second_person else ItemState.GREEN
        _write(item, state, "checklist_item.signed", by=by)
    return item


def confirm(item: ChecklistItem, *, revision: int, by: User) -> ChecklistItem:
    """A second person of the owner's side says that it is true: now it counts.

    Raises `Forbidden` for who signed it and for the other side, `Stale`, `Conflict` where no signature waits for a second
    person and while what the item requires is not true.
    """
    with transaction.atomic():
        item = _open_for(item, revision, by)
        if item.state != ItemState.SIGNED:
            raise Conflict("No signature of this item waits for a second person.")
        if by.pk == item.signed_by_id:
            raise Forbidden("Somebody else has to confirm this: you signed it.")
        _require_first(item)
        item.confirmed_by, item.confirmed_at = by, clock.now()
        _write(item, ItemState.GREEN, "checklist_item.confirmed", by=by)
    return item


def unsign(item: ChecklistItem, *, revision: int, by: User) -> ChecklistItem:
    """Take a signature back, confirmed or not: the item is open again. Raises `Forbidden`, `Conflict`, `Stale`."""
    with transaction.atomic():
        item = _open_for(item, revision, by)
        if item.state == ItemState.OPEN:
            raise Conflict("This item is not signed.")
        return take_back(item, by=by)


def take_back(item: ChecklistItem, *, by: User | None, why: str = "") -> ChecklistItem:
    """The item is open again; `by` is None where the portal itself finds that a signature vouches for something else. Call it
    in a transaction, with the item's customer and environment read."""
    item.note, item.evidence_file = "", None
    item.signed_by = item.signed_at = item.confirmed_by = item.confirmed_at = None
    return _write(item, ItemState.OPEN, "checklist_item.signature_withdrawn", by=by, why=why)


def _open_for(item: ChecklistItem, revision: int, by: User) -> ChecklistItem:
    related = ("environment", "customer", "template_item", "signed_by")
    rows = ChecklistItem.objects.select_for_update(of=("self",)).select_related(*related)
    item = rows.get(pk=item.pk)
    if not rules.may_sign(by, item):
        side = (
            "customer's own people" if item.owner == ItemOwner.CUSTOMER else "provider's engineers and account managers"
        )
        raise Forbidden(f"This item is signed by the {side}.")
    if item.kind == ItemKind.AUTOMATIC:
        raise Conflict(
            "This item is computed from what is seen in AWS; nobody signs it.", remedy="Check again instead."
        )
    if item.revision != revision:
        raise Stale("Somebody changed this item since you opened it.", revision=item.revision, current=item.state)
    return item


def _require_first(item: ChecklistItem) -> None:
    """Raise `Conflict` while something that the item requires is asked of its environment and not true."""
    required = item.template_item.requires if item.template_item else []
    missing = ChecklistItem.objects.filter(environment=item.environment, key__in=required).exclude(
        state=ItemState.GREEN
    )
    titles = list(missing.order_by("position").values_list("title", flat=True))
    if titles:
        raise Conflict(
            f"Something has to be true before this is signed: {'; '.join(titles)}.",
            remedy="Sign it once that is true.",
            code="requirement_missing",
        )


def _write(item: ChecklistItem, state: ItemState, action: str, *, by: User | None, why: str = "") -> ChecklistItem:
    before = item.state
    item.state, item.changed_at, item.checked_at = state, clock.now(), clock.now()
    item.revision += 1
    item.save()
    after: dict[str, object] = {"state": state, "note": item.note}
    if item.evidence_file:
        after["file"] = {
            "id": item.evidence_file.pk,
            "name": item.evidence_file.name,
            "sha256": item.evidence_file.sha256,
        }
    if why:
        after["why"] = why
    record(action, item, by=by, customer=item.customer, before={"state": before}, after=after)
    environment_changed.send(sender=Environment, environment=item.environment)
    return item
